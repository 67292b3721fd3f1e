import { countryOf } from '../countries.ts'
import { allowed, type PolicyFactory } from '../policy.ts'
import { hour } from '../time.ts'
import { policyOver, refused } from './policy-over.ts'
import { addTo, countOf, type SlidingCount, slidingCount } from './sliding-count.ts'

const windowMs = 12 * hour
const messagesMin = 1000
const sigmas = 6
const blockMs = 12 * hour
const samplesMin = 24
const samplesMax = 14 * 24

interface State {
  counts: SlidingCount
  blockedUntil: Map<string, number>
  /** Messages in the twelve hours before each full hour, by country; what is missing at the front is zero. */
  samples: Map<string, number[]>
  sampled: number
}

/**
 * The volumetric alert of Vonage's Fraud Defender, taken as a block: more than a thousand messages to a country in twelve hours, and
 * more than six standard deviations over what was usual. Source: developer.vonage.com, Fraud Defender release notes.
 */
export const vonage: PolicyFactory = {
  name: 'Vonage volumetric 6 sigma',
  create: () => policyOver('Vonage volumetric 6 sigma', emptyState(), { start }),
}

function emptyState(): State {
  return { counts: slidingCount(windowMs), blockedUntil: new Map(), samples: new Map(), sampled: 0 }
}

function start(state: State, event: Parameters<ReturnType<PolicyFactory['create']>['start']>[0]) {
  while ((state.sampled + 1) * hour <= event.t) sample(state)
  const country = countryOf(event.to)
  if ((state.blockedUntil.get(country) ?? 0) > event.t) return refused('block', 'country_blocked')
  const count = countOf(state.counts, country, event.t) + 1
  if (count > messagesMin && state.sampled >= samplesMin && count > usualOf(state, country)) {
    state.blockedUntil.set(country, event.t + blockMs)
    return refused('block', 'volume')
  }
  addTo(state.counts, country, event.t)
  return allowed
}

function sample(state: State): void {
  state.sampled += 1
  for (const country of state.counts.byKey.keys()) {
    const samples = state.samples.get(country) ?? []
    samples.push(countOf(state.counts, country, state.sampled * hour))
    if (samples.length > samplesMax) samples.shift()
    state.samples.set(country, samples)
  }
}

// Of windows that do not overlap the present one, so that an attack is not its own history.
function usualOf(state: State, country: string): number {
  const samples = (state.samples.get(country) ?? []).slice(0, -windowMs / hour)
  const count = Math.min(state.sampled, samplesMax) - windowMs / hour
  const mean = samples.reduce((sum, value) => sum + value, 0) / count
  const squares = samples.reduce((sum, value) => sum + value * value, 0) / count
  return mean + sigmas * Math.sqrt(Math.max(0, squares - mean * mean))
}
