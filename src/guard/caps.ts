import type { Instant } from '../lib/clock.ts'
import type { Channel } from '../model/factor.ts'
import type { Draw } from './buckets/draw.ts'

/** The most that may be spent, in USD. What is left out is not capped. */
export interface Cap {
  day_usd?: number | undefined
  month_usd?: number | undefined
}

/** Caps of everything together, and of parts. Each that is set holds by itself. */
export interface Caps extends Cap {
  by_channel?: Partial<Record<Channel, Cap>> | undefined
  by_country?: Record<string, Cap> | undefined
  by_service?: Record<string, Cap> | undefined
}

/** What a message is, to the caps. */
export interface Spending {
  channel: Channel
  country: string
  /** The account or `gate`. */
  service: string
  usd: number
}

/** Days and months are those of Brasília, three hours behind UTC all year since 2019 (Decreto 9.772). */
export const brasiliaMs = -3 * 3_600_000
// What is spent does not come back: another day has another bucket.
const neverMs = 1e15
const everybody = 7

/** The draws of the caps that hold for a message. */
export function capDraws(caps: Caps | undefined, spending: Spending, at: Instant): Draw[] {
  if (!caps) return []
  const { channel, country, service, usd } = spending
  const day = new Date(at + brasiliaMs).toISOString().slice(0, 10)
  const all: [of: string, cap: Cap | undefined][] = [
    ['everything', caps],
    [channel, caps.by_channel?.[channel]],
    [country, ownOf(caps.by_country, country)],
    [service, ownOf(caps.by_service, service)],
  ]
  return all.flatMap(([of, cap]) => [
    ...drawOf(of, 'day', day, cap?.day_usd, usd),
    ...drawOf(of, 'month', day.slice(0, 7), cap?.month_usd, usd),
  ])
}

function drawOf(of: string, span: string, date: string, cap: number | undefined, usd: number): Draw[] {
  if (cap === undefined) return []
  return [
    {
      key: `cap|${of}|${date}`,
      scope: 'cap',
      label: `${of}, ${span} ${date}`,
      rule: { base: cap, cap, refillMs: neverMs, fadeMs: neverMs, memoryMs: neverMs },
      cost: usd,
      pay: 0,
      classes: everybody,
      effect: 'refuse',
    },
  ]
}

function ownOf(caps: Record<string, Cap> | undefined, name: string): Cap | undefined {
  return caps && Object.hasOwn(caps, name) ? caps[name] : undefined
}

/** A share of a cap that was just reached. */
export interface Alarm {
  label: string
  percent: 50 | 80 | 100
  spentUsd: number
  capUsd: number
}

/** The alarms that this message sets off: those whose share it reached, so that of many messages one does. */
export function alarmsOf(draws: readonly Draw[], balances: readonly number[]): Alarm[] {
  return draws.flatMap(({ label, rule: { base }, cost }, i) => {
    const before = base - (balances[i] ?? base)
    const after = before + cost
    return ([50, 80, 100] as const).flatMap((percent): Alarm[] => {
      // All is spent when the next message like this one has no room.
      const share = percent === 100 ? base - cost : (base * percent) / 100
      const reached = percent === 100 ? before <= share && after > share : before < share && after >= share
      return reached ? [{ label, percent, spentUsd: after, capUsd: base }] : []
    })
  })
}
