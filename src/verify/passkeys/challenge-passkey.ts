import { newSid } from '../../lib/ids.ts'
import { TwilioError } from '../../model/twilio-error.ts'
import { type FactorChallengeRow, insertFactorChallenge } from '../../store/factor-challenges.ts'
import type { FactorRow } from '../../store/factors.ts'
import { findPasskeyOf, listPasskeys } from '../../store/passkeys.ts'
import type { VerifyDeps } from '../deps.ts'
import { type Service, tenantOf } from '../service.ts'
import { configOf, credentialOf } from './passkey-row.ts'
import { type PasskeyConfig, passkeyConfig } from './relying-party.ts'
import { requestOptions } from './webauthn.ts'

export interface ChallengePasskey {
  service: Service
  /** Asks for any passkey of this identity, or for one of them. Neither: for whichever passkey the authenticator discovers. */
  identity?: string | undefined
  factorSid?: string | undefined
  /** Whether localhost may be an origin over plain http. */
  local: boolean
}

const challengeTtlMs = 300_000

/**
 * Asks for an assertion; it can be answered once, within five minutes. Undefined for an identity or factor without a passkey here.
 * Refuses with 60318 where none is verified, 60432 where the service names no relying party and is needed for one.
 */
export async function challengePasskey(
  deps: Pick<VerifyDeps, 'db' | 'clock' | 'random'>,
  command: ChallengePasskey,
): Promise<FactorChallengeRow | undefined> {
  const { service, factorSid } = command
  const at = deps.clock.now()
  const asked = await passkeysAsked(deps, command)
  if (!asked) return undefined
  const { config, passkeys } = asked
  const challenge = deps.random.bytes(32)
  const publicKey = await requestOptions({ config, challenge, allow: passkeys.map(credentialOf) })
  const [known] = passkeys
  const [made] = await deps.db.write(
    insertFactorChallenge({
      sid: newSid('YC', at, deps.random),
      ...tenantOf(service),
      entity_sid: known?.entity_sid ?? null,
      identity: known?.identity ?? null,
      factor_sid: factorSid === undefined ? null : (known?.sid ?? null),
      factor_type: 'passkeys',
      details: null,
      hidden_details: null,
      webauthn_challenge: publicKey.challenge,
      options: JSON.stringify({ publicKey }),
      created_at: at,
      expires_at: at + challengeTtlMs,
    }),
  )
  return made
}

/** The passkeys that may answer, none for a challenge that any may answer, and the settings to ask with. */
async function passkeysAsked(
  { db }: Pick<VerifyDeps, 'db'>,
  { service, identity, factorSid, local }: ChallengePasskey,
): Promise<{ config: PasskeyConfig; passkeys: FactorRow[] } | undefined> {
  const settings = service.settings.passkeys
  if (identity === undefined && factorSid === undefined) return { config: passkeyConfig(settings, local), passkeys: [] }
  const tenant = tenantOf(service)
  const listed = await db.read(
    factorSid === undefined ? listPasskeys(tenant, identity ?? '') : findPasskeyOf(tenant, factorSid),
  )
  const found = listed.filter((one) => identity === undefined || one.identity === identity)
  if (found.length === 0) return undefined
  const [newest, ...others] = found.filter(({ status }) => status === 'verified')
  if (!newest) throw new TwilioError(60318)

  // One request has one relying party: the service's where a passkey is of it, else the newest one's.
  const passkeysOf = (id: string | null) => [newest, ...others].filter((one) => configOf(one).relying_party.id === id)
  const services = passkeysOf(settings.relying_party.id)
  const base = services.length > 0 ? passkeyConfig(settings, local) : configOf(newest)
  const passkeys = services.length > 0 ? services : passkeysOf(base.relying_party.id)
  const required = passkeys.some((one) => configOf(one).user_verification === 'required')
  return { config: required ? { ...base, user_verification: 'required' } : base, passkeys }
}
