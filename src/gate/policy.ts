import { z } from 'zod'
import { minorUnits } from '../lib/money.ts'
import { type Assurance, stronger } from '../model/assurance.ts'
import type { Factor } from '../model/factor.ts'
import type { FallbackStep, Summary } from '../model/transaction.ts'

/** The rules for one kind of transaction. What is frozen into a transaction at its creation is marked so. */
export interface Policy {
  /** Factors that may approve it, the preferred one first. Frozen. */
  factors: readonly Factor[]
  /** How sure the approval must be. Frozen into each version; a change never lowers it. */
  assurance: Assurance
  /** Whether evidence of theft is weighed: it may ask for more, hold the release or have a person look at it. Operators' rules always may. */
  assessed: boolean
  /** Digits of a code, 6 to 10 (NIST SP 800-63B-4, 3.1.3.2: 20 bits or more). Frozen. */
  codeLength: number
  /** What amounts from some value on ask for besides. */
  above: readonly AmountRule[]
  /** Life of a code; ten minutes at most (NIST SP 800-63B-4, 3.1.3). Frozen. */
  codeTtlMs: number
  /** Life of the pending transaction when the caller does not say. */
  expiresInS: number
  /** The channels that are tried by themselves, one after the other, from the one that was asked for. Frozen. */
  fallback: readonly FallbackStep[]
  /**
   * What the user must be shown. `where: 'message'` leaves out the factors that cannot say payee and amount themselves, so that the page is
   * not the only witness.
   */
  shown: { amount: 'required' | 'optional'; where: 'page' | 'message' }
  /** What the payload must look like. It is checked before it is sealed, and released as it came. */
  payload: z.ZodType
}

/** A rule for amounts from `amount` on: a canonical decimal, compared as a number whatever the currency. */
export interface AmountRule {
  amount: string
  assurance?: Assurance | undefined
  codeLength?: number | undefined
}

/** The rules of every kind. */
export interface Policies {
  byKind: Readonly<Record<string, Policy>>
  /** For a kind that has none of its own. */
  usual: Policy
  /** How long a new contact waits before it counts, and how long one that replaces a lost phone does, in milliseconds. */
  coolDownMs: number
  holdMs: number
  /** How old an app or a passkey must be before it counts for `high`, in milliseconds (OWASP ASVS 5.0, 6.3.7). */
  seasonedMs: number
}

const minutes = 60_000
const hours = 60 * minutes

/** Whatever proves more than an e-mail address does, by a six-digit code good for ten minutes, or without one. */
const usual = {
  factors: ['passkey', 'sms', 'whatsapp', 'call', 'totp', 'email'],
  assurance: 'substantial',
  assessed: true,
  codeLength: 6,
  // NIST SP 800-63B-4, 3.1.3.2 asks for 20 bits; a guess at more money is made a hundred times harder.
  above: [{ amount: '100000.00', codeLength: 8 }],
  codeTtlMs: 10 * minutes,
  expiresInS: 86_400,
  fallback: [],
  shown: { amount: 'optional', where: 'page' },
} as const satisfies Omit<Policy, 'payload'>

// Released as it came, so it is checked for shape only: the platform knows its own members.
const jsonObject = z.looseObject({})
const anyJson = z.unknown()

/**
 * One policy for each kind. An account may be changed without moving money, so its amount is optional; a ticket buyer's registration
 * moves none of the organizer's, so an e-mail address is enough.
 */
export const builtInPolicies: Policies = {
  byKind: {
    'payout_account.change': { ...usual, payload: jsonObject },
    'payout.withdraw': { ...usual, shown: { amount: 'required', where: 'page' }, payload: jsonObject },
    'registration.finalize': { ...usual, assurance: 'low', assessed: false, payload: jsonObject },
  },
  usual: { ...usual, payload: anyJson },
  coolDownMs: 24 * hours,
  holdMs: 72 * hours,
  seasonedMs: 24 * hours,
}

/** Kinds that Aval makes itself: they change what a subject approves with. Nobody else may make them. */
export const enrolmentKinds = [
  'contact.phone',
  'contact.email',
  'factor.totp',
  'factor.passkey',
  'factor.remove',
] as const
export type EnrolmentKind = (typeof enrolmentKinds)[number]

/** Whether Aval alone may make transactions of this kind. */
export function isEnrolmentKind(kind: string): kind is EnrolmentKind {
  return (enrolmentKinds as readonly string[]).includes(kind)
}

/** The rules for a kind of transaction; a kind without rules of its own has the usual ones. */
export function policyFor({ byKind, usual }: Policies, kind: string): Policy {
  return (Object.hasOwn(byKind, kind) && byKind[kind]) || usual
}

/** What a policy asks of this amount: the most that any rule for it asks, so that more money never asks for less. */
export function termsFor(policy: Policy, amount: Summary['amount']): { assurance: Assurance; codeLength: number } {
  const terms = { assurance: policy.assurance, codeLength: policy.codeLength }
  for (const rule of policy.above) {
    if (!amount || compare(amount.value, rule.amount) < 0) continue
    terms.assurance = stronger(terms.assurance, rule.assurance ?? 'none')
    terms.codeLength = Math.max(terms.codeLength, rule.codeLength ?? 0)
  }
  return terms
}

/** The factors of a policy, without those that show nothing where something must be shown. */
export function factorsOf({ factors, shown }: Policy): readonly Factor[] {
  if (shown.where === 'page') return factors
  return factors.filter((factor) => factor !== 'whatsapp' && factor !== 'totp')
}

/** Below, equal or above zero, by value. */
function compare(a: string, b: string): number {
  const scale = (text: string) => {
    const [whole = '0', fraction = ''] = text.split('.')
    return BigInt(minorUnits({ value: `${whole}.${fraction.padEnd(4, '0')}`, currency: '' }))
  }
  const difference = scale(a) - scale(b)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}
