import type { Instant } from '../lib/clock.ts'
import { sql } from './db.ts'
import { factorChecksMax } from './factors.ts'
import type { Tenant } from './tenant.ts'

/** One ask of a factor. What is pending after its end counts as expired. */
export interface FactorChallengeRow extends Tenant {
  sid: string
  entity_sid: string | null
  identity: string | null
  factor_sid: string | null
  factor_type: string
  status: 'pending' | 'approved' | 'denied' | 'expired'
  responded_reason: string
  /** JSON, as answers show it. */
  details: string | null
  hidden_details: string | null
  metadata: string | null
  webauthn_challenge: string | null
  options: string | null
  checks: number
  notifications: number
  created_at: Instant
  updated_at: Instant
  responded_at: Instant | null
  expires_at: Instant
}

/** What a challenge is made from; it begins pending and without a try. */
export type NewFactorChallenge = Omit<
  FactorChallengeRow,
  'status' | 'responded_reason' | 'metadata' | 'checks' | 'notifications' | 'updated_at' | 'responded_at'
>

/** Asks. Fails on its foreign key when the service is no more. */
export function insertFactorChallenge(c: NewFactorChallenge) {
  return sql<FactorChallengeRow>`
    insert into factor_challenges (sid, service_sid, account_sid, entity_sid, identity, factor_sid, factor_type, status, responded_reason,
      details, hidden_details, webauthn_challenge, options, created_at, updated_at, expires_at)
    values (${c.sid}, ${c.service_sid}, ${c.account_sid}, ${c.entity_sid}, ${c.identity}, ${c.factor_sid}, ${c.factor_type}, 'pending', 'none',
      ${c.details}, ${c.hidden_details}, ${c.webauthn_challenge}, ${c.options}, ${c.created_at}, ${c.created_at}, ${c.expires_at})
    returning *`
}

/** No row back: the identity has none of this SID. */
export function findFactorChallenge({ account_sid, service_sid }: Tenant, identity: string, sid: string) {
  return sql<FactorChallengeRow>`
    select * from factor_challenges
    where sid = ${sid} and account_sid = ${account_sid} and service_sid = ${service_sid} and identity = ${identity}`
}

/** Which challenges of an entity are meant; null leaves nothing out. */
export interface ChallengeFilter {
  entitySid: string
  factorSid: string | null
  status: string | null
  order: 'asc' | 'desc'
}

/** In the order of their making. */
export function listFactorChallenges(
  { account_sid, service_sid }: Tenant,
  f: ChallengeFilter,
  at: Instant,
  offset: number,
  limit: number,
) {
  return sql<FactorChallengeRow>`
    select * from factor_challenges
    where entity_sid = ${f.entitySid} and account_sid = ${account_sid} and service_sid = ${service_sid}
      and (cast(${f.factorSid} as text) is null or factor_sid = ${f.factorSid})
      and (cast(${f.status} as text) is null
        or case when status = 'pending' and expires_at <= ${at} then 'expired' else status end = ${f.status})
    order by case when cast(${f.order} as text) = 'asc' then sid end asc, sid desc limit ${limit} offset ${offset}`
}

/** Counts a try. No row back: it is answered or over, or its tries are spent. */
export function spendChallengeCheck(sid: string, at: Instant) {
  return sql<FactorChallengeRow>`
    update factor_challenges set checks = checks + 1
    where sid = ${sid} and status = 'pending' and checks < ${factorChecksMax} and expires_at > ${at} returning *`
}

/** Ends it. No row back: another answer was first, or its time is over. */
export function respondToChallenge(
  sid: string,
  answer: { status: 'approved' | 'denied'; metadata: string | null },
  at: Instant,
) {
  return sql<FactorChallengeRow>`
    update factor_challenges set status = ${answer.status}, metadata = coalesce(cast(${answer.metadata} as text), metadata),
      responded_at = ${at}, updated_at = ${at}
    where sid = ${sid} and status = 'pending' and expires_at > ${at} returning *`
}

/** Counts one more notification. No row back: it is answered or over, or there were `max` of them. */
export function spendNotification(sid: string, max: number, at: Instant) {
  return sql<FactorChallengeRow>`
    update factor_challenges set notifications = notifications + 1
    where sid = ${sid} and status = 'pending' and expires_at > ${at} and notifications < ${max} returning *`
}

/** What belongs to an entity or a factor that was removed is reached no more. */
export function dropChallenges(entitySid: string, factorSid: string | null) {
  return sql`
    delete from factor_challenges
    where entity_sid = ${entitySid} and (cast(${factorSid} as text) is null or factor_sid = ${factorSid})`
}
