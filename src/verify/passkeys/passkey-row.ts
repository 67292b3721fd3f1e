import type { FactorChallengeRow } from '../../store/factor-challenges.ts'
import type { FactorRow } from '../../store/factors.ts'
import type { PasskeyConfig } from './relying-party.ts'
import type { EnrolledCredential, RequestOptions } from './webauthn.ts'

/** The settings that the passkey was enrolled with. */
export function configOf(row: FactorRow): PasskeyConfig {
  return JSON.parse(row.config)
}

/** The credential of a verified passkey. */
export function credentialOf(row: FactorRow): EnrolledCredential {
  return {
    id: row.credential_id ?? '',
    publicKey: row.public_key ?? '',
    signCount: row.sign_count,
    transports: JSON.parse(row.transports ?? '[]'),
  }
}

/** What was asked of the browser. */
export function askedIn(row: FactorChallengeRow): RequestOptions {
  return JSON.parse(row.options ?? '{}').publicKey
}

/** The user handle: it names the entity by its SID, as Twilio does, and tells nothing of the identity. Base64url. */
export function userHandleOf(entitySid: string): string {
  return Buffer.from(entitySid).toString('base64url')
}
