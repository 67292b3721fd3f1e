import { TwilioError } from '../../model/twilio-error.ts'
import { all } from '../../store/db.ts'
import type { Tenant } from '../../store/entities.ts'
import {
  type FactorRow,
  findFactor,
  spendFactorCheck,
  updateFactorRow,
  useStep,
  verifyFactorRow,
} from '../../store/factors.ts'
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
 * Undefined when there is no such factor. Refuses the sixth try with 60310, a try at a verified one with 60306.
 */
export async function updateFactor(deps: Deps, command: UpdateFactor): Promise<FactorRow | undefined> {
  const { tenant, identity, sid, friendlyName, config, authPayload } = command
  const [row] = await deps.db.read(findFactor(tenant, identity, sid))
  if (!row) return undefined
  // Who reads "verified" here must not take it for the answer to this payload.
  if (authPayload !== undefined && row.status === 'verified') throw new TwilioError(60306, 'Factor is already verified')
  const tried = authPayload === undefined ? row : await tryFactor(deps, row, authPayload)
  if (!tried) throw new TwilioError(60310)
  if (friendlyName === undefined && Object.keys(config).length === 0) return tried
  const change = {
    friendlyName: friendlyName ?? tried.friendly_name,
    config: JSON.stringify({ ...JSON.parse(tried.config), ...config }),
  }
  const [updated] = await deps.db.write(updateFactorRow(sid, change, deps.clock.now()))
  return updated
}

/** Counts, then compares. Undefined when no try was to be had. */
async function tryFactor(
  { db, keys, clock }: Deps,
  { sid }: FactorRow,
  payload: string,
): Promise<FactorRow | undefined> {
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
