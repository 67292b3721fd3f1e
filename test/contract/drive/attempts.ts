import { expect } from 'vitest'
import { phone } from '../phone.ts'
import type { Session } from '../session.ts'

/** Attempts: one for each message, converted by its code, listed to the end and filtered, summed up. */
export async function driveAttempts(s: Session): Promise<void> {
  const ServiceSid = s.service
  const [converted, unconverted] = [phone(), phone()]
  const start = (To: string) => s.ok('CreateVerification', { ServiceSid }, { form: { To, Channel: 'sms' } })
  const { sid: VerificationSid } = await start(converted)
  await start(unconverted)
  const last = await start(unconverted)
  await s.ok('CreateVerificationCheck', { ServiceSid }, { form: { To: converted, Code: s.doors.codeFor(converted) } })

  const query = { VerifyServiceSid: ServiceSid }
  const listed = await s.pages('ListVerificationAttempt', {}, query)
  expect(listed).toHaveLength(3)
  expect(listed.map(({ sid }) => sid)).toContain(last.send_code_attempts[1].attempt_sid)
  const one = listed.find(({ channel_data }) => channel_data.to === converted)
  expect(one).toMatchObject({
    verification_sid: VerificationSid,
    conversion_status: 'converted',
    channel_data: { verification_sid: VerificationSid, country: 'BR', code_length: 6 },
  })
  expect(await s.ok('FetchVerificationAttempt', { Sid: one.sid })).toEqual(one)
  const count = async (filter: Record<string, string>) =>
    (await s.ok('ListVerificationAttempt', {}, { query: { ...query, ...filter } })).attempts.length
  expect(await count({ Status: 'converted' })).toBe(1)
  expect(await count({ Status: 'unconverted' })).toBe(2)
  expect(await count({ VerificationSid })).toBe(1)
  expect(await count({ 'ChannelData.To': unconverted })).toBe(2)
  expect(await count({ Country: 'US' })).toBe(0)
  expect(await count({ Channel: 'call' })).toBe(0)
  expect(await count({ DateCreatedAfter: '2099-01-01T00:00:00Z' })).toBe(0)
  expect(await count({ VerifyServiceSid: s.foreign })).toBe(0)

  const summary = await s.ok('FetchVerificationAttemptsSummary', {}, { query })
  expect(summary).toMatchObject({
    total_attempts: 3,
    total_converted: 1,
    total_unconverted: 2,
    conversion_rate_percentage: '33.333333333',
  })
  await s.refusesIllInput('ListVerificationAttempt', {})
  await s.refusesIllInput('FetchVerificationAttemptsSummary', {})
  await s.refused(404, 'FetchVerificationAttempt', { Sid: `VL${'0'.repeat(32)}` }, {}, 20404)
  await s.refusesUnknownMethods('ListVerificationAttempt', {}, ['GET'])
  await s.refusesUnknownMethods('FetchVerificationAttempt', { Sid: one.sid }, ['GET'])
  await s.refusesUnknownMethods('FetchVerificationAttemptsSummary', {}, ['GET'])
}
