import type { FastifyInstance } from 'fastify'
import { isoSeconds } from '../../lib/clock.ts'
import { TwilioError } from '../../model/twilio-error.ts'
import {
  type BucketRow,
  deleteBucket,
  deleteRateLimit,
  findBucket,
  findRateLimit,
  listBuckets,
  listRateLimits,
  type RateLimitRow,
  updateRateLimit,
} from '../../store/rate-limits.ts'
import { changeBucket, createBucket, createRateLimit } from '../../verify/rate-limits.ts'
import { found } from './answers.ts'
import { baseOf, sidParam, type TwilioDoor, tenantFor } from './door.ts'
import { type Form, formOf } from './form.ts'
import { pageOf } from './page.ts'

const limits = '/Services/:service/RateLimits'
const buckets = `${limits}/:limit/Buckets`

/** RateLimits and their Buckets. */
export function registerRateLimits(scope: FastifyInstance, door: TwilioDoor): void {
  const { db, clock } = door
  scope.post(limits, async (request, reply) => {
    const { tenant } = await tenantFor(door, request)
    const form = formOf(request.body)
    const uniqueName = form.required('UniqueName')
    if (!/^[A-Za-z0-9_.-]{1,64}$/.test(uniqueName)) throw new TwilioError(60209)
    const made = await createRateLimit(door, tenant, { uniqueName, description: form.text('Description', 255) })
    return reply.code(201).send(rateLimitBody(found(request, made), baseOf(request, door)))
  })
  scope.get(limits, async (request) => {
    const { tenant } = await tenantFor(door, request)
    const read = (offset: number, limit: number) => db.read(listRateLimits(tenant, offset, limit))
    return pageOf(request, door, 'rate_limits', read, (one) => rateLimitBody(one, baseOf(request, door)))
  })
  scope.get(`${limits}/:sid`, async (request) => {
    const { tenant } = await tenantFor(door, request)
    const [one] = await db.read(findRateLimit(tenant, sidParam(request, 'RK')))
    return rateLimitBody(found(request, one), baseOf(request, door))
  })
  scope.post(`${limits}/:sid`, async (request) => {
    const { tenant } = await tenantFor(door, request)
    const [one] = await db.read(findRateLimit(tenant, sidParam(request, 'RK')))
    const { sid, description } = found(request, one)
    const given = formOf(request.body).text('Description', 255)
    const [changed] = await db.write(updateRateLimit(sid, given ?? description, clock.now()))
    return rateLimitBody(found(request, changed), baseOf(request, door))
  })
  scope.delete(`${limits}/:sid`, async (request, reply) => {
    const { tenant } = await tenantFor(door, request)
    const [removed] = await db.write(deleteRateLimit(tenant, sidParam(request, 'RK')))
    found(request, removed)
    return reply.code(204).send()
  })

  scope.post(buckets, async (request, reply) => {
    const { tenant } = await tenantFor(door, request)
    const [limit] = await db.read(findRateLimit(tenant, sidParam(request, 'RK', 'limit')))
    const { sid: rateLimitSid } = found(request, limit)
    const form = formOf(request.body)
    form.required('Max')
    form.required('Interval')
    const { max = 1, intervalS = 1 } = sizeOf(form)
    const made = await createBucket(door, tenant, { rateLimitSid, max, intervalS })
    return reply.code(201).send(bucketBody(found(request, made), baseOf(request, door)))
  })
  scope.get(buckets, async (request) => {
    const { tenant } = await tenantFor(door, request)
    const [limit] = await db.read(findRateLimit(tenant, sidParam(request, 'RK', 'limit')))
    const { sid } = found(request, limit)
    const read = (offset: number, size: number) => db.read(listBuckets(tenant, sid, offset, size))
    return pageOf(request, door, 'buckets', read, (one) => bucketBody(one, baseOf(request, door)))
  })
  scope.get(`${buckets}/:sid`, async (request) => {
    const { tenant } = await tenantFor(door, request)
    const [one] = await db.read(findBucket(tenant, sidParam(request, 'RK', 'limit'), sidParam(request, 'BL')))
    return bucketBody(found(request, one), baseOf(request, door))
  })
  scope.post(`${buckets}/:sid`, async (request) => {
    const { tenant } = await tenantFor(door, request)
    const [one] = await db.read(findBucket(tenant, sidParam(request, 'RK', 'limit'), sidParam(request, 'BL')))
    const { sid, rate_limit_sid: rateLimitSid } = found(request, one)
    const { max, intervalS } = sizeOf(formOf(request.body))
    const changed = await changeBucket(door, tenant, { rateLimitSid, sid, max, intervalS })
    return bucketBody(found(request, changed), baseOf(request, door))
  })
  scope.delete(`${buckets}/:sid`, async (request, reply) => {
    const { tenant } = await tenantFor(door, request)
    const [one] = await db.read(findBucket(tenant, sidParam(request, 'RK', 'limit'), sidParam(request, 'BL')))
    const [removed] = await db.write(deleteBucket(found(request, one).sid))
    found(request, removed)
    return reply.code(204).send()
  })
}

const daySeconds = 86_400

function sizeOf(form: Form) {
  return { max: form.integer('Max', 1, 1_000_000), intervalS: form.integer('Interval', 1, daySeconds) }
}

function rateLimitBody(r: RateLimitRow, base: string) {
  const url = `${base}/v2/Services/${r.service_sid}/RateLimits/${r.sid}`
  return {
    sid: r.sid,
    service_sid: r.service_sid,
    account_sid: r.account_sid,
    unique_name: r.unique_name,
    description: r.description,
    date_created: isoSeconds(r.created_at),
    date_updated: isoSeconds(r.updated_at),
    url,
    links: { buckets: `${url}/Buckets` },
  }
}

function bucketBody(b: BucketRow, base: string) {
  return {
    sid: b.sid,
    rate_limit_sid: b.rate_limit_sid,
    service_sid: b.service_sid,
    account_sid: b.account_sid,
    max: b.max,
    interval: b.interval_s,
    date_created: isoSeconds(b.created_at),
    date_updated: isoSeconds(b.updated_at),
    url: `${base}/v2/Services/${b.service_sid}/RateLimits/${b.rate_limit_sid}/Buckets/${b.sid}`,
  }
}
