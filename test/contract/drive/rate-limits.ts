import { expect } from 'vitest'
import { phone } from '../phone.ts'
import type { Session } from '../session.ts'

/** Rate limits and their buckets: made, changed, listed, removed; a full bucket refuses a start, and says for how long. */
export async function driveRateLimits(s: Session): Promise<void> {
  const ServiceSid = s.service
  const good = { form: { UniqueName: 'end_user_ip', Description: 'One address' } }
  const limit = await s.ok('CreateRateLimit', { ServiceSid }, good)
  expect(limit).toMatchObject({ unique_name: 'end_user_ip', description: 'One address', service_sid: ServiceSid })
  const Sid = limit.sid
  await s.refused(400, 'CreateRateLimit', { ServiceSid }, good, 60208)
  await s.refused(400, 'CreateRateLimit', { ServiceSid }, { form: { UniqueName: 'a b' } }, 60209)
  expect(await s.ok('FetchRateLimit', { ServiceSid, Sid })).toEqual(limit)
  const updated = await s.ok('UpdateRateLimit', { ServiceSid, Sid }, { form: { Description: 'Another' } })
  expect(updated).toMatchObject({ sid: Sid, unique_name: 'end_user_ip', description: 'Another' })
  const other = await s.ok('CreateRateLimit', { ServiceSid }, { form: { UniqueName: 'session' } })
  const listed = await s.pages('ListRateLimit', { ServiceSid })
  expect(listed.map(({ sid }) => sid).sort()).toEqual([Sid, other.sid].sort())

  const RateLimitSid = Sid
  const bucket = await s.ok('CreateBucket', { ServiceSid, RateLimitSid }, { form: { Max: '2', Interval: '60' } })
  expect(bucket).toMatchObject({ rate_limit_sid: Sid, max: 2, interval: 60 })
  const names = { ServiceSid, RateLimitSid, Sid: bucket.sid }
  await s.refused(400, 'CreateBucket', { ServiceSid, RateLimitSid }, { form: { Max: '9', Interval: '60' } }, 60211)
  const second = await s.ok('CreateBucket', { ServiceSid, RateLimitSid }, { form: { Max: '50', Interval: '3600' } })
  expect(await s.ok('FetchBucket', names)).toEqual(bucket)
  const buckets = await s.pages('ListBucket', { ServiceSid, RateLimitSid })
  expect(buckets.map(({ sid }) => sid).sort()).toEqual([bucket.sid, second.sid].sort())
  expect(await s.ok('UpdateBucket', names, { form: { Max: '1' } })).toMatchObject({ max: 1, interval: 60 })

  const limited = (ip: string) => ({
    form: { To: phone(), Channel: 'sms', RateLimits: JSON.stringify({ end_user_ip: ip, unknown: 'x' }) },
  })
  await s.ok('CreateVerification', { ServiceSid }, limited('192.0.2.1'))
  const before = s.doors.sent.length
  const refused = await s.refused(429, 'CreateVerification', { ServiceSid }, limited('192.0.2.1'), 20429)
  expect(s.doors.sent).toHaveLength(before)
  expect(refused.body).not.toHaveProperty('details')
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60)
  expect(refused.headers['twilio-reached-rate-limit']).toBe('end_user_ip')
  await s.ok('CreateVerification', { ServiceSid }, limited('192.0.2.2'))
  s.doors.clock.advance(120_000)
  await s.ok('CreateVerification', { ServiceSid }, limited('192.0.2.1'))

  await s.refusesIllInput('CreateRateLimit', { ServiceSid }, { form: { UniqueName: 'third' } })
  await s.refused(400, 'UpdateRateLimit', { ServiceSid, Sid }, { form: { Description: ['a', 'b'] } }, 60200)
  await s.refusesIllInput('UpdateRateLimit', { ServiceSid, Sid })
  await s.refusesIllInput('CreateBucket', { ServiceSid, RateLimitSid }, { form: { Max: '3', Interval: '120' } })
  await s.refusesIllInput('UpdateBucket', names)
  await s.refusesIllInput('ListRateLimit', { ServiceSid })
  await s.refusesIllInput('ListBucket', { ServiceSid, RateLimitSid })
  for (const id of ['FetchRateLimit', 'UpdateRateLimit', 'DeleteRateLimit']) await s.hidden(id, { Sid })
  for (const id of ['ListBucket', 'CreateBucket'])
    await s.hidden(id, { RateLimitSid }, id === 'ListBucket' ? {} : { form: { Max: '1', Interval: '30' } })
  for (const id of ['FetchBucket', 'UpdateBucket', 'DeleteBucket']) {
    await s.hidden(id, names)
    await s.refused(404, id, { ...names, RateLimitSid: other.sid }, {}, 20404)
  }
  await s.refusesUnknownMethods('ListRateLimit', { ServiceSid }, ['GET', 'POST'])
  await s.refusesUnknownMethods('FetchRateLimit', { ServiceSid, Sid }, ['GET', 'POST', 'DELETE'])
  await s.refusesUnknownMethods('ListBucket', { ServiceSid, RateLimitSid }, ['GET', 'POST'])
  await s.refusesUnknownMethods('FetchBucket', names, ['GET', 'POST', 'DELETE'])

  await s.ok('DeleteBucket', names)
  await s.refused(404, 'FetchBucket', names, {}, 20404)
  await s.ok('DeleteRateLimit', { ServiceSid, Sid })
  await s.refused(404, 'FetchRateLimit', { ServiceSid, Sid }, {}, 20404)
  await s.refused(404, 'FetchBucket', { ...names, Sid: second.sid }, {}, 20404)
}
