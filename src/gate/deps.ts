import type { Assessor } from '../guard/assess/assessor.ts'
import type { SendGuard } from '../guard/send-guard.ts'
import type { Clock } from '../lib/clock.ts'
import type { KeyRing } from '../lib/keyring.ts'
import type { Random } from '../lib/random.ts'
import type { Challenge } from '../model/challenge.ts'
import type { Factor } from '../model/factor.ts'
import type { Transaction } from '../model/transaction.ts'
import type { AuthenticatorRow } from '../store/authenticators.ts'
import type { Db } from '../store/db.ts'
import type { MessageRow } from '../store/messages.ts'
import type { Verifier } from '../verify/verifier.ts'
import type { Policies } from './policy.ts'
import type { ReceiptSigner } from './receipt.ts'

/** What the gate's commands may touch. */
export interface GateDeps {
  db: Db
  clock: Clock
  random: Random
  keys: KeyRing
  verifier: Verifier
  guard: SendGuard
  assessor: Assessor
  policies: Policies
  receipts: ReceiptSigner
  /** Whose passkeys these are: the pages' host and origin (WebAuthn Level 3, 5.1.2). */
  relyingParty: RelyingParty
  /** Origins that a return_url may have; undefined: any (local mode). */
  returnOrigins: ReadonlySet<string> | undefined
  log: { warn(details: object, message: string): void; error(details: object, message: string): void }
}

/** The pages that passkeys are made and used on. */
export interface RelyingParty {
  id: string
  name: string
  origins: string[]
}

/** The relying party of pages at this address. */
export function relyingPartyAt(publicUrl: string, name: string): RelyingParty {
  const { hostname, origin } = new URL(publicUrl)
  return { id: hostname, name, origins: [origin] }
}

/** Who asks. */
export interface Caller {
  ip: string
  /** Whether that is where the user is: a platform's server is not. */
  user?: boolean | undefined
  /** Keyed hash of what names the user's device, where something does. */
  device?: string | undefined
}

/** A transaction as it stands now, with what can be done next. */
export interface TransactionState {
  transaction: Transaction
  /** The challenge of this version that was asked for last, live or not. */
  challenge: Challenge | undefined
  /** All of them, the newest first. */
  challenges: readonly Challenge[]
  /** The ways that are open now: of what is left to prove. */
  offered: readonly Factor[]
  /** The subject's passkeys, where one is asked for. */
  passkeys: readonly AuthenticatorRow[]
  /** Whose passkeys they are. */
  relyingPartyId: string
  /** The newest message that is on its way, where its carrier says what became of it. */
  message: MessageRow | undefined
  /** When the next send is allowed; null when none is left. */
  resendAt: number | null
  now: number
}
