import type { Carriers } from '../channel/carrier.ts'
import type { GuardLog, GuardRules } from '../guard/decide.ts'
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
  guard: GuardRules
  log: GuardLog
}
