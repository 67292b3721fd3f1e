import type { Instant } from '../lib/clock.ts'
import { sql } from './db.ts'

/** An authenticator app or a passkey of a subject. Until `enrolled_at` it has only been begun. */
export interface AuthenticatorRow {
  id: string
  subject: string
  kind: 'totp' | 'passkey'
  name: string
  key_id: string
  transaction_id: string
  /** Of an app, sealed. */
  secret_sealed: string | null
  /** Of an app: the beginning, in seconds, of the newest time step that was used. */
  last_step: number
  /** Of a passkey that is being made: what its attestation must sign. */
  challenge: string | null
  credential_id: string | null
  public_key: string | null
  sign_count: number
  transports: string | null
  created_at: Instant
  enrolled_at: Instant | null
  used_at: Instant | null
  ended_at: Instant | null
}

/** The authenticators of a subject that are enrolled, oldest first. */
export function findAuthenticators(subject: string) {
  return sql<AuthenticatorRow>`
    select * from authenticators where subject = ${subject} and ended_at is null and enrolled_at is not null order by enrolled_at, id`
}

/** The one that this transaction began. */
export function findBegun(transactionId: string) {
  return sql<AuthenticatorRow>`select * from authenticators where transaction_id = ${transactionId}`
}

/** Begins one, once for a transaction that is approved. No row back: it was begun already, or the transaction is not approved. */
export function beginAuthenticator(
  a: Pick<
    AuthenticatorRow,
    'id' | 'subject' | 'kind' | 'name' | 'key_id' | 'transaction_id' | 'secret_sealed' | 'challenge' | 'created_at'
  >,
) {
  return sql<AuthenticatorRow>`
    insert into authenticators (id, subject, kind, name, key_id, transaction_id, secret_sealed, challenge, created_at)
    select cast(${a.id} as text), cast(${a.subject} as text), cast(${a.kind} as text), cast(${a.name} as text), cast(${a.key_id} as text), id,
      cast(${a.secret_sealed} as text), cast(${a.challenge} as text), cast(${a.created_at} as bigint)
    from transactions where id = ${a.transaction_id} and status = 'approved'
    on conflict do nothing
    returning *`
}

/** Enrols an app whose first code was right; the step of that code is used up. No row back: it is enrolled already. */
export function enrolApp(id: string, step: number, at: Instant) {
  return sql<AuthenticatorRow>`
    update authenticators set enrolled_at = ${at}, last_step = ${step}
    where id = ${id} and kind = 'totp' and enrolled_at is null and ended_at is null returning *`
}

/** Enrols a passkey. No row back: it is enrolled already. A credential that somebody has is a fault of the store (unique). */
export function enrolPasskey(
  id: string,
  credential: { id: string; publicKey: string; signCount: number; transports: readonly string[] },
  at: Instant,
) {
  return sql<AuthenticatorRow>`
    update authenticators set enrolled_at = ${at}, challenge = null, credential_id = ${credential.id}, public_key = ${credential.publicKey},
      sign_count = ${credential.signCount}, transports = ${JSON.stringify(credential.transports)}
    where id = ${id} and kind = 'passkey' and enrolled_at is null and ended_at is null
      and not exists (select 1 from authenticators other where other.credential_id = ${credential.id})
    returning *`
}

/** Uses up a time step. No row back: it, or a later one, was used before (RFC 6238, 5.2), or the app was removed. */
export function useStep(id: string, step: number, at: Instant) {
  return sql<AuthenticatorRow>`
    update authenticators set last_step = ${step}, used_at = ${at}
    where id = ${id} and kind = 'totp' and ended_at is null and enrolled_at is not null and last_step < ${step} returning *`
}

/** Notes a signature counter. No row back: it went back, so somebody may have a copy (WebAuthn Level 3, 7.2), or the passkey was removed. */
export function countSignature(id: string, signCount: number, at: Instant) {
  return sql<AuthenticatorRow>`
    update authenticators set sign_count = ${signCount}, used_at = ${at}
    where id = ${id} and kind = 'passkey' and ended_at is null and enrolled_at is not null
      and (sign_count < ${signCount} or (sign_count = 0 and ${signCount} = 0))
    returning *`
}

/** Removes one. No row back: there is none of this id, or it was removed. */
export function endAuthenticator(subject: string, id: string, at: Instant) {
  return sql<AuthenticatorRow>`
    update authenticators set ended_at = ${at}, secret_sealed = null, credential_id = null
    where id = ${id} and subject = ${subject} and ended_at is null returning *`
}

/** Removes what was begun and not finished before `before`, `limit` at a time. */
export function forgetBegun(before: Instant, limit: number) {
  return sql<{ id: string }>`
    delete from authenticators
    where id in (select id from authenticators where enrolled_at is null and created_at <= ${before} limit ${limit}) and enrolled_at is null
    returning id`
}
