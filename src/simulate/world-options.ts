import { day, hour, minute } from './time.ts'

/** The worlds that policies are tried in. Campaigns run in `ordinary`, one of them in `sale`. */
export const worldNames = [
  'ordinary',
  'sale',
  'hard',
  'blackout',
  'blackout-100k',
  'no-known-users',
  'blackout-no-known-users',
  'hard-100k',
  'hard-1k',
  'poor-delivery',
  'first-day',
] as const

export type WorldName = (typeof worldNames)[number]

/** A rush of people: it rises for ten minutes and then halves every fifteen. */
export interface Rush {
  at: number
  /** How many times the usual rate the peak is. */
  times: number
  /** ISO 3166; everybody where it is absent. */
  country?: string
}

/** A time in which less is delivered at home. */
export interface Outage {
  from: number
  to: number
  /** Share of the usual deliveries that still arrive. */
  delivered: number
  /** One of the four carriers; all of them where it is absent. */
  carrier?: number
}

/** A crowd behind one address. */
export interface Crowd {
  from: number
  to: number
  people: number
}

export interface WorldOptions {
  name: WorldName
  perDay: number
  days: number
  /** Days that are lived through before anything is measured. */
  warmupDays: number
  /** Factor on every delivery. */
  delivered: number
  knownUsers: boolean
  rushes: readonly Rush[]
  outages: readonly Outage[]
  crowds: readonly Crowd[]
}

/** What sets a world apart. */
export function worldOptions(name: WorldName): WorldOptions {
  return { ...ordinary, ...differences[name], name }
}

/** The sale that a world of name `sale` has. */
export const saleAt = 2 * day + 20 * hour

const ordinary: Omit<WorldOptions, 'name'> = {
  perDay: 12_000,
  days: 4,
  warmupDays: 2,
  delivered: 1,
  knownUsers: true,
  rushes: [],
  outages: [],
  crowds: [],
}

const hard = {
  rushes: [
    { at: 2 * day + 12 * hour, times: 20 },
    { at: 3 * day + 20 * hour, times: 20 },
    { at: 3 * day + 11 * hour, times: 20, country: 'AR' },
  ],
  outages: [{ from: 2 * day + 18 * hour, to: 2 * day + 19.5 * hour, delivered: 0.25, carrier: 1 }],
  crowds: [{ from: 2 * day + 21 * hour, to: 2 * day + 22 * hour, people: 700 }],
}

const blackout = {
  ...hard,
  outages: [
    ...hard.outages,
    { from: 3 * day + 20 * hour + 5 * minute, to: 3 * day + 20 * hour + 50 * minute, delivered: 0 },
  ],
}

const differences: Record<WorldName, Partial<WorldOptions>> = {
  ordinary: {},
  sale: { rushes: [{ at: saleAt, times: 20 }] },
  hard,
  blackout,
  'blackout-100k': { ...blackout, perDay: 100_000 },
  'no-known-users': { ...hard, knownUsers: false },
  'blackout-no-known-users': { ...blackout, knownUsers: false },
  'hard-100k': { ...hard, perDay: 100_000 },
  'hard-1k': { ...hard, perDay: 1000 },
  'poor-delivery': { ...hard, delivered: 0.65 },
  'first-day': { warmupDays: 0, days: 1, rushes: [{ at: 12 * hour, times: 60 }] },
}
