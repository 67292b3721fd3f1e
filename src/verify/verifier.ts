import type { Challenge } from '../model/challenge.ts'
import type { Transaction } from '../model/transaction.ts'
import type { Occasion } from '../store/occasion.ts'

/** A transaction, at the version that was read, and the phone that its sealed contact holds. */
export interface VerifyTarget {
  transaction: Transaction
  /** Its challenges of this version, newest first, as they were read with it. */
  challenges: readonly Challenge[]
  /** E.164. */
  phone: string
}

/** The transaction and the challenge after a send. */
export interface Started {
  transaction: Transaction
  challenge: Challenge
}

/** The transaction after a try that was counted. */
export interface Checked {
  outcome: 'approved' | 'wrong' | 'locked'
  transaction: Transaction
}

/**
 * Proves that the owner of the transaction's phone wants exactly this version of it.
 * Two implementations: Aval's own codes (local) and Twilio Verify (twilio). Both charge first and look second.
 */
export interface Verifier {
  /**
   * Charges one send, commits, and sends a code. Undefined when no send was to be had: not pending, another version, five sends,
   * or the last one was after `sentBefore`. Throws delivery_failed when the message did not leave; the send stays charged.
   */
  start(target: VerifyTarget, sentBefore: number, occasion: Occasion): Promise<Started | undefined>
  /**
   * Charges one try, compares, and moves the transaction to approved or, after the fifth wrong code, locked.
   * Undefined when no try was to be had: not pending, another version, no live code, tries spent.
   */
  check(target: VerifyTarget, code: string, occasion: Occasion): Promise<Checked | undefined>
  /** Tells whoever made the codes that they are void. Called after the store has closed them; never throws. */
  cancel(verificationSids: readonly string[]): Promise<void>
}
