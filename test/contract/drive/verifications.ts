import { expect } from 'vitest'
import { apiKey } from '../../support/doors.ts'
import { phone } from '../phone.ts'
import type { Session } from '../session.ts'

/** Verifications: started on every channel, sent again, found by SID and by address, canceled, approved, hidden from other services. */
export async function driveVerifications(s: Session): Promise<void> {
  const ServiceSid = s.service
  const start = (form: Record<string, string>) => s.ok('CreateVerification', { ServiceSid }, { form })
  const whatsapp = { 'Whatsapp.MsgServiceSid': `MG${'a'.repeat(32)}`, 'Whatsapp.From': 'whatsapp:+14155238886' }
  await s.ok('UpdateService', { Sid: ServiceSid }, { form: whatsapp })

  const To = phone()
  const made = await start({ To, Channel: 'sms' })
  expect(made).toMatchObject({ to: To, channel: 'sms', status: 'pending', valid: false, service_sid: ServiceSid })
  expect(made.send_code_attempts).toHaveLength(1)
  const again = await start({ To, Channel: 'call' })
  expect(again).toMatchObject({ sid: made.sid, channel: 'call' })
  expect(again.send_code_attempts).toHaveLength(2)
  expect(s.doors.sent.filter(({ to }) => to === To)).toHaveLength(2)
  expect(await start({ To: 'mail@example.com', Channel: 'email' })).toMatchObject({ channel: 'email' })
  expect(await start({ To: phone(), Channel: 'whatsapp' })).toMatchObject({ channel: 'whatsapp' })
  expect(await start({ To: phone(), Channel: 'auto' })).toMatchObject({ channel: 'sms', sna: null })
  await s.refused(400, 'CreateVerification', { ServiceSid }, { form: { To: phone(), Channel: 'sna' } }, 60223)

  const Sid = made.sid
  const fetched = await s.ok('FetchVerification', { ServiceSid, Sid })
  expect(fetched).toEqual(again)
  expect(await s.ok('FetchVerification', { ServiceSid, Sid: To })).toEqual(fetched)
  for (const key of [Sid, To]) {
    await s.hidden('FetchVerification', { Sid: key })
    await s.hidden('UpdateVerification', { Sid: key }, { form: { Status: 'approved' } })
  }
  expect(await s.ok('FetchVerification', { ServiceSid, Sid })).toEqual(fetched)

  const good = { form: { To: phone(), Channel: 'sms' } }
  const before = s.doors.sent.length
  await s.refusesIllInput('CreateVerification', { ServiceSid }, good)
  await s.refusesIllInput('UpdateVerification', { ServiceSid, Sid }, { form: { Status: 'approved' } })
  expect(s.doors.sent).toHaveLength(before)
  await s.refused(404, 'CreateVerification', { ServiceSid }, { form: { ...good.form, Locale: 'xx' } }, 20404)
  await s.refusesUnknownMethods('CreateVerification', { ServiceSid }, ['POST'])
  await s.refusesUnknownMethods('FetchVerification', { ServiceSid, Sid }, ['GET', 'POST'])

  const cancel = { form: { Status: 'canceled' } }
  expect(await s.ok('UpdateVerification', { ServiceSid, Sid }, cancel)).toMatchObject({ sid: Sid, status: 'canceled' })
  expect(await s.ok('FetchVerification', { ServiceSid, Sid })).toMatchObject({ status: 'canceled', valid: false })
  const second = await start({ To, Channel: 'sms' })
  expect(second.sid).not.toBe(Sid)
  const approve = { form: { Status: 'approved' } }
  expect(await s.ok('UpdateVerification', { ServiceSid, Sid: To }, approve)).toMatchObject({
    status: 'approved',
    valid: true,
  })
  await s.refused(404, 'UpdateVerification', { ServiceSid, Sid: second.sid }, cancel, 20404)

  const locked = phone()
  for (let send = 0; send < 5; send++) await start({ To: locked, Channel: 'sms' })
  await s.refused(429, 'CreateVerification', { ServiceSid }, { form: { To: locked, Channel: 'sms' } }, 60203)
  expect(await s.ok('FetchVerification', { ServiceSid, Sid: locked }, { auth: apiKey })).toMatchObject({ to: locked })
}
