import type { Instant } from '../lib/clock.ts'
import { sql } from './db.ts'
import type { Occasion } from './occasion.ts'

/** Takes amount and payee out of ended verifications that began before `before`, `limit` at a time. */
export function forgetDeals(before: Instant, limit: number, { at, ip }: Occasion) {
  return sql<{ sid: string }>`
    update verifications set amount = null, payee = null,
      event_no = event_no + 1, event_type = 'verification.deal_forgotten', event_at = ${at}, event_ip = ${ip}
    where sid in (select sid from verifications where (amount is not null or payee is not null) and live = 0 and created_at <= ${before} limit ${limit})
      and live = 0
    returning sid`
}

/** How far addresses were forgotten: verifications are made in the order of their SIDs. */
export function readMark(name: string) {
  return sql<{ reached: string }>`select reached from retention_marks where name = ${name}`
}

/** Moves a mark forward; a node that is behind does not move it back. */
export function setMark(name: string, reached: string) {
  return sql`
    insert into retention_marks (name, reached) values (${name}, ${reached})
    on conflict (name) do update set reached = excluded.reached where retention_marks.reached < excluded.reached`
}

/** Ended verifications after one SID and before another, in order. */
export function listEnded(after: string, before: string, limit: number) {
  return sql<{ sid: string }>`
    select sid from verifications where sid > ${after} and sid < ${before} and live = 0 order by sid limit ${limit}`
}

/** Takes the address, and what was noted beside it, out of ended verifications from one SID to another, both included. */
export function forgetAddresses(first: string, last: string, { at, ip }: Occasion) {
  return sql`
    update verifications set to_sealed = '', to_ref = '', to_prefix = null, tags = null,
      event_no = event_no + 1, event_type = 'verification.address_forgotten', event_at = ${at}, event_ip = ${ip}
    where sid >= ${first} and sid <= ${last} and live = 0 and to_sealed <> ''`
}

/** Removes challenges of factors that were made before this SID, `limit` at a time. */
export function forgetChallenges(before: string, limit: number) {
  return sql<{ sid: string }>`
    delete from factor_challenges
    where sid in (select sid from factor_challenges where sid < ${before} order by sid limit ${limit}) returning sid`
}

/** Removes passkeys that nobody finished to enrol and that were begun before this SID, `limit` at a time. */
export function forgetUnfinishedPasskeys(before: string, limit: number) {
  return sql<{ sid: string }>`
    delete from factors
    where sid in (select sid from factors where factor_type = 'passkeys' and status = 'unverified' and sid < ${before} limit ${limit})
      and status = 'unverified'
    returning sid`
}

/** Removes tickets that were made before this SID, `limit` at a time. */
export function forgetAccessTokens(before: string, limit: number) {
  return sql<{ sid: string }>`
    delete from access_tokens
    where sid in (select sid from access_tokens where sid < ${before} order by sid limit ${limit}) returning sid`
}
