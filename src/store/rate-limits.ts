import type { Instant } from '../lib/clock.ts'
import { sql } from './db.ts'
import type { Tenant } from './tenant.ts'

/** A limit that a service puts on what its starts carry under `unique_name`; its buckets say how much in what time. */
export interface RateLimitRow extends Tenant {
  sid: string
  unique_name: string
  description: string | null
  created_at: Instant
  updated_at: Instant
}

/** How many starts with one value a limit lets through in one interval. */
export interface BucketRow extends Tenant {
  sid: string
  rate_limit_sid: string
  /** Starts in one interval. */
  max: number
  interval_s: number
  created_at: Instant
  updated_at: Instant
}

/** How many the service has. True for a unit that holds the service. */
export function countRateLimits({ service_sid }: Tenant) {
  return sql<{ count: number }>`select count(*) as count from rate_limits where service_sid = ${service_sid}`
}

/** No row back: the service has one of this name. */
export function insertRateLimit(r: RateLimitRow) {
  return sql<RateLimitRow>`
    insert into rate_limits (sid, service_sid, account_sid, unique_name, description, created_at, updated_at)
    values (${r.sid}, ${r.service_sid}, ${r.account_sid}, ${r.unique_name}, ${r.description}, ${r.created_at}, ${r.updated_at})
    on conflict (service_sid, unique_name) do nothing returning *`
}

/** No row back: the service has none of this SID. */
export function findRateLimit({ account_sid, service_sid }: Tenant, sid: string) {
  return sql<RateLimitRow>`
    select * from rate_limits where sid = ${sid} and account_sid = ${account_sid} and service_sid = ${service_sid}`
}

/** Newest first. */
export function listRateLimits({ account_sid, service_sid }: Tenant, offset: number, limit: number) {
  return sql<RateLimitRow>`
    select * from rate_limits where account_sid = ${account_sid} and service_sid = ${service_sid}
    order by created_at desc, sid desc limit ${limit} offset ${offset}`
}

/** Changes what is said of it. No row back: it is gone. */
export function updateRateLimit(sid: string, description: string | null, at: Instant) {
  return sql<RateLimitRow>`
    update rate_limits set description = ${description}, updated_at = ${at} where sid = ${sid} returning *`
}

/** Removes a limit and, by cascade, its buckets. No row back: there was none. */
export function deleteRateLimit({ account_sid, service_sid }: Tenant, sid: string) {
  return sql<RateLimitRow>`
    delete from rate_limits where sid = ${sid} and account_sid = ${account_sid} and service_sid = ${service_sid} returning *`
}

/** Holds up whoever else counts or adds buckets of this limit until the unit ends. */
export function lockRateLimit({ account_sid, service_sid }: Tenant, sid: string) {
  return sql<RateLimitRow>`
    update rate_limits set updated_at = updated_at
    where sid = ${sid} and account_sid = ${account_sid} and service_sid = ${service_sid} returning *`
}

/** How many the limit has. True for a unit that locked the limit. */
export function countBuckets(rateLimitSid: string) {
  return sql<{ count: number }>`select count(*) as count from buckets where rate_limit_sid = ${rateLimitSid}`
}

/** No row back: the limit has a bucket of this interval. */
export function insertBucket(b: BucketRow) {
  return sql<BucketRow>`
    insert into buckets (sid, rate_limit_sid, service_sid, account_sid, max, interval_s, created_at, updated_at)
    values (${b.sid}, ${b.rate_limit_sid}, ${b.service_sid}, ${b.account_sid}, ${b.max}, ${b.interval_s}, ${b.created_at}, ${b.updated_at})
    on conflict (rate_limit_sid, interval_s) do nothing returning *`
}

/** No row back: the limit has none of this SID. */
export function findBucket({ account_sid, service_sid }: Tenant, rateLimitSid: string, sid: string) {
  return sql<BucketRow>`
    select * from buckets
    where sid = ${sid} and rate_limit_sid = ${rateLimitSid} and account_sid = ${account_sid} and service_sid = ${service_sid}`
}

/** Newest first. */
export function listBuckets({ account_sid, service_sid }: Tenant, rateLimitSid: string, offset: number, limit: number) {
  return sql<BucketRow>`
    select * from buckets
    where rate_limit_sid = ${rateLimitSid} and account_sid = ${account_sid} and service_sid = ${service_sid}
    order by created_at desc, sid desc limit ${limit} offset ${offset}`
}

/** No row back: another bucket of the limit has this interval. */
export function updateBucket(sid: string, change: { max: number; intervalS: number }, at: Instant) {
  return sql<BucketRow>`
    update buckets set max = ${change.max}, interval_s = ${change.intervalS}, updated_at = ${at}
    where sid = ${sid} and not exists (
      select 1 from buckets other
      where other.rate_limit_sid = buckets.rate_limit_sid and other.interval_s = ${change.intervalS} and other.sid <> buckets.sid)
    returning *`
}

/** Removes a bucket; what it counted is not read again. No row back: there was none. */
export function deleteBucket(sid: string) {
  return sql<BucketRow>`delete from buckets where sid = ${sid} returning *`
}

/** The buckets of the limits of a service, with the names of their limits, in one order, so that no two units wait for each other. */
export function bucketsOf({ service_sid }: Tenant) {
  return sql<BucketRow & { unique_name: string }>`
    select b.*, r.unique_name from buckets b join rate_limits r on r.sid = b.rate_limit_sid
    where r.service_sid = ${service_sid} order by b.sid`
}
