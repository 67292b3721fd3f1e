import type { Carriers } from '../channel/carrier.ts'
import type { Template } from '../channel/templates.ts'
import type { GuardLog, SendGuard } from '../guard/send-guard.ts'
import type { Clock } from '../lib/clock.ts'
import type { KeyRing } from '../lib/keyring.ts'
import type { Random } from '../lib/random.ts'
import type { Db } from '../store/db.ts'

/** What the commands of the local Verify service may touch. */
export interface VerifyDeps {
  db: Db
  clock: Clock
  random: Random
  keys: KeyRing
  /** Who carries the messages of each channel. */
  carriers: Carriers
  /** The texts that a service or a start can name. */
  catalogue: readonly Template[]
  guard: SendGuard
  log: GuardLog
}
