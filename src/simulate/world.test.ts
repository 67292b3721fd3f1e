import { describe, expect, test } from 'vitest'
import { parsePhone } from '../lib/e164.ts'
import { none } from './baselines/limits.ts'
import { countryOf, home, honestCountries, pumpedCountries } from './countries.ts'
import { areaCount, blockOf, numberIn, pumpedBlock } from './numbers.ts'
import { setupOf } from './run.ts'
import { createRun, isWithheld, sessionStates } from './run-world.ts'
import { day, hour } from './time.ts'
import { createWorld } from './world.ts'

const world = createWorld(7, 'ordinary')
const { sessions } = world
const all = Array.from({ length: sessions.count }, (_, session) => session)
const shareOf = (test: (session: number) => boolean) => all.filter(test).length / all.length

describe('the honest world', () => {
  test('is the same for the same seed, and another for another', () => {
    const again = createWorld(7, 'ordinary').sessions
    expect([again.count, again.to.slice(0, 500), again.ip.slice(0, 500), again.at.slice(0, 500)]).toEqual([
      sessions.count,
      sessions.to.slice(0, 500),
      sessions.ip.slice(0, 500),
      sessions.at.slice(0, 500),
    ])
    expect(createWorld(8, 'ordinary').sessions.to.slice(0, 20)).not.toEqual(sessions.to.slice(0, 20))
  })

  test('asks 12,000 times a day, most in the evening', () => {
    expect(sessions.count / world.options.days / 12_000).toBeCloseTo(1, 1)
    const inHour = (from: number) => all.filter((s) => Math.floor(((sessions.at[s] ?? 0) % day) / hour) === from).length
    expect(inHour(20)).toBeGreaterThan(5 * inHour(4))
    expect(all.every((s) => s === 0 || (sessions.at[s] ?? 0) >= (sessions.at[s - 1] ?? 0))).toBe(true)
  })

  test('is 88 % Brazilian, over 16 countries and 67 area codes', () => {
    expect(shareOf((s) => honestCountries[sessions.country[s] ?? 0]?.iso === home)).toBeCloseTo(0.88, 2)
    expect(new Set(sessions.country).size).toBe(16)
    expect(honestCountries.reduce((sum, country) => sum + country.share, 0)).toBeCloseTo(1, 6)
    const areas = new Set(sessions.to.filter((to) => to.startsWith('+55')).map((to) => to.slice(3, 5)))
    expect([areas.size, areaCount]).toEqual([67, 67])
  })

  test('has 38 % known devices, 7 % known numbers on new devices, 55 % unproven numbers', () => {
    const shares = [2, 1, 0].map((asker) => shareOf((s) => sessions.asker[s] === asker))
    for (const [index, share] of [0.38, 0.07, 0.55].entries()) expect(shares[index]).toBeCloseTo(share, 2)
    expect(all.every((s) => (sessions.asker[s] === 0) === (sessions.subject[s] === undefined))).toBe(true)
  })

  test('sits to 64 % behind carriers, at home behind 360 addresses, few of which carry many', () => {
    const shared = sessions.ip.filter((ip) => ip.startsWith('177.'))
    expect(shared.length / sessions.count).toBeCloseTo(0.64, 1)
    const counts = Map.groupBy(
      shared.filter((ip) => ip.startsWith('177.60.')),
      (ip) => ip,
    )
    expect(counts.size).toBe(360)
    const sorted = [...counts.values()].map((each) => each.length).sort((a, b) => b - a)
    expect(sorted[0]).toBeGreaterThan(10 * (sorted.at(-1) ?? 0))
    expect(sessions.ip.some((ip) => ip.includes(':'))).toBe(true)
  })

  test('converts between 62 and 88 of a hundred messages in every country', () => {
    for (const country of honestCountries) {
      expect(country.delivered * country.entered).toBeGreaterThan(0.62)
      expect(country.delivered * country.entered).toBeLessThan(0.88)
    }
    const converts = (s: number) => world.arrives(s, 0, sessions.at[s] ?? 0) && world.enters(s)
    expect(shareOf(converts)).toBeGreaterThan(0.75)
    expect(shareOf(converts)).toBeLessThan(0.88)
  })

  test('enters codes after about 14 s, a tenth of them slowly', () => {
    const delays = all.map((s) => world.entersAfter(s, 0)).sort((a, b) => a - b)
    expect((delays[delays.length >> 1] ?? 0) / 14_000).toBeCloseTo(1, 0)
    expect(delays[Math.floor(delays.length * 0.95)]).toBeGreaterThan(60_000)
  })

  test('has numbers that could be assigned', () => {
    const sample = sessions.to.filter((_, index) => index % 40 === 0)
    expect(sample.filter((to) => parsePhone(to)).length / sample.length).toBeGreaterThan(0.99)
    const pumped = pumpedCountries.map((country) => numberIn(pumpedBlock(country, 0), 1234))
    expect(pumped.filter((to) => parsePhone(to)).length).toBeGreaterThanOrEqual(36)
    expect(pumped.map(countryOf)).toEqual(pumpedCountries.map((country) => country.iso))
    expect(sample.every((to) => countryOf(to) !== 'ZZ')).toBe(true)
    expect(new Set(Array.from({ length: 50 }, (_, i) => pumpedBlock(pumpedCountries[0]!, i))).size).toBe(50)
    expect(blockOf('+5511987654321')).toBe('+551198765')
  })
})

test('with no guard everybody gets through who would', () => {
  const run = createRun(world, none.create(setupOf(world)))
  run.drain(world.endsAt)
  expect(all.filter((s) => isWithheld(world, run.states, s))).toEqual([])
  const completed = (s: number) => run.states[s] === sessionStates.completed
  expect(all.filter((s) => completed(s) !== world.completesAt(s) >= 0)).toEqual([])
})

test('hard days bring sales, a concert, a venue and a carrier that fails', () => {
  const hard = createWorld(7, 'hard')
  expect(hard.sessions.count).toBeGreaterThan(sessions.count + 8000)
  expect(hard.sessions.ip.filter((ip) => ip === '200.147.3.9')).toHaveLength(700)
  const argentina = (each: typeof sessions) => each.to.filter((to) => to.startsWith('+54')).length
  expect(argentina(hard.sessions)).toBeGreaterThan(argentina(sessions) * 1.1)
  const arriving = (each: typeof world, from: number) => {
    const asking = Array.from({ length: each.sessions.count }, (_, s) => s).filter(
      (s) => (each.sessions.at[s] ?? 0) >= from && (each.sessions.at[s] ?? 0) < from + hour,
    )
    return asking.filter((s) => each.arrives(s, 0, each.sessions.at[s] ?? 0)).length / asking.length
  }
  expect(arriving(hard, 2 * day + 18 * hour)).toBeLessThan(arriving(world, 2 * day + 18 * hour) - 0.1)
  expect(arriving(createWorld(7, 'blackout'), 3 * day + 20 * hour)).toBeLessThan(0.4)
})

test('people who are known nowhere are all unproven', () => {
  expect(createWorld(7, 'no-known-users').sessions.asker.every((asker) => asker === 0)).toBe(true)
})
