import { drawSource, type Source, venueSource } from './addresses.ts'
import { home, honestCountries } from './countries.ts'
import { blockOf, carrierOf, drawNumber, isBadRoute } from './numbers.ts'
import { createRandom, type Random, weightedPicker } from './random.ts'
import { day, hour, minute, second } from './time.ts'
import { type Rush, type WorldName, type WorldOptions, worldOptions } from './world-options.ts'

/** What kind of asker: 0 an unproven number, 1 a known number on a new device, 2 a known number on its known device. */
export type AskerClass = 0 | 1 | 2

/** Somebody who was verified before. */
export interface User {
  subject: string
  country: string
  to: string
}

/** Honest people who ask for a code, by the time of their asking, one column for each thing that is known of them. */
export interface Sessions {
  count: number
  at: Float64Array
  asker: Uint8Array
  to: string[]
  ip: string[]
  ipCountry: string[]
  subject: (string | undefined)[]
  price: Float64Array
  country: Uint8Array
}

/** A world in which honest people ask for codes. It is the same for every policy. */
export interface World {
  readonly seed: number
  readonly options: WorldOptions
  readonly sessions: Sessions
  readonly users: readonly User[]
  /** What is measured begins here. */
  readonly liveAt: number
  readonly endsAt: number
  /** Whether the message of this attempt (0 to 2) of a session arrives when it is sent at `at`. */
  arrives(session: number, attempt: number, at: number): boolean
  /** Whether this person enters a code that arrives. */
  enters(session: number): boolean
  /** Whether the first code entered is mistyped. */
  mistypes(session: number): boolean
  /** Whether the person gets through a puzzle in the browser. */
  solves(session: number): boolean
  /** From sending to entering, in milliseconds. */
  entersAfter(session: number, attempt: number): number
  /** Whether the person tries once more after an attempt that brought no code, and how long that takes. */
  asksAgain(session: number, attempt: number, why: 'undelivered' | 'refused'): boolean
  asksAgainAfter(session: number, attempt: number): number
  /** Whether the person would have got through, and from which attempt, had nothing been refused; -1 for no. */
  completesAt(session: number): number
}

/** How often one person asks at most. */
export const attemptsMax = 3
/** How long a code is good. */
export const codeLivesMs = 10 * minute

const asksAgainShare = { undelivered: 0.75, refused: 0.6 }
// Columns of fate: enters, mistypes, solves, and for each attempt arrives, enters after, asks again, asks again after.
const fateWidth = 3 + attemptsMax * 4

/** The world of this name and seed. */
export function createWorld(seed: number, name: WorldName): World {
  return buildWorld(seed, worldOptions(name))
}

/** A world of one's own making, for tests of parts. */
export function buildWorld(seed: number, options: WorldOptions): World {
  const users = drawUsers(seed, Math.max(30_000, options.perDay * 2.5))
  const askers = drawArrivals(seed, options).map((arrival) => drawAsker(seed, options, users, arrival))
  askers.sort((a, b) => a.at - b.at)
  const sessions = columnsOf(askers)
  const fates = new Float32Array(askers.length * fateWidth)
  const delivered = new Float32Array(askers.length)
  const carriers = new Uint8Array(askers.length)
  for (let s = 0; s < askers.length; s += 1) {
    const asker = askers[s] as Asker
    fates.set(asker.fate, s * fateWidth)
    const country = honestCountries[asker.country] as (typeof honestCountries)[number]
    const block = blockOf(asker.to)
    delivered[s] = country.delivered * options.delivered * (isBadRoute(block) ? 0.5 : 1)
    carriers[s] = country.iso === home ? carrierOf(block) : 255
  }
  const fate = (session: number, column: number) => fates[session * fateWidth + column] as number
  const world: World = {
    seed,
    options,
    sessions,
    users,
    liveAt: options.warmupDays * day,
    endsAt: options.days * day,
    arrives(session, attempt, at) {
      let chance = delivered[session] as number
      const carrier = carriers[session]
      if (carrier !== 255) {
        for (const outage of options.outages) {
          const meant = outage.carrier === undefined || outage.carrier === carrier
          if (meant && at >= outage.from && at < outage.to) chance *= outage.delivered
        }
      }
      return fate(session, 3 + attempt * 4) < chance
    },
    enters: (session) => fate(session, 0) < (honestCountries[sessions.country[session] as number]?.entered ?? 0),
    mistypes: (session) => fate(session, 1) < 0.03,
    solves: (session) => fate(session, 2) < 0.95,
    entersAfter: (session, attempt) => fate(session, 4 + attempt * 4),
    asksAgain: (session, attempt, why) =>
      attempt + 1 < attemptsMax && fate(session, 5 + attempt * 4) < asksAgainShare[why],
    asksAgainAfter: (session, attempt) => fate(session, 6 + attempt * 4),
    completesAt(session) {
      let at = sessions.at[session] as number
      for (let attempt = 0; ; attempt += 1) {
        if (world.arrives(session, attempt, at)) {
          return world.enters(session) && world.entersAfter(session, attempt) <= codeLivesMs ? attempt : -1
        }
        if (!world.asksAgain(session, attempt, 'undelivered')) return -1
        at += world.asksAgainAfter(session, attempt)
      }
    },
  }
  return world
}

interface Arrival {
  at: number
  /** Names the sub-seed of this person's fate. */
  label: string
  country?: string
  source?: Source
}

interface Asker {
  at: number
  class: AskerClass
  to: string
  source: Source
  subject: string | undefined
  country: number
  fate: Float32Array
}

// How much is asked for in each hour of the day: little at night, most in the evening.
const hours = [
  0.35, 0.22, 0.15, 0.1, 0.08, 0.1, 0.2, 0.4, 0.7, 0.9, 1, 1.05, 1.1, 1.1, 1.1, 1.1, 1.15, 1.3, 1.6, 1.9, 2, 1.8, 1.3,
  0.75,
]
const pickHour = weightedPicker(hours)
const pickCountry = weightedPicker(honestCountries.map((country) => country.share))

const rampMs = 10 * minute
const halfLifeMs = 15 * minute

function drawArrivals(seed: number, options: WorldOptions): Arrival[] {
  const arrivals: Arrival[] = []
  for (let date = 0; date < options.days; date += 1) {
    const random = createRandom(seed, 'day', date)
    const count = around(options.perDay, random)
    for (let i = 0; i < count; i += 1) {
      const at = date * day + (pickHour(random.next()) + random.next()) * hour
      arrivals.push({ at, label: `${date}/${i}` })
    }
  }
  for (const rush of options.rushes) drawRush(seed, options, rush, arrivals)
  for (const crowd of options.crowds) {
    const random = createRandom(seed, 'crowd', crowd.from)
    for (let i = 0; i < crowd.people; i += 1) {
      const at = crowd.from + random.next() * (crowd.to - crowd.from)
      arrivals.push({ at, label: `crowd/${crowd.from}/${i}`, country: home, source: venueSource })
    }
  }
  return arrivals.filter((arrival) => arrival.at < options.days * day)
}

function drawRush(seed: number, options: WorldOptions, rush: Rush, arrivals: Arrival[]): void {
  const random = createRandom(seed, 'rush', rush.at)
  const share = rush.country ? (honestCountries.find((country) => country.iso === rush.country)?.share ?? 0) : 1
  const tailMs = halfLifeMs / Math.LN2
  const peak = ((rush.times - 1) * options.perDay * share) / day
  const count = around(peak * (rampMs / 2 + tailMs), random)
  for (let i = 0; i < count; i += 1) {
    const ramp = random.next() < rampMs / 2 / (rampMs / 2 + tailMs)
    const after = ramp ? rampMs * Math.sqrt(random.next()) : rampMs + random.exponential(tailMs)
    const arrival: Arrival = { at: rush.at + after, label: `rush/${rush.at}/${i}` }
    if (rush.country) arrival.country = rush.country
    arrivals.push(arrival)
  }
}

function drawUsers(seed: number, count: number): User[] {
  return Array.from({ length: count }, (_, index) => {
    const random = createRandom(seed, 'user', index)
    const country = honestCountries[pickCountry(random.next())] as (typeof honestCountries)[number]
    return { subject: `u${index}`, country: country.iso, to: drawNumber(country, random) }
  })
}

const usersByCountry = new WeakMap<readonly User[], Map<string, User[]>>()

function usersOf(users: readonly User[], country: string): readonly User[] {
  let sorted = usersByCountry.get(users)
  if (!sorted) {
    sorted = Map.groupBy(users, (user) => user.country)
    usersByCountry.set(users, sorted)
  }
  return sorted.get(country) ?? []
}

function drawAsker(seed: number, options: WorldOptions, users: readonly User[], arrival: Arrival): Asker {
  const random = createRandom(seed, 'person', arrival.label)
  const drawn = pickCountry(random.next())
  const index = arrival.country ? honestCountries.findIndex((each) => each.iso === arrival.country) : drawn
  const country = honestCountries[index] as (typeof honestCountries)[number]
  const which = random.next()
  const asker: AskerClass = !options.knownUsers || which >= 0.45 ? 0 : which < 0.38 ? 2 : 1
  const known = usersOf(users, country.iso)
  const user = asker > 0 ? known[random.below(known.length)] : undefined
  const to = user?.to ?? drawNumber(country, random)
  const source = arrival.source ?? drawSource(country.iso, random)
  return {
    at: arrival.at,
    class: user ? asker : 0,
    to,
    source,
    subject: user?.subject,
    country: index,
    // A generator of its own, so that fate does not depend on how many draws a number or an address took.
    fate: drawFate(createRandom(seed, 'fate', arrival.label)),
  }
}

function drawFate(random: Random): Float32Array {
  const fate = new Float32Array(fateWidth)
  fate[0] = random.next()
  fate[1] = random.next()
  fate[2] = random.next()
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const slow = random.next() < 0.1
    fate[3 + attempt * 4] = random.next()
    fate[4 + attempt * 4] =
      2 * second + (slow ? random.lognormal(110 * second, 0.8) : random.lognormal(12 * second, 0.6))
    fate[5 + attempt * 4] = random.next()
    fate[6 + attempt * 4] = random.lognormal(55 * second, 0.5)
  }
  return fate
}

function columnsOf(askers: readonly Asker[]): Sessions {
  return {
    count: askers.length,
    at: Float64Array.from(askers, (asker) => asker.at),
    asker: Uint8Array.from(askers, (asker) => asker.class),
    to: askers.map((asker) => asker.to),
    ip: askers.map((asker) => asker.source.ip),
    ipCountry: askers.map((asker) => asker.source.country),
    subject: askers.map((asker) => asker.subject),
    price: Float64Array.from(askers, (asker) => honestCountries[asker.country]?.price ?? 0),
    country: Uint8Array.from(askers, (asker) => asker.country),
  }
}

// Poisson, by its normal limit.
function around(mean: number, random: Random): number {
  const spread = Math.sqrt(mean) * Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
  return Math.max(0, Math.round(mean + spread))
}
