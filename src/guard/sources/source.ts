import type { Instant } from '../../lib/clock.ts'
import type { LineType } from '../../lib/line-type.ts'
import type { Money } from '../../lib/money.ts'

/** What outside fraud systems are asked about. A source is given no more of it than it needs. */
export interface FraudQuestion {
  /** Names this one decision; answers are bound to it. */
  decisionId: string
  about: 'message' | 'transaction'
  /** E.164. */
  phone?: string | undefined
  ip?: string | undefined
  email?: string | undefined
  amount?: Money | undefined
  subject?: string | undefined
  transactionId?: string | undefined
  /** Digest of what the transaction will do. */
  digest?: string | undefined
  kind?: string | undefined
  userAgent?: string | undefined
  deviceId?: string | undefined
  /** The user's own access token of the mobile network (CAMARA Number Verification): of one use, and a secret. */
  phoneToken?: string | undefined
}

/** What a source holds to be true. What is left out is unknown, which is never the same as harmless. */
export interface FraudFacts {
  lineType?: LineType
  simChangedAt?: Instant
  /** The SIM was changed in the last so many hours. */
  simChangedWithinH?: number
  /** It was not changed in the last so many hours. */
  simUnchangedForH?: number
  /** Whether all calls are forwarded. */
  callForwarding?: boolean
  /** 0 to 100; from 60 on a message deserves friction, above 90 it should not leave (Twilio, SMS pumping risk). */
  pumpingScore?: number
  /** Whether the device is the one that the mobile network knows under this number. */
  numberVerified?: boolean
  /** Of fraud, 0 to 1. */
  probability?: number
  action?: FraudAction
  /** Codes or short lines for the record of the decision, never for the user. */
  reasons: string[]
}

/** From the mildest to the strictest. */
export const fraudActions = ['allow', 'review', 'block'] as const
export type FraudAction = (typeof fraudActions)[number]

/** An outside system that knows something of numbers, networks or people. */
export interface FraudSource {
  readonly name: string
  /** Whether the question has what the source needs; left out, it is always asked. */
  canAnswer?(question: FraudQuestion): boolean
  /**
   * What the source knows; `unknown` where the question lacks what it needs, or it knows nothing of it. Asks once and repeats nothing.
   * Rejects with a SourceFault, as soon as `signal` says that time is up at the latest.
   */
  ask(question: FraudQuestion, signal: AbortSignal): Promise<FraudFacts | 'unknown'>
}

/** Why a source gave no facts. A code alone: it holds nothing of the question and nothing of what was answered. */
export type SourceWhy =
  | 'timeout'
  | 'connection'
  | 'redirect'
  | 'answer_too_long'
  | 'odd_answer'
  | 'wrong_number'
  | 'wrong_signature'
  | 'stale_answer'
  | 'wrong_decision'
  | 'wrong_transaction'
  | 'breaker_open'
  | 'not_known'
  | `status_${number}`
  | `token_${string}`

/** A source gave no facts. */
export class SourceFault extends Error {
  readonly why: SourceWhy
  /** Whether the fault is the source's own. One about this question alone says nothing of the next. */
  readonly isOutage: boolean
  constructor(why: SourceWhy, { isOutage = true }: { isOutage?: boolean } = {}) {
    super(`a fraud source gave no facts: ${why}`)
    this.name = 'SourceFault'
    this.why = why
    this.isOutage = isOutage
  }
}

/** E.164, as CAMARA and Twilio take it. */
export function isE164(phone: string | undefined): phone is string {
  return phone !== undefined && /^\+[1-9]\d{4,14}$/.test(phone)
}
