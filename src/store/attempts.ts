import type { Instant } from '../lib/clock.ts'
import type { Channel } from '../model/factor.ts'
import type { Delivery, VerificationStatus } from '../model/verification.ts'
import { sql } from './db.ts'

/** One message of a verification. Rows are written by the trigger of the table of verifications. */
export interface AttemptRow {
  sid: string
  verification_sid: string
  service_sid: string
  account_sid: string
  channel: Channel
  created_at: Instant
  delivery: Delivery
  error_code: string | null
}

/** A message together with what its verification knows. `converted`: its code was entered; of several sends the last one counts. */
export interface AttemptOfVerification extends AttemptRow {
  key_id: string
  to_sealed: string
  country: string | null
  locale: string | null
  code_length: number
  status: VerificationStatus
  verification_expires_at: Instant
  verification_updated_at: Instant
  converted: number
}

/** Which messages are meant; null leaves nothing out. */
export interface AttemptFilter {
  accountSid: string
  serviceSid: string | null
  verificationSid: string | null
  toRef: string | null
  country: string | null
  channel: string | null
  prefix: string | null
  /** 1 or 0. */
  converted: number | null
  from: Instant
  until: Instant
}

/** Every message of one verification, oldest first. */
export function findAttempts(verificationSid: string) {
  return sql<AttemptRow>`
    select sid, verification_sid, service_sid, account_sid, channel, created_at, delivery, error_code
    from attempts where verification_sid = ${verificationSid} order by created_at, sid`
}

/** The carrier's answer. */
export function settleAttempt(verificationSid: string, sid: string, delivery: Delivery, errorCode: string | null) {
  return sql`
    update attempts set delivery = ${delivery}, error_code = ${errorCode}
    where verification_sid = ${verificationSid} and sid = ${sid} and delivery <> 'failed' returning sid`
}

/** A message by its own SID, which begins like its verification's. */
export function findAttempt(accountSid: string, sid: string) {
  const like = `VE${sid.slice(2, 26)}`
  return sql<AttemptOfVerification>`
    select * from attempts_of_verifications a
    where a.verification_sid >= ${`${like}00000000`} and a.verification_sid <= ${`${like}ffffffff`} and a.sid = ${sid}
      and a.account_sid = ${accountSid}`
}

/** Newest verifications first, in the order of the primary key, so that a page costs its own length. */
export function listAttempts(f: AttemptFilter, offset: number, limit: number) {
  return sql<AttemptOfVerification>`
    select * from attempts_of_verifications a
    where a.account_sid = ${f.accountSid} and a.created_at >= ${f.from} and a.created_at < ${f.until}
      and a.verification_sid >= ${f.verificationSid ?? oldestSid(f.from)} and a.verification_sid <= ${f.verificationSid ?? 'VF'}
      and (cast(${f.serviceSid} as text) is null or a.service_sid = ${f.serviceSid})
      and (cast(${f.channel} as text) is null or a.channel = ${f.channel})
      and (cast(${f.toRef} as text) is null or a.to_ref = ${f.toRef})
      and (cast(${f.country} as text) is null or a.country = ${f.country})
      and (cast(${f.converted} as bigint) is null
        or a.converted = ${f.converted})
    order by a.verification_sid desc, a.sid desc limit ${limit} offset ${offset}`
}

/** How many messages there were, and how many of them were converted. */
export function summarizeAttempts(f: AttemptFilter) {
  return sql<{ total: number; converted: number }>`
    select count(*) as total, coalesce(sum(a.converted), 0) as converted from attempts_of_verifications a
    where a.account_sid = ${f.accountSid} and a.created_at >= ${f.from} and a.created_at < ${f.until}
      and a.verification_sid >= ${oldestSid(f.from)}
      and (cast(${f.serviceSid} as text) is null or a.service_sid = ${f.serviceSid})
      and (cast(${f.channel} as text) is null or a.channel = ${f.channel})
      and (cast(${f.country} as text) is null or a.country = ${f.country})
      and (cast(${f.prefix} as text) is null or substr(a.to_prefix, 1, length(cast(${f.prefix} as text))) = ${f.prefix})`
}

const lifeMaxMs = 24 * 3_600_000

/** The smallest SID of a verification that could have sent a message at `at` or later: SIDs begin with the time. */
function oldestSid(at: Instant): string {
  return `VE${Math.max(0, at - lifeMaxMs)
    .toString(16)
    .padStart(12, '0')}`
}
