import { newSid } from '../../lib/ids.ts'
import { TwilioError } from '../../model/twilio-error.ts'
import { all } from '../../store/db.ts'
import { keepEntity } from '../../store/entities.ts'
import { countFactors, type FactorRow, insertFactor } from '../../store/factors.ts'
import { oweEvent } from '../../store/webhook-deliveries.ts'
import type { VerifyDeps } from '../deps.ts'
import { type Service, tenantOf } from '../service.ts'
import { factorEvent } from './factor-event.ts'
import { type PushConfig, pushKey } from './push.ts'
import { spendEnrolment } from './spend-enrolment.ts'
import { sealTotpSecret, type TotpConfig, totpBinding, totpSecret } from './totp.ts'

/** What the two kinds of factor are made from. */
export type NewFactorKind =
  | { type: 'totp'; secret: string | undefined; config: Partial<TotpConfig> }
  | { type: 'push'; alg: string | undefined; publicKey: string | undefined; config: PushConfig }

export interface CreateFactor {
  service: Service
  identity: string
  friendlyName: string
  metadata: object | undefined
  kind: NewFactorKind
}

// Twilio, 60315.
const factorsMax = { totp: 100, push: 20 }

/**
 * Enrols an authenticator, not verified yet, for an identity, which becomes an entity if it is none. `binding` holds what is shown this
 * once. Refuses with 60314 for a bad key, 60315 and 60326 for too many.
 */
export async function createFactor(
  deps: Pick<VerifyDeps, 'db' | 'clock' | 'random' | 'keys'>,
  { service, identity, friendlyName, metadata, kind }: CreateFactor,
): Promise<{ factor: FactorRow; binding: object }> {
  const at = deps.clock.now()
  const owner = { sid: newSid('YF', at, deps.random), key_id: deps.keys.activeId }
  const { binding, ...made } = madeOf(deps, service, friendlyName, kind, owner)
  const tenant = tenantOf(service)
  const factor = await deps.db.unit(function* () {
    const entity = { sid: newSid('YE', at, deps.random), ...tenant, identity, created_at: at, updated_at: at }
    const [kept] = yield* all(keepEntity(entity))
    const entitySid = kept?.sid ?? entity.sid
    const [existing] = yield* all(countFactors(entitySid, kind.type))
    if (Number(existing?.count) >= factorsMax[kind.type]) throw new TwilioError(60315)
    yield* spendEnrolment(tenant, identity, at)
    const [row] = yield* all(
      insertFactor({
        ...owner,
        ...made,
        ...tenant,
        entity_sid: entitySid,
        identity,
        factor_type: kind.type,
        friendly_name: friendlyName,
        status: 'unverified',
        metadata: metadata ? JSON.stringify(metadata) : null,
        credential_id: null,
        transports: null,
        enrolment_challenge: null,
        last_step: -1,
        sign_count: 0,
        checks: 0,
        created_at: at,
        updated_at: at,
      }),
    )
    yield* all(oweEvent(factorEvent(row as FactorRow, 'factor.created'), at))
    return row as FactorRow
  })
  return { factor, binding }
}

interface Made {
  binding: object
  config: string
  secret_sealed: string | null
  public_key: string | null
}

function madeOf(
  { random, keys }: Pick<VerifyDeps, 'random' | 'keys'>,
  service: Service,
  friendlyName: string,
  kind: NewFactorKind,
  owner: { sid: string; key_id: string },
): Made {
  if (kind.type === 'push') {
    const publicKey = pushKey(kind.alg, kind.publicKey)
    const binding = { alg: 'ES256', public_key: publicKey }
    return { binding, config: JSON.stringify(kind.config), secret_sealed: null, public_key: publicKey }
  }
  const { skew, code_length, time_step, issuer } = service.settings.totp
  const config: TotpConfig = { alg: 'sha1', skew, code_length, time_step, ...kind.config }
  const secret = totpSecret(random, kind.secret)
  return {
    binding: totpBinding(secret, config, { issuer: issuer ?? service.friendlyName, label: friendlyName }),
    config: JSON.stringify(config),
    secret_sealed: sealTotpSecret(keys, owner, secret, random),
    public_key: null,
  }
}
