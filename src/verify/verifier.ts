import type { Instant } from '../lib/clock.ts'
import type { Challenge } from '../model/challenge.ts'
import type { Channel, Element } from '../model/factor.ts'
import type { Transaction } from '../model/transaction.ts'
import type { Occasion } from '../store/occasion.ts'
import type { SendAllowance } from '../store/transactions.ts'

/** A transaction, at the version that was read, with its challenges, the newest first. */
export interface VerifyTarget {
  transaction: Transaction
  challenges: readonly Challenge[]
}

/** Where a code goes. */
export interface Destination {
  channel: Channel
  /** E.164 number or e-mail address, as it is enrolled. */
  address: string
  /** Its keyed hash. */
  addressRef: string
  /** When the next channel is tried unless this one delivers; null where none is. */
  fallBackAt: Instant | null
}

/** The transaction and the challenge after a send. */
export interface Started {
  transaction: Transaction
  challenge: Challenge
}

/** The transaction after a try that was counted. `proven`: the code was right, but more is asked for. */
export interface Checked {
  outcome: 'approved' | 'proven' | 'wrong' | 'locked'
  transaction: Transaction
}

/**
 * Proves by a code that travels that the owner of an address wants exactly this version of a transaction.
 * Two implementations: Aval's own codes (local) and Twilio Verify (twilio). Both charge first and look second.
 */
export interface Verifier {
  /** Whether the codes are Aval's own, which has a say in their length then. */
  readonly ownsCodes: boolean
  /** The channels that codes can travel by. */
  readonly channels: ReadonlySet<Channel>
  /**
   * Charges one send, commits, and sends a code. Undefined when no send was to be had: not pending, another version, five sends,
   * or not allowed now. Throws delivery_failed when the message did not leave and no other channel follows; the
   * send stays charged.
   */
  start(target: VerifyTarget, to: Destination, allowed: SendAllowance, occasion: Occasion): Promise<Started | undefined>
  /**
   * Charges one try, compares, and moves the transaction on: approved, proven for a part, or, after the fifth wrong code, locked.
   * Undefined when no try was to be had: not pending, another version, no live code, tries spent, something else proven meanwhile.
   */
  check(
    target: VerifyTarget,
    addressOf: (challenge: Challenge) => string | undefined,
    code: string,
    occasion: Occasion,
  ): Promise<Checked | undefined>
  /** Tells whoever made the codes that they are void. Called after the store has closed them; never throws. */
  cancel(verificationSids: readonly string[]): Promise<void>
}

/** The element that the address of a challenge proves. */
export function elementAt(
  { targetRef, emailRef }: Transaction,
  addressRef: string,
): Exclude<Element, 'app' | 'passkey'> {
  if (addressRef === targetRef) return 'target'
  return addressRef === emailRef ? 'email' : 'phone'
}
