import { invalidParameter, TwilioError } from '../../model/twilio-error.ts'
import { all } from '../../store/db.ts'
import {
  type FactorRow,
  findFactor,
  holdFactor,
  spendFactorCheck,
  updateFactorRow,
  useStep,
  verifyFactorRow,
} from '../../store/factors.ts'
import type { Tenant } from '../../store/tenant.ts'
import { oweEvent } from '../../store/webhook-deliveries.ts'
import type { VerifyDeps } from '../deps.ts'
import { factorEvent } from './factor-event.ts'
import { signsFactor } from './push.ts'
import { stepOf } from './totp.ts'

type Deps = Pick<VerifyDeps, 'db' | 'clock' | 'keys'>

export interface UpdateFactor {
  tenant: Tenant
  identity: string
  sid: string
  friendlyName: string | undefined
  /** Members of the config that change. */
  config: Record<string, string | number>
  /** The first code of an app, or a phone's signature over the factor's SID. */
  authPayload: string | undefined
}

/**
 * Changes a factor, and with an auth payload tries to verify it: a wrong one is an answer (unverified), counted before it is compared.
 * Undefined when there is no such factor. Refuses the sixth try with 60310, a try at a verified one or a passkey with 60306, and a platform
 * without its token with 60200.
 */
export async function updateFactor(deps: Deps, command: UpdateFactor): Promise<FactorRow | undefined> {
  const { tenant, identity, sid, friendlyName, config, authPayload } = command
  const [row] = await deps.db.read(findFactor(tenant, identity, sid))
  if (!row) return undefined
  // Bad settings are refused before a try is counted.
  changedConfig(row, config)
  const tried = authPayload === undefined ? row : await tryFactor(deps, row, authPayload)
  if (!tried) throw await refusalOf(deps, command)
  if (friendlyName === undefined && Object.keys(config).length === 0) return tried
  const at = deps.clock.now()
  return deps.db.unit(function* () {
    const [held] = yield* all(holdFactor(tenant, identity, sid))
    if (!held) return undefined
    const change = {
      friendlyName: friendlyName ?? held.friendly_name,
      config: JSON.stringify(changedConfig(held, config)),
    }
    const [updated] = yield* all(updateFactorRow(sid, change, at))
    return updated
  })
}

/** The config with what changes of it; members that factors of this type have not are left out. Throws 60200 for a platform without its token. */
function changedConfig(row: FactorRow, change: Record<string, string | number>): Record<string, unknown> {
  const known: Record<string, unknown> = JSON.parse(row.config)
  const changed = Object.fromEntries(Object.entries(known).map(([name, value]) => [name, change[name] ?? value]))
  const { notification_platform, notification_token } = changed
  if (row.factor_type === 'push' && notification_platform !== 'none' && notification_token === null)
    throw invalidParameter('Config.NotificationToken')
  return changed
}

/** Why no try was to be had. Who reads "verified" must not take it for the answer to this payload. */
async function refusalOf({ db }: Deps, { tenant, identity, sid }: UpdateFactor): Promise<TwilioError> {
  const [now] = await db.read(findFactor(tenant, identity, sid))
  return now?.status === 'verified' ? new TwilioError(60306, 'Factor is already verified') : new TwilioError(60310)
}

/** Counts, then compares. Undefined when no try was to be had. */
async function tryFactor(
  { db, keys, clock }: Deps,
  { sid, factor_type }: FactorRow,
  payload: string,
): Promise<FactorRow | undefined> {
  // A passkey is verified at the passkeys' own address.
  if (factor_type === 'passkeys') throw new TwilioError(60306)
  const at = clock.now()
  return db.unit(function* () {
    const [spent] = yield* all(spendFactorCheck(sid))
    if (!spent) return undefined
    if (spent.factor_type === 'totp') {
      const step = stepOf(keys, spent, payload, at)
      if (step === undefined) return spent
      const [used] = yield* all(useStep(sid, step))
      if (!used) return spent
    } else if (!signsFactor(spent.public_key ?? '', sid, payload)) return spent
    const [verified] = yield* all(verifyFactorRow(sid, at))
    if (verified) yield* all(oweEvent(factorEvent(verified, 'factor.verified'), at))
    return verified
  })
}
