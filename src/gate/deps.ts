import type { GuardRules } from '../guard/decide.ts'
import type { Clock } from '../lib/clock.ts'
import type { KeyRing } from '../lib/keyring.ts'
import type { Random } from '../lib/random.ts'
import type { Challenge } from '../model/challenge.ts'
import type { Transaction } from '../model/transaction.ts'
import type { Db } from '../store/db.ts'
import type { Verifier } from '../verify/verifier.ts'
import type { ReceiptSigner } from './receipt.ts'

/** What the gate's commands may touch. */
export interface GateDeps {
  db: Db
  clock: Clock
  random: Random
  keys: KeyRing
  verifier: Verifier
  guard: GuardRules
  receipts: ReceiptSigner
  /** Origins that a return_url may have; undefined: any (local mode). */
  returnOrigins: ReadonlySet<string> | undefined
  log: { warn(details: object, message: string): void; error(details: object, message: string): void }
}

/** Who asks. */
export interface Caller {
  ip: string
}

/** A transaction as it stands now, with what can be done next. */
export interface TransactionState {
  transaction: Transaction
  /** The newest challenge of this version, live or not. */
  challenge: Challenge | undefined
  /** All of them, newest first. */
  challenges: readonly Challenge[]
  /** When the next send is allowed; null when none is left. */
  resendAt: number | null
  now: number
}
