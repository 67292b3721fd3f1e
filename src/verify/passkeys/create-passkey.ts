import { newSid } from '../../lib/ids.ts'
import { TwilioError } from '../../model/twilio-error.ts'
import { all } from '../../store/db.ts'
import { keepEntity } from '../../store/entities.ts'
import { type FactorRow, insertFactor } from '../../store/factors.ts'
import { listPasskeys } from '../../store/passkeys.ts'
import { oweEvent } from '../../store/webhook-deliveries.ts'
import type { VerifyDeps } from '../deps.ts'
import { factorEvent } from '../factors/factor-event.ts'
import { spendEnrolment } from '../factors/spend-enrolment.ts'
import { type Service, tenantOf } from '../service.ts'
import { credentialOf, userHandleOf } from './passkey-row.ts'
import { type PasskeyOverride, passkeyConfig } from './relying-party.ts'
import { creationOptions } from './webauthn.ts'

export interface CreatePasskey {
  service: Service
  identity: string
  friendlyName: string
  /** What this passkey has in place of the service's settings. */
  override: PasskeyOverride
  /** Whether localhost may be an origin over plain http. */
  local: boolean
}

// As many as Twilio allows of TOTP. An enrolment that nobody finished is none.
const verifiedMax = 100

/**
 * Begins to enrol a passkey of an identity, which becomes an entity if it is none. `options.publicKey` is for
 * navigator.credentials.create(). Refuses with 60432 without a relying party, 60315 and 60326 for too many.
 */
export async function createPasskey(
  deps: Pick<VerifyDeps, 'db' | 'clock' | 'random' | 'keys'>,
  { service, identity, friendlyName, override, local }: CreatePasskey,
): Promise<{ factor: FactorRow; options: object }> {
  const config = passkeyConfig(service.settings.passkeys, local, override)
  const at = deps.clock.now()
  const challenge = deps.random.bytes(32)
  const owner = { ...tenantOf(service), identity, created_at: at, updated_at: at }
  const entity = { sid: newSid('YE', at, deps.random), ...owner }
  const sid = newSid('YF', at, deps.random)
  const { factor, others } = await deps.db.unit(function* () {
    const [kept] = yield* all(keepEntity(entity))
    const entitySid = kept?.sid ?? entity.sid
    yield* spendEnrolment(owner, identity, at)
    const others = yield* all(listPasskeys(owner, identity))
    const verified = others.filter(({ status }) => status === 'verified')
    if (verified.length >= verifiedMax) throw new TwilioError(60315)
    const [made] = yield* all(
      insertFactor({
        ...owner,
        sid,
        entity_sid: entitySid,
        factor_type: 'passkeys',
        friendly_name: friendlyName,
        status: 'unverified',
        config: JSON.stringify(config),
        metadata: null,
        key_id: deps.keys.activeId,
        secret_sealed: null,
        public_key: null,
        credential_id: null,
        transports: null,
        enrolment_challenge: challenge.toString('base64url'),
        last_step: -1,
        sign_count: 0,
        checks: 0,
      }),
    )
    const factor = made as FactorRow
    yield* all(oweEvent(factorEvent(factor, 'factor.created'), at))
    return { factor, others: verified }
  })
  const publicKey = await creationOptions({
    config,
    challenge,
    userId: userHandleOf(factor.entity_sid),
    userName: friendlyName,
    exclude: others.map(credentialOf),
  })
  return { factor, options: { publicKey } }
}
