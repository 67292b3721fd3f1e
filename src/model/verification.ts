import type { Instant } from '../lib/clock.ts'
import type { DeliveryStatus } from './delivery.ts'
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

/** How a message fared, in Twilio's words. `sending` until its carrier has answered. */
export type Delivery = 'sending' | 'sent' | 'delivered' | 'failed'

/** What Twilio calls a message that is where we say. */
export function attemptDeliveryOf(status: DeliveryStatus): Delivery {
  const words = {
    queued: 'sending',
    sent: 'sent',
    undelivered: 'failed',
    delivered: 'delivered',
    read: 'delivered',
  } as const
  return words[status]
}

/**
 * The SID of a verification's n-th message. It begins like the verification's own, so that the message is found by its SID in the
 * order that the rows have anyway.
 */
export function attemptSid(verificationSid: string, n: number): string {
  return `VL${verificationSid.slice(2, 26)}${String(n).padStart(8, '0')}`
}

/** One proof of control of an address, asked for at the Twilio door. */
export interface Verification {
  sid: string
  serviceSid: string
  accountSid: string
  to: string
  channel: Channel
  status: VerificationStatus
  attempts: Attempt[]
  /** What the numbering plan says of the number, where the service looks it up. */
  lineType: string | null
  amount: string | null
  payee: string | null
  createdAt: Instant
  updatedAt: Instant
}

/** Twilio Verify, rate limits and timeouts. */
export const verificationSendsMax = 5
export const verificationChecksMax = 5
