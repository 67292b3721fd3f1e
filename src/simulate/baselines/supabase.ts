import { allowed, type PolicyFactory } from '../policy.ts'
import { hour, minute } from '../time.ts'
import { policyOver, refused } from './policy-over.ts'

const perHour = 30
const apartMs = minute

/**
 * supabase's documented defaults: thirty messages an hour for the whole project, as a bucket of thirty tokens, and a minute between
 * two to one number. Source: supabase.com/docs/guides/auth/rate-limits.
 */
export const supabase: PolicyFactory = {
  name: 'supabase default 30/h',
  create: () =>
    policyOver(
      'supabase default 30/h',
      { tokens: perHour, at: 0, lastTo: new Map<string, number>() },
      {
        start(state, event) {
          if (event.t - (state.lastTo.get(event.to) ?? -Infinity) < apartMs) return refused('wait', 'number_limit')
          state.tokens = Math.min(perHour, state.tokens + ((event.t - state.at) * perHour) / hour)
          state.at = event.t
          if (state.tokens < 1) return refused('block', 'project_limit')
          state.tokens -= 1
          state.lastTo.set(event.to, event.t)
          return allowed
        },
      },
    ),
}
