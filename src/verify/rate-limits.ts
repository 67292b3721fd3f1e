import { newSid } from '../lib/ids.ts'
import { TwilioError } from '../model/twilio-error.ts'
import { all } from '../store/db.ts'
import {
  type BucketRow,
  countBuckets,
  countRateLimits,
  findBucket,
  insertBucket,
  insertRateLimit,
  lockRateLimit,
  type RateLimitRow,
  updateBucket,
} from '../store/rate-limits.ts'
import { holdService } from '../store/services.ts'
import type { Tenant } from '../store/tenant.ts'
import type { VerifyDeps } from './deps.ts'

type Deps = Pick<VerifyDeps, 'db' | 'clock' | 'random'>

// Twilio has such bounds and does not say which.
const rateLimitsMax = 20
const bucketsMax = 10

/** Adds a limit to a service; undefined when that is gone. Refuses with 60207 where there are twenty, 60208 where one has the name. */
export async function createRateLimit(
  { db, clock, random }: Deps,
  tenant: Tenant,
  { uniqueName, description }: { uniqueName: string; description: string | undefined },
): Promise<RateLimitRow | undefined> {
  const at = clock.now()
  const row = { sid: newSid('RK', at, random), ...tenant, unique_name: uniqueName, description: description ?? null }
  return db.unit(function* () {
    const [service] = yield* all(holdService(tenant.account_sid, tenant.service_sid))
    if (!service) return undefined
    const [made] = yield* all(insertRateLimit({ ...row, created_at: at, updated_at: at }))
    if (!made) throw new TwilioError(60208)
    const [existing] = yield* all(countRateLimits(tenant))
    if (Number(existing?.count) > rateLimitsMax) throw new TwilioError(60207)
    return made
  })
}

/** Adds a bucket to a limit; undefined when there is no such limit. Refuses with 60210 where there are ten, 60211 for a known interval. */
export async function createBucket(
  { db, clock, random }: Deps,
  tenant: Tenant,
  { rateLimitSid, max, intervalS }: { rateLimitSid: string; max: number; intervalS: number },
): Promise<BucketRow | undefined> {
  const at = clock.now()
  const row = { sid: newSid('BL', at, random), rate_limit_sid: rateLimitSid, ...tenant, max, interval_s: intervalS }
  return db.unit(function* () {
    const [limit] = yield* all(lockRateLimit(tenant, rateLimitSid))
    if (!limit) return undefined
    const [made] = yield* all(insertBucket({ ...row, created_at: at, updated_at: at }))
    if (!made) throw new TwilioError(60211)
    const [existing] = yield* all(countBuckets(rateLimitSid))
    if (Number(existing?.count) > bucketsMax) throw new TwilioError(60210)
    return made
  })
}

/** Changes a bucket; undefined when there is none. Refuses with 60211 where another one has the interval. */
export async function changeBucket(
  { db, clock }: Deps,
  tenant: Tenant,
  command: { rateLimitSid: string; sid: string; max: number | undefined; intervalS: number | undefined },
): Promise<BucketRow | undefined> {
  const { rateLimitSid, sid } = command
  return db.unit(function* () {
    const [limit] = yield* all(lockRateLimit(tenant, rateLimitSid))
    const [bucket] = limit ? yield* all(findBucket(tenant, rateLimitSid, sid)) : []
    if (!bucket) return undefined
    const change = { max: command.max ?? bucket.max, intervalS: command.intervalS ?? bucket.interval_s }
    const [changed] = yield* all(updateBucket(sid, change, clock.now()))
    if (!changed) throw new TwilioError(60211)
    return changed
  })
}
