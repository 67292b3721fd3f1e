import { allowed, type PolicyFactory, type StartEvent } from '../policy.ts'
import { day, hour, minute } from '../time.ts'
import { policyOver, refused, sourceOf } from './policy-over.ts'
import { addTo, countOf, type SlidingCount, slidingCount } from './sliding-count.ts'

/** No guard at all. */
export const none: PolicyFactory = {
  name: 'none',
  create: () => policyOver('none', {}, { start: () => allowed }),
}

/** Ten an hour from one address, or from one IPv6 network of a customer. */
export const perIp: PolicyFactory = limited('per-IP 10/h', { ip: true })

/** Five in ten minutes and ten a day to one number. */
export const perNumber: PolicyFactory = limited('per-number 5/10min,10/day', { number: true })

/** Both limits. */
export const perIpAndNumber: PolicyFactory = limited('per-IP 10/h + per-number', { ip: true, number: true })

interface Limit {
  counts: SlidingCount
  max: number
  keyOf: 'ip' | 'number'
}

function limited(name: string, by: { ip?: boolean; number?: boolean }): PolicyFactory {
  const limits = (): Limit[] => [
    ...(by.ip ? [{ counts: slidingCount(hour), max: 10, keyOf: 'ip' as const }] : []),
    ...(by.number ? [{ counts: slidingCount(10 * minute), max: 5, keyOf: 'number' as const }] : []),
    ...(by.number ? [{ counts: slidingCount(day), max: 10, keyOf: 'number' as const }] : []),
  ]
  return {
    name,
    create: () =>
      policyOver(name, limits(), {
        start(state, event) {
          const full = state.find((limit) => countOf(limit.counts, keyOf(limit, event), event.t) >= limit.max)
          if (full) return refused(full.keyOf === 'ip' ? 'block' : 'wait', `${full.keyOf}_limit`)
          for (const limit of state) addTo(limit.counts, keyOf(limit, event), event.t)
          return allowed
        },
      }),
  }
}

function keyOf(limit: Limit, event: StartEvent): string {
  return limit.keyOf === 'number' ? event.to : sourceOf(event.ip)
}
