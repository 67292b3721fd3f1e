import { dialOf, home, honestCountries } from '../countries.ts'
import { allowed, type PolicyFactory } from '../policy.ts'
import { day } from '../time.ts'
import { policyOver, refused } from './policy-over.ts'
import { addTo, countOf, slidingCount } from './sliding-count.ts'

const perDay = 50
const published: Record<string, number> = { '+1': 800 }
const homeDial = honestCountries.find((country) => country.iso === home)?.dial ?? ''

/**
 * GitLab.com's rule: fifty messages a rolling day for each calling code, then another way to prove oneself. Its published override is
 * 800 for +1; a service with another home needs one for that, here two and a half usual days.
 * Source: gitlab-org/gitlab merge request 257995.
 */
export const gitlab: PolicyFactory = {
  name: 'GitLab 50/day/dial code',
  create: ({ usualDay }) =>
    policyOver('GitLab 50/day/dial code', slidingCount(day), {
      start(state, event) {
        const dial = dialOf(event.to)
        const max = dial === homeDial ? 2.5 * usualDay : (published[dial] ?? perDay)
        if (countOf(state, dial, event.t) >= max) return refused('divert', 'dial_code_limit')
        addTo(state, dial, event.t)
        return allowed
      },
    }),
}
