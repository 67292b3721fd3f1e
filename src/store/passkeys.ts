import type { Instant } from '../lib/clock.ts'
import { sql } from './db.ts'
import type { FactorChallengeRow } from './factor-challenges.ts'
import { type FactorRow, factorChecksMax } from './factors.ts'
import type { Tenant } from './tenant.ts'

/** What an authenticator made. `credential_id` and `public_key` (COSE) in base64url, `transports` JSON. */
export interface NewCredential {
  credential_id: string
  public_key: string
  sign_count: number
  transports: string | null
}

/** The passkey that was begun with this challenge (base64url), finished or not. */
export function findEnrolment({ account_sid, service_sid }: Tenant, challenge: string) {
  return sql<FactorRow>`
    select * from factors
    where service_sid = ${service_sid} and account_sid = ${account_sid} and enrolment_challenge = ${challenge}
      and factor_type = 'passkeys'`
}

/**
 * Keeps the credential and verifies its factor. No row back: another answer was first, the answers are spent or the enrolment is too
 * old. Fails on the index where the service has the credential already.
 */
export function enrolCredential(sid: string, credential: NewCredential, startedAfter: Instant, at: Instant) {
  return sql<FactorRow>`
    update factors set status = 'verified', credential_id = ${credential.credential_id}, public_key = ${credential.public_key},
      sign_count = ${credential.sign_count}, transports = ${credential.transports}, updated_at = ${at}
    where sid = ${sid} and status = 'unverified' and checks < ${factorChecksMax} and created_at > ${startedAfter}
    returning *`
}

/** The verified passkey of one of these credential ids. */
export function findPasskey({ account_sid, service_sid }: Tenant, [id, other]: readonly [string, string]) {
  return sql<FactorRow>`
    select * from factors
    where service_sid = ${service_sid} and account_sid = ${account_sid} and credential_id in (${id}, ${other})
      and factor_type = 'passkeys' and status = 'verified'`
}

/** The passkeys of an identity, verified or not; newest first. */
export function listPasskeys({ account_sid, service_sid }: Tenant, identity: string) {
  return sql<FactorRow>`
    select * from factors
    where service_sid = ${service_sid} and account_sid = ${account_sid} and identity = ${identity} and factor_type = 'passkeys'
    order by created_at desc, sid desc`
}

/** The passkey of a SID, verified or not. */
export function findPasskeyOf({ account_sid, service_sid }: Tenant, factorSid: string) {
  return sql<FactorRow>`
    select * from factors
    where sid = ${factorSid} and service_sid = ${service_sid} and account_sid = ${account_sid} and factor_type = 'passkeys'`
}

/** The ask whose challenge (base64url) an assertion signs, pending or not. */
export function findPasskeyChallenge({ account_sid, service_sid }: Tenant, challenge: string) {
  return sql<FactorChallengeRow>`
    select * from factor_challenges
    where service_sid = ${service_sid} and account_sid = ${account_sid} and webauthn_challenge = ${challenge}`
}

/** Counts a wrong answer. No row back: the challenge is no longer pending, or its answers are spent. */
export function countChallengeAnswer(sid: string) {
  return sql<{ sid: string }>`
    update factor_challenges set checks = checks + 1
    where sid = ${sid} and status = 'pending' and checks < ${factorChecksMax} returning sid`
}

/** Approves with this passkey. No row back: another answer was first, the answers are spent, or the time is over. */
export function approvePasskeyChallenge(sid: string, passkey: FactorRow, at: Instant) {
  return sql<FactorChallengeRow>`
    update factor_challenges set status = 'approved', entity_sid = ${passkey.entity_sid}, identity = ${passkey.identity},
      factor_sid = ${passkey.sid}, responded_at = ${at}, updated_at = ${at}
    where sid = ${sid} and status = 'pending' and checks < ${factorChecksMax} and expires_at > ${at}
    returning *`
}

/**
 * Moves the signature counter forward; zero stays zero on authenticators that do not count (WebAuthn Level 3, 6.1.1). No row back:
 * the counter did not go forward, or the passkey is gone.
 */
export function advanceSignCount(sid: string, count: number) {
  return sql<{ sid: string }>`
    update factors set sign_count = ${count}
    where sid = ${sid} and status = 'verified' and (sign_count < ${count} or (sign_count = 0 and cast(${count} as bigint) = 0))
    returning sid`
}
