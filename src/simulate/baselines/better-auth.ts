import { allowed, type PolicyFactory } from '../policy.ts'
import { minute } from '../time.ts'
import { policyOver, refused, sourceOf } from './policy-over.ts'

const windowMs = minute
const max = 10
const guessesMax = 3

/**
 * better-auth's phone-number plugin as it comes: ten requests in sixty seconds for an address and path, counted again from one only
 * after a minute in which none was allowed; nothing for a number; three guesses a code.
 * Source: better-auth 1.7, api/rate-limiter (decideConsume) and plugins/phone-number.
 */
export const betterAuth: PolicyFactory = {
  name: 'better-auth default',
  create: () =>
    policyOver(
      'better-auth default',
      { sends: emptyLimiter(), checks: emptyLimiter(), codes: emptyCodes() },
      {
        start(state, event) {
          const network = sourceOf(event.ip)
          if (!consume(state.sends, network, event.t)) return refused('block', 'too_many_requests')
          state.codes.set(event.id, { network, wrong: 0 })
          return allowed
        },
        mayCheck(state, event) {
          const code = state.codes.get(event.id)
          return code !== undefined && consume(state.checks, code.network, event.t) && code.wrong < guessesMax
        },
        check(state, event) {
          const code = state.codes.get(event.id)
          if (event.correct) state.codes.delete(event.id)
          else if (code) code.wrong += 1
        },
      },
    ),
}

type Limiter = Map<string, { count: number; lastAllowed: number }>

function emptyLimiter(): Limiter {
  return new Map()
}

function emptyCodes(): Map<string, { network: string; wrong: number }> {
  return new Map()
}

function consume(limiter: Limiter, key: string, now: number): boolean {
  const row = limiter.get(key)
  if (!row) {
    limiter.set(key, { count: 1, lastAllowed: now })
    return true
  }
  if (now - row.lastAllowed >= windowMs) row.count = 0
  if (row.count >= max) return false
  row.count += 1
  row.lastAllowed = now
  return true
}
