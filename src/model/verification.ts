import type { Instant } from '../lib/clock.ts'
import type { Channel } from './factor.ts'

/** Twilio's statuses, in Twilio's spelling. A live verification is pending; every other status is final. */
export const verificationStatuses = [
  'pending',
  'approved',
  'canceled',
  'max_attempts_reached',
  'deleted',
  'failed',
  'expired',
] as const
export type VerificationStatus = (typeof verificationStatuses)[number]

/** One message sent for a verification. */
export interface Attempt {
  sid: string
  channel: Channel
  at: Instant
}

/** One proof of control of an address, asked for at the Twilio door. */
export interface Verification {
  sid: string
  serviceSid: string
  accountSid: string
  to: string
  channel: Channel
  status: VerificationStatus
  sends: number
  checks: number
  attempts: Attempt[]
  amount: string | null
  payee: string | null
  createdAt: Instant
  updatedAt: Instant
  expiresAt: Instant
}

/** How long a code lives (Twilio Verify, rate limits and timeouts: ten minutes, not lengthened by a resend). */
export const verificationTtlMs = 10 * 60_000
export const verificationSendsMax = 5
export const verificationChecksMax = 5
