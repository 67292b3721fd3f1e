import { z } from 'zod'
import type { Factor } from '../model/factor.ts'

/** The rules for one kind of transaction. What is frozen into a transaction at its creation is marked so. */
export interface Policy {
  /** Factors that may approve it. Frozen. */
  factors: readonly Factor[]
  /** Digits of a code, 6 to 10 (NIST SP 800-63B-4, 3.1.3.2: 20 bits or more). Frozen. */
  codeLength: number
  /** Life of a code; ten minutes at most (NIST SP 800-63B-4, 3.1.3). Frozen. */
  codeTtlMs: number
  /** Life of the pending transaction when the caller does not say. */
  expiresInS: number
  /** What the user must be shown. */
  shown: { amount: 'required' | 'optional' }
  /** What the payload must look like. It is checked before it is sealed, and released as it came. */
  payload: z.ZodType
}

const minutes = 60_000

/** A six-digit code by text message, good for ten minutes: what every kind starts from. */
const codeBySms = {
  factors: ['sms'],
  codeLength: 6,
  codeTtlMs: 10 * minutes,
  expiresInS: 86_400,
  shown: { amount: 'optional' },
} as const satisfies Omit<Policy, 'payload'>

// Released as it came, so it is checked for shape only: the platform knows its own members.
const jsonObject = z.looseObject({})

/** One policy for each kind. An account may be changed without moving money, so its amount is optional. */
export const policies = {
  'payout_account.change': { ...codeBySms, payload: jsonObject },
  'payout.withdraw': { ...codeBySms, shown: { amount: 'required' }, payload: jsonObject },
  'registration.finalize': { ...codeBySms, payload: jsonObject },
} as const satisfies Record<string, Policy>

/** The rules for a kind that has none of its own. */
export const defaultPolicy: Policy = { ...codeBySms, payload: z.unknown() }

/** The rules for a kind of transaction; a kind without rules of its own has the default ones. */
export function policyFor(kind: string): Policy {
  return Object.hasOwn(policies, kind) ? policies[kind as keyof typeof policies] : defaultPolicy
}
