import type { Instant } from '../lib/clock.ts'
import type { Money } from '../lib/money.ts'
import type { Factor } from './factor.ts'
import type { Locale } from './locale.ts'

/**
 * pending -> approved -> releasing -> released
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

/** How firmly the approving code was bound: to the digest (Aval's own), to amount and payee (PSD2), or to the verification's sid alone. */
export type Binding = 'code' | 'psd2' | 'sid'

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
  factors: Factor[]
  codeLength: number
  codeTtlMs: number
  phoneRef: string | null
  phoneSealed: string | null
  phoneMask: string | null
  /** Whether the approval of this transaction enrols its phone as the subject's. */
  enrolls: boolean
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
