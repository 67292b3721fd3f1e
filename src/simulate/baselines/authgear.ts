import { countryOf } from '../countries.ts'
import { allowed, type PolicyFactory, type StartEvent } from '../policy.ts'
import { day, hour, minute } from '../time.ts'
import { policyOver } from './policy-over.ts'
import { addTo, countOf, type SlidingCount, slidingCount } from './sliding-count.ts'

/** The share of verified messages that may stay unverified; 0.2 in earlier versions. */
const ratio = 0.3
const countriesMax = 3
const cachedMs = 5 * minute
const utcAheadMs = 3 * hour

interface Bucket {
  level: number
  at: number
}

interface State {
  buckets: Map<string, Bucket>
  verifiedDay: SlidingCount
  verifiedHour: SlidingCount
  /** Verified by country and date of UTC. */
  verifiedByDate: Map<string, Map<number, number>>
  cache: Map<string, { at: number; value: number }>
  sentCountries: Map<string, Map<string, number>>
  verifiedCountries: Map<string, Map<string, number>>
  open: Map<string, { ip: string; country: string }>
}

/**
 * Authgear's fraud protection with the action deny_if_any_warning: leaky buckets of unverified codes for a country and for an address,
 * by hour and day, with thresholds from what was verified, and at most three countries from an address of which none was verified.
 * Refused requests fill the buckets too; numbers verified before are counted but never refused; until it goes live it only records,
 * as its documentation advises. Source: authgear-server, docs/specs/fraud-protection.md and pkg/lib/fraudprotection.
 */
export const authgear: PolicyFactory = {
  name: 'Authgear deny_if_any',
  create: ({ liveAt }) =>
    policyOver('Authgear deny_if_any', emptyState(), {
      start(state, event) {
        const warnings = recordSent(state, event)
        if (warnings.length > 0 && event.t >= liveAt && !event.known_number) {
          return { action: 'block', reasons: warnings }
        }
        state.open.set(event.id, { ip: event.ip, country: countryOf(event.to) })
        return allowed
      },
      check(state, event) {
        const sent = event.correct ? state.open.get(event.id) : undefined
        if (!sent) return
        state.open.delete(event.id)
        recordVerified(state, sent.ip, sent.country, event.t)
      },
    }),
}

function emptyState(): State {
  return {
    buckets: new Map(),
    verifiedDay: slidingCount(day),
    verifiedHour: slidingCount(hour),
    verifiedByDate: new Map(),
    cache: new Map(),
    sentCountries: new Map(),
    verifiedCountries: new Map(),
    open: new Map(),
  }
}

function recordSent(state: State, event: StartEvent): string[] {
  const { t, ip } = event
  const country = countryOf(event.to)
  const limits = thresholds(state, ip, country, t)
  const warnings: string[] = []
  if (fill(state, `h|${country}`, limits.countryHour, hour, 1, t)) warnings.push('country_hourly')
  if (fill(state, `d|${country}`, limits.countryDay, day, 1, t)) warnings.push('country_daily')
  if (fill(state, `h|${ip}`, limits.ipHour, hour, 1, t)) warnings.push('ip_hourly')
  if (fill(state, `d|${ip}`, limits.ipDay, day, 1, t)) warnings.push('ip_daily')
  const sent = seen(state.sentCountries, ip, country, t)
  const verified = state.verifiedCountries.get(ip)
  let unverified = 0
  for (const [each, at] of sent) {
    if (at > t - day && (verified?.get(each) ?? -Infinity) <= t - day) unverified += 1
  }
  if (unverified > countriesMax) warnings.push('countries_by_ip')
  return warnings
}

function recordVerified(state: State, ip: string, country: string, t: number): void {
  addTo(state.verifiedDay, country, t)
  addTo(state.verifiedHour, country, t)
  addTo(state.verifiedDay, ip, t)
  const dates = state.verifiedByDate.get(country) ?? new Map<number, number>()
  const date = dateOf(t)
  dates.set(date, (dates.get(date) ?? 0) + 1)
  state.verifiedByDate.set(country, dates)
  seen(state.verifiedCountries, ip, country, t)
  const limits = thresholds(state, ip, country, t)
  fill(state, `h|${country}`, limits.countryHour, hour, -1, t)
  fill(state, `d|${country}`, limits.countryDay, day, -1, t)
  fill(state, `h|${ip}`, limits.ipHour, hour, -1, t)
  fill(state, `d|${ip}`, limits.ipDay, day, -1, t)
}

function thresholds(state: State, ip: string, country: string, t: number) {
  const best = cached(state, `max|${country}`, t, () => {
    const dates = state.verifiedByDate.get(country) ?? new Map<number, number>()
    let max = 0
    for (const [date, count] of dates) if (date >= dateOf(t) - 14) max = Math.max(max, count)
    return max
  })
  const countryDay = cached(state, `24h|${country}`, t, () => countOf(state.verifiedDay, country, t))
  const countryHour = cached(state, `1h|${country}`, t, () => countOf(state.verifiedHour, country, t))
  const ipDay = cached(state, `24h|${ip}`, t, () => countOf(state.verifiedDay, ip, t))
  const daily = Math.max(20, best * ratio, countryDay * ratio)
  return {
    countryDay: daily,
    countryHour: Math.max(3, daily / 6, countryHour * ratio),
    ipDay: Math.max(10, ipDay * ratio),
    ipHour: Math.max(5, (ipDay * ratio) / 6),
  }
}

// True when the bucket is over its threshold after what was poured in.
function fill(state: State, key: string, threshold: number, periodMs: number, count: 1 | -1, t: number): boolean {
  const bucket = state.buckets.get(key)
  const level = Math.min(bucket?.level ?? 0, threshold)
  const leaked = ((t - (bucket?.at ?? t)) * threshold) / periodMs
  const next = Math.max(0, level - leaked + count)
  if (bucket) {
    bucket.level = next
    bucket.at = t
  } else state.buckets.set(key, { level: next, at: t })
  return next > threshold
}

function cached(state: State, key: string, t: number, read: () => number): number {
  const kept = state.cache.get(key)
  if (kept && t - kept.at < cachedMs) return kept.value
  const value = read()
  if (kept) {
    kept.at = t
    kept.value = value
  } else state.cache.set(key, { at: t, value })
  return value
}

function seen(byIp: Map<string, Map<string, number>>, ip: string, country: string, t: number): Map<string, number> {
  const countries = byIp.get(ip) ?? new Map<string, number>()
  countries.set(country, t)
  byIp.set(ip, countries)
  return countries
}

function dateOf(t: number): number {
  return Math.floor((t + utcAheadMs) / day)
}
