import type { Draw } from './buckets/draw.ts'

/** Whose codes are tried: a number or address within an account, or a subject of the gate. */
export interface Tried {
  account: string
  of: string
}

/** Wrong tries over all codes of one who is asked for them, with what comes back in a day. A right one forgets them. */
const triesMax = 10
const day = 86_400_000
const everybody = 7

/**
 * The draw of one try. It goes across codes and transactions, so that a new code buys no new guesses (NIST SP 800-63B-4, 3.2.2; security
 * cases A04 to A06). Where it is empty the first try of a code is let through all the same: a stranger who guesses wrong on purpose
 * cannot keep the owner from the right one (OWASP ASVS 5.0, 6.1.1), and gets one guess for each message that the guard lets him send.
 */
export function tryDraw(key: string): Draw {
  return {
    key: `tries|${key}`,
    scope: 'tries',
    label: '',
    rule: { base: triesMax, cap: triesMax, refillMs: day, fadeMs: day, memoryMs: day },
    cost: 1,
    pay: triesMax,
    classes: everybody,
    effect: 'refuse',
  }
}

/** The one try that a code has when its owner has none left. */
export function firstDraw(code: string): Draw {
  const never = 1e15
  const rule = { base: 1, cap: 1, refillMs: never, fadeMs: never, memoryMs: day }
  return {
    key: `first|${code}`,
    scope: 'tries',
    label: '',
    rule,
    cost: 1,
    pay: 0,
    classes: everybody,
    effect: 'refuse',
  }
}
