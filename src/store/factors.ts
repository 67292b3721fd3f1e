import type { Instant } from '../lib/clock.ts'
import { sql } from './db.ts'
import type { Tenant } from './tenant.ts'

/** An enrolled authenticator of an entity. */
export interface FactorRow extends Tenant {
  sid: string
  entity_sid: string
  identity: string
  factor_type: 'push' | 'totp' | 'passkeys'
  friendly_name: string
  status: 'unverified' | 'verified'
  /** JSON, as answers show it. */
  config: string
  /** JSON of the caller's own notes. */
  metadata: string | null
  key_id: string
  /** The shared secret of TOTP. */
  secret_sealed: string | null
  /** Push: base64 of the SPKI. Passkeys: COSE in base64url. */
  public_key: string | null
  credential_id: string | null
  transports: string | null
  enrolment_challenge: string | null
  /** When the newest time step began whose code was used, in seconds; -1 for none. An older code, or the same, is never right again. */
  last_step: number
  sign_count: number
  /** Tries at its verification. */
  checks: number
  created_at: Instant
  updated_at: Instant
}

/** A factor's own tries, and those at one challenge (Twilio: 60310 and 60308 at the sixth). */
export const factorChecksMax = 5

/** Begins an enrolment. Fails on its foreign key when the entity or the service is no more. */
export function insertFactor(f: FactorRow) {
  return sql<FactorRow>`
    insert into factors (sid, entity_sid, service_sid, account_sid, identity, factor_type, friendly_name, status, config, metadata, key_id,
      secret_sealed, public_key, enrolment_challenge, created_at, updated_at)
    values (${f.sid}, ${f.entity_sid}, ${f.service_sid}, ${f.account_sid}, ${f.identity}, ${f.factor_type}, ${f.friendly_name}, ${f.status},
      ${f.config}, ${f.metadata}, ${f.key_id}, ${f.secret_sealed}, ${f.public_key}, ${f.enrolment_challenge}, ${f.created_at}, ${f.updated_at})
    returning *`
}

/** How many of a type an entity has, verified or not. True for a unit that holds the entity. */
export function countFactors(entitySid: string, factorType: string) {
  return sql<{ count: number }>`
    select count(*) as count from factors where entity_sid = ${entitySid} and factor_type = ${factorType}`
}

/** No row back: the identity has none of this SID. */
export function findFactor({ account_sid, service_sid }: Tenant, identity: string, sid: string) {
  return sql<FactorRow>`
    select * from factors
    where sid = ${sid} and account_sid = ${account_sid} and service_sid = ${service_sid} and identity = ${identity}`
}

/** The factor as it is, which nobody else changes or removes until the unit ends. */
export function holdFactor({ account_sid, service_sid }: Tenant, identity: string, sid: string) {
  return sql<FactorRow>`
    update factors set updated_at = updated_at
    where sid = ${sid} and account_sid = ${account_sid} and service_sid = ${service_sid} and identity = ${identity} returning *`
}

/** Newest first. */
export function listFactors({ account_sid, service_sid }: Tenant, entitySid: string, offset: number, limit: number) {
  return sql<FactorRow>`
    select * from factors
    where entity_sid = ${entitySid} and account_sid = ${account_sid} and service_sid = ${service_sid}
    order by created_at desc, sid desc limit ${limit} offset ${offset}`
}

/** Counts a try at the verification. No row back: it is verified or gone, or its tries are spent. */
export function spendFactorCheck(sid: string) {
  return sql<FactorRow>`
    update factors set checks = checks + 1
    where sid = ${sid} and status = 'unverified' and checks < ${factorChecksMax} returning *`
}

/** Ends an enrolment well. No row back: another answer was first, or the factor is gone. */
export function verifyFactorRow(sid: string, at: Instant) {
  return sql<FactorRow>`
    update factors set status = 'verified', updated_at = ${at} where sid = ${sid} and status = 'unverified' returning *`
}

/** Uses up a time step, given by its beginning in seconds. No row back: this step or a later one was used. */
export function useStep(sid: string, beginsAtS: number) {
  return sql<FactorRow>`
    update factors set last_step = ${beginsAtS} where sid = ${sid} and last_step < ${beginsAtS} returning *`
}

/** Changes the name and the settings. No row back: the factor is gone. */
export function updateFactorRow(sid: string, change: { friendlyName: string; config: string }, at: Instant) {
  return sql<FactorRow>`
    update factors set friendly_name = ${change.friendlyName}, config = ${change.config}, updated_at = ${at}
    where sid = ${sid} returning *`
}

/** Removes a factor; its challenges are the caller's to remove in the same unit. No row back: there was none. */
export function deleteFactor({ account_sid, service_sid }: Tenant, identity: string, sid: string) {
  return sql<FactorRow>`
    delete from factors
    where sid = ${sid} and account_sid = ${account_sid} and service_sid = ${service_sid} and identity = ${identity} returning *`
}

/** Removes every factor of an entity, and says which, so that each can be told to webhooks. */
export function deleteFactorsOf(entitySid: string) {
  return sql<FactorRow>`delete from factors where entity_sid = ${entitySid} returning *`
}
