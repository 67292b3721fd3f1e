import type { Instant } from '../lib/clock.ts'
import { sql } from './db.ts'
import type { Tenant } from './tenant.ts'

/** A ticket with which one device of an identity may enrol. What it says is made anew from this; the ticket itself is not kept. */
export interface AccessTokenRow extends Tenant {
  sid: string
  identity: string
  factor_type: 'push'
  factor_friendly_name: string | null
  ttl_s: number
  key_id: string
  created_at: Instant
}

/** Keeps a ticket. Fails on its foreign key when the service is no more. */
export function insertAccessToken(t: AccessTokenRow) {
  return sql<AccessTokenRow>`
    insert into access_tokens (sid, service_sid, account_sid, identity, factor_type, factor_friendly_name, ttl_s, key_id, created_at)
    values (${t.sid}, ${t.service_sid}, ${t.account_sid}, ${t.identity}, ${t.factor_type}, ${t.factor_friendly_name}, ${t.ttl_s}, ${t.key_id},
      ${t.created_at})
    returning *`
}

/** No row back: there is none, or it is over. */
export function findAccessToken({ account_sid, service_sid }: Tenant, sid: string, at: Instant) {
  return sql<AccessTokenRow>`
    select * from access_tokens
    where sid = ${sid} and account_sid = ${account_sid} and service_sid = ${service_sid} and created_at + ttl_s * 1000 > ${at}`
}
