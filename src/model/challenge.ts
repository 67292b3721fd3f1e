import type { Instant } from '../lib/clock.ts'
import type { Factor } from './factor.ts'

/** One ask for a code: for one version of one transaction, at one address. A resend of the same code is the same challenge. */
export interface Challenge {
  id: string
  transactionId: string
  version: number
  /** How it was asked for last. All channels to one address are one challenge with one code. */
  channel: Factor
  /** Hash of the address; of an app or a passkey its name. */
  addressRef: string
  keyId: string
  /** Codes are derived from this seed and a key outside the database, never stored; a passkey's nonce. Empty where Twilio makes the code. */
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
