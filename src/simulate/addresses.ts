import { home, honestCountries } from './countries.ts'
import { type Random, weightedPicker } from './random.ts'

/** Where a request comes from. */
export interface Source {
  ip: string
  /** ISO 3166, as a geolocation would say. */
  country: string
}

/** How many addresses the carriers at home put their mobile customers behind. */
export const homeNatCount = 360

/**
 * The address of an honest request: 64 of a hundred sit behind a carrier's shared address (few carry many), 33 on a line of
 * their own, and 3 come through a VPN or a roaming partner.
 */
export function drawSource(country: string, random: Random): Source {
  const kind = random.next()
  if (kind < 0.64) return drawCarrierSource(country, random)
  if (kind < 0.97) return drawHomeLine(country, random)
  const exit = random.below(300)
  return { ip: `45.${80 + (exit >> 5)}.${exit & 31}.${7 + (exit % 40)}`, country: exits[exit % exits.length] ?? 'US' }
}

/** One of the shared addresses of the carriers of a country. */
export function drawCarrierSource(country: string, random: Random): Source {
  return { ip: carrierAddress(country, pickNat(country)(random.next())), country }
}

/** Shared address number `index` of the carriers at home; the first are the busiest. */
export function homeCarrierAddress(index: number): Source {
  return { ip: carrierAddress(home, index), country: home }
}

/** A line of its own: an IPv4 address, or in four of ten cases an IPv6 network of a customer. */
export function drawHomeLine(country: string, random: Random): Source {
  const own = countryByte(country)
  if (random.next() < 0.6) {
    return { ip: `${own}.${random.below(256)}.${random.below(256)}.${1 + random.below(254)}`, country }
  }
  const site = [0x2000 + own, random.below(65_536), random.below(65_536), random.below(65_536), 0, 0, 0, 1]
  return { ip: site.map((part) => part.toString(16)).join(':'), country }
}

/** A server that anybody can rent. */
export function hostedAddress(index: number): Source {
  return { ip: `194.${26 + (index >> 8)}.${index & 255}.${10 + (index % 200)}`, country: 'NL' }
}

/** The address at which everybody at one venue appears. */
export const venueSource: Source = { ip: '200.147.3.9', country: home }

const exits = ['US', 'DE', 'NL', 'FR', 'GB']

// Eight shared addresses in each network of 256.
function carrierAddress(country: string, index: number): string {
  return `177.${countryByte(country)}.${index >> 3}.${16 + (index & 7) * 24}`
}

// A first byte for each country, so that addresses of two countries never meet.
function countryByte(country: string): number {
  const index = honestCountries.findIndex((each) => each.iso === country)
  return index >= 0 ? 60 + index : 100 + ((country.charCodeAt(0) * 26 + country.charCodeAt(1)) % 70)
}

const pickHomeNat = weightedPicker(skewed(homeNatCount))
const pickForeignNat = weightedPicker(skewed(40))

function pickNat(country: string): (u: number) => number {
  return country === home ? pickHomeNat : pickForeignNat
}

// Zipf's law with an exponent of 0.7: the busiest address at home carries about thirty times what the least busy one does.
function skewed(count: number): number[] {
  return Array.from({ length: count }, (_, index) => (index + 2) ** -0.7)
}
