import type { Instant } from '../lib/clock.ts'
import type { Channel } from './factor.ts'

/** One ask for a code: for one version of one transaction, at one address. A resend of the same code is the same challenge. */
export interface Challenge {
  id: string
  transactionId: string
  version: number
  channel: Channel
  addressRef: string
  keyId: string
  /** Codes are derived from this seed and a key outside the database, never stored. Empty where Twilio makes the code. */
  codeSeed: string
  codeMac: string
  /** Twilio's VE sid where Twilio makes the code. */
  verificationSid: string | null
  open: boolean
  createdAt: Instant
  expiresAt: Instant
  sentAt: Instant | null
}

/** Whether its code can still be sent again or tried. */
export function isLive({ open, expiresAt }: Challenge, at: Instant): boolean {
  return open && expiresAt > at
}
