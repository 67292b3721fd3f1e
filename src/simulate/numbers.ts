import { type Country, home } from './countries.ts'
import { hash32, type Random, weightedPicker } from './random.ts'

/** Digits that a block of numbers leaves open: carriers assign ten thousand numbers at a time. */
const blockDigits = 4

/** The block of a number: all but its last four digits. */
export function blockOf(e164: string): string {
  return e164.slice(0, -blockDigits)
}

/** A mobile number as honest people have them. At home they lie in the ranges of 67 area codes, by their population. */
export function drawNumber(country: Country, random: Random): string {
  return drawBlock(country, random) + digits(random.below(10_000), blockDigits)
}

/** A block of numbers that honest people have. */
export function drawBlock(country: Country, random: Random): string {
  if (country.iso !== home) {
    const lead = country.lead[random.below(country.lead.length)] ?? ''
    const open = country.length - lead.length - blockDigits
    return country.dial + lead + digits(random.below(10 ** open), open)
  }
  const area = pickArea(random.next())
  const [code, , ranges] = areas[area] as (typeof areas)[number]
  // Few ranges hold most of a city's numbers.
  const range = 99 - Math.floor(ranges * random.next() ** 2)
  // Sixty of the hundred blocks in each range of a million are in use; which ones differs from range to range.
  const block = (random.below(60) * 7 + range * 13) % 100
  return `${country.dial}${code}9${digits(range, 2)}${digits(block, 2)}`
}

/** Block number `index` of those that an attacker holds in a country; the first ten differ in the digit after the lead. */
export function pumpedBlock(country: Country, index: number): string {
  const lead = country.lead[0] ?? ''
  const open = country.length - lead.length - blockDigits
  // Reversed, so that the digit that changes fastest stands in front.
  const reversed = [...digits(index + (open > 1 ? 30 * 10 ** (open - 2) : 0), open)].reverse().join('')
  return country.dial + lead + reversed
}

/** A number of a block: the `index`-th, round and round. */
export function numberIn(block: string, index: number): string {
  return block + digits(index % 10 ** blockDigits, blockDigits)
}

/** Whether messages to this block take a bad route: three blocks of a hundred. */
export function isBadRoute(block: string): boolean {
  return hash32(`route|${block}`) % 100 < 3
}

/** Which of four carriers a block belongs to, 0 to 3. */
export function carrierOf(block: string): number {
  const share = hash32(`carrier|${block}`) % 100
  return share < 38 ? 0 : share < 68 ? 1 : share < 92 ? 2 : 3
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

// Brazil's 67 area codes with their rough share of the people, in tenths of a percent (IBGE's census of 2022, rounded).
const population: readonly [code: number, share: number][] = [
  [11, 118],
  [12, 13],
  [13, 11],
  [14, 9],
  [15, 15],
  [16, 14],
  [17, 12],
  [18, 8],
  [19, 27],
  [21, 62],
  [22, 10],
  [24, 9],
  [27, 15],
  [28, 5],
  [31, 34],
  [32, 11],
  [33, 8],
  [34, 13],
  [35, 13],
  [37, 8],
  [38, 9],
  [41, 22],
  [42, 8],
  [43, 11],
  [44, 10],
  [45, 9],
  [46, 6],
  [47, 20],
  [48, 14],
  [49, 9],
  [51, 30],
  [53, 6],
  [54, 12],
  [55, 7],
  [61, 21],
  [62, 21],
  [63, 8],
  [64, 8],
  [65, 11],
  [66, 8],
  [67, 14],
  [68, 4],
  [69, 8],
  [71, 27],
  [73, 11],
  [74, 9],
  [75, 15],
  [77, 11],
  [79, 11],
  [81, 29],
  [82, 15],
  [83, 20],
  [84, 16],
  [85, 27],
  [86, 11],
  [87, 11],
  [88, 17],
  [89, 5],
  [91, 23],
  [92, 16],
  [93, 6],
  [94, 11],
  [95, 3],
  [96, 4],
  [97, 4],
  [98, 15],
  [99, 11],
]

const areas = population.map(([code, share]) => [code, share, 3 + Math.ceil(share / 4)] as const)
const pickArea = weightedPicker(areas.map(([, share]) => share))

/** How many area codes the home country has. */
export const areaCount = areas.length
