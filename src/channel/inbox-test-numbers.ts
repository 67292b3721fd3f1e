import { isEmail, mailboxOf } from '../lib/email.ts'
import { failureOf, type Outcome } from './chaos.ts'

/** Addresses whose messages always end the same way, each under the spelling that `testAddress` gives. */
export type TestNumbers = ReadonlyMap<string, Outcome>

/** What is wrong with a list of test numbers. It names entries by their place, for an address is nobody's business in a log. */
export class InvalidTestNumbers extends Error {
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(faults.join('; '))
    this.name = 'InvalidTestNumbers'
    this.faults = faults
  }
}

const secondsMax = 86_400
const known = 'delivered, undelivered:<code>, slow:<seconds>, drop, duplicate, 429 or 500'

/** The spelling under which an address is looked up: mailboxes are compared as mail servers do. */
export function testAddress(to: string): string {
  return to.includes('@') ? mailboxOf(to) : to
}

/**
 * Reads `+5511988880001=undelivered:30003,bounce@example.com=drop`. Blank entries are left out; throws InvalidTestNumbers, which names
 * every fault at once, for anything that is not understood.
 */
export function parseTestNumbers(text: string): TestNumbers {
  const numbers = new Map<string, Outcome>()
  const faults: string[] = []
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean)
  for (const [i, entry] of entries.entries()) {
    const at = entry.lastIndexOf('=')
    const to = testAddress(entry.slice(0, Math.max(at, 0)).trim())
    const outcome = outcomeOf(entry.slice(at + 1).trim())
    if (at < 0) faults.push(`entry ${i + 1} has no "="`)
    else if (!/^\+[1-9]\d{6,14}$/.test(to) && !isEmail(to))
      faults.push(`entry ${i + 1} is for neither an E.164 number nor an e-mail address`)
    else if (!outcome) faults.push(`entry ${i + 1} has another outcome than ${known}`)
    else if (numbers.has(to)) faults.push(`entry ${i + 1} is for an address that stands before`)
    else numbers.set(to, outcome)
  }
  if (faults.length > 0) throw new InvalidTestNumbers(faults)
  return numbers
}

function outcomeOf(text: string): Outcome | undefined {
  const [name, value, ...rest] = text.split(':')
  if (rest.length > 0) return undefined
  if (name === 'undelivered') {
    return value && /^[\w.-]{1,32}$/.test(value)
      ? { name: 'undelivered', delayMs: 0, failure: failureOf(value) }
      : undefined
  }
  if (name === 'slow') {
    const isSeconds = value !== undefined && /^\d{1,5}$/.test(value) && Number(value) <= secondsMax
    return isSeconds ? { name: 'delivered', delayMs: Number(value) * 1000, copies: 1 } : undefined
  }
  if (value !== undefined) return undefined
  switch (name) {
    case 'delivered':
      return { name: 'delivered', delayMs: 0, copies: 1 }
    case 'duplicate':
      return { name: 'delivered', delayMs: 0, copies: 2 }
    case 'drop':
      return { name: 'dropped' }
    case '429':
    case '500':
      return { name: 'refused', code: name }
    default:
      return undefined
  }
}
