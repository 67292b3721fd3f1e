import type { Instant } from '../lib/clock.ts'
import type { Money } from '../lib/money.ts'
import type { Review } from './assessment.ts'
import type { Assurance, Proven } from './assurance.ts'
import type { Channel, Factor } from './factor.ts'
import type { Locale } from './locale.ts'

/**
 * pending -> approved -> releasing -> released
 * approved -> denied | canceled, while it is held
 * pending -> denied | canceled | expired | locked | superseded
 */
export const transactionStatuses = [
  'pending',
  'approved',
  'releasing',
  'released',
  'denied',
  'canceled',
  'expired',
  'locked',
  'superseded',
] as const
export type TransactionStatus = (typeof transactionStatuses)[number]

/**
 * How firmly the approving factor was bound: a signature or a code over the digest, Twilio's over amount and payee (PSD2) or over the
 * verification's sid alone; `page` is an app's code, which knows of no transaction: only the page tied them together.
 */
export type Binding = 'signature' | 'code' | 'psd2' | 'sid' | 'page'

/** A channel, and how long news of its message is waited for before the next one is tried. */
export interface FallbackStep {
  channel: Channel
  waitS: number
}

/** What the user is shown and approves. */
export interface Summary {
  payee: string
  amount?: Money
  fields: { label: string; value: string }[]
}

/** The sealed sensitive act, as the store keeps it. The payload and the full summary are inside `sealed` only. */
export interface Transaction {
  id: string
  kind: string
  subject: string
  status: TransactionStatus
  version: number
  keyId: string
  digest: string
  /** Account-like values are masked; the full text is inside `sealed`. */
  summary: Summary
  /** null once it is shredded. */
  sealed: string | null
  /** Those that this subject could approve it by when it was made. */
  factors: Factor[]
  assurance: Assurance
  codeLength: number
  codeTtlMs: number
  phoneRef: string | null
  phoneSealed: string | null
  phoneMask: string | null
  emailRef: string | null
  emailSealed: string | null
  emailMask: string | null
  /** Whether the approval of this transaction enrols its phone or e-mail address as the subject's first. */
  enrolls: boolean
  /** The address that this transaction is to enrol, which must prove itself too; or the id of what it is to remove. */
  targetRef: string | null
  targetSealed: string | null
  targetMask: string | null
  /** How long the new address waits before it counts, in milliseconds. */
  targetDelayMs: number
  /** How long the release waits after the approval, in milliseconds, and whether a person has to look at it before. */
  holdMs: number
  review: Review
  /** Who acts, whom it pays and from where, as keyed hashes and two letters: known to the account once it is released. */
  deviceRef: string | null
  payeeRef: string | null
  ipCountry: string | null
  /** Which elements were proven for this version, and by which factors. */
  proven: Proven
  provenBy: Factor[]
  /** The channels that are tried one after the other, with the seconds that each has. */
  fallback: FallbackStep[]
  sends: number
  checks: number
  lastSentAt: Instant | null
  locale: Locale
  returnUrl: string | null
  metadata: Record<string, string | number | boolean | null>
  createdAt: Instant
  expiresAt: Instant
  approvedAt: Instant | null
  approvedBy: Factor | null
  binding: Binding | null
  releaseId: string | null
  leaseExpiresAt: Instant | null
  finishedAt: Instant | null
}

/** PSD2 RTS art. 4(3)(b): no more than five failed attempts. Twilio Verify: five sends, five checks. */
export const sendsMax = 5
export const checksMax = 5

/** How long a release may take before another worker may repeat it. */
export const leaseMs = 60_000

/** When what is approved may be released; undefined while it is not approved. */
export function releasableAt({ approvedAt, holdMs }: Pick<Transaction, 'approvedAt' | 'holdMs'>): Instant | undefined {
  return approvedAt === null ? undefined : approvedAt + holdMs
}

/** Whether it is approved and waits: for its time, or for a person. */
export function isHeld(
  transaction: Pick<Transaction, 'status' | 'approvedAt' | 'holdMs' | 'review'>,
  at: Instant,
): boolean {
  const from = releasableAt(transaction)
  return transaction.status === 'approved' && from !== undefined && (from > at || transaction.review === 'wanted')
}
