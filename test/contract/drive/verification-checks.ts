import { expect } from 'vitest'
import { wrong } from '../../support/doors.ts'
import { phone } from '../phone.ts'
import type { Session } from '../session.ts'

/** Checks: wrong and right, by address and by SID, five of them, with amount and payee; hidden from other services. */
export async function driveVerificationChecks(s: Session): Promise<void> {
  const ServiceSid = s.service
  const start = (form: Record<string, string>) => s.ok('CreateVerification', { ServiceSid }, { form })
  const check = (form: Record<string, string>) => s.ok('CreateVerificationCheck', { ServiceSid }, { form })
  const To = phone()
  const { sid } = await start({ To, Channel: 'sms' })
  const Code = s.doors.codeFor(To)
  expect(await check({ To, Code: wrong(Code) })).toMatchObject({ sid, status: 'pending', valid: false })
  await s.hidden('CreateVerificationCheck', {}, { form: { To, Code } })
  await s.hidden('CreateVerificationCheck', {}, { form: { VerificationSid: sid, Code } })
  await s.refused(400, 'CreateVerificationCheck', { ServiceSid }, { form: { Code } }, 60221)
  await s.refused(400, 'CreateVerificationCheck', { ServiceSid }, { form: { To, Code: '1' } }, 60200)
  await s.refused(400, 'CreateVerificationCheck', { ServiceSid }, { form: { To } }, 60200)
  await s.refusesIllInput('CreateVerificationCheck', { ServiceSid }, { form: { Code } })
  expect(await check({ VerificationSid: sid, Code })).toMatchObject({ sid, to: To, status: 'approved', valid: true })
  await s.refused(404, 'CreateVerificationCheck', { ServiceSid }, { form: { To, Code } }, 20404)

  const mail = 'someone@example.com'
  await start({ To: mail, Channel: 'email' })
  expect(await check({ To: mail, Code: s.doors.codeFor(mail) })).toMatchObject({ channel: 'email', status: 'approved' })

  const locked = phone()
  await start({ To: locked, Channel: 'sms' })
  const right = s.doors.codeFor(locked)
  for (let tries = 0; tries < 5; tries++) await check({ To: locked, Code: wrong(right) })
  await s.refused(429, 'CreateVerificationCheck', { ServiceSid }, { form: { To: locked, Code: right } }, 60202)
  await s.refusesUnknownMethods('CreateVerificationCheck', { ServiceSid }, ['POST'])

  await s.ok('UpdateService', { Sid: ServiceSid }, { form: { Psd2Enabled: 'true' } })
  const [payer, deal] = [phone(), { Amount: '€39.99', Payee: 'Acme Inc' }]
  await s.refused(400, 'CreateVerification', { ServiceSid }, { form: { To: payer, Channel: 'sms' } }, 60206)
  expect(await start({ To: payer, Channel: 'sms', ...deal })).toMatchObject({ amount: '€39.99', payee: 'Acme Inc' })
  const form = { To: payer, Code: s.doors.codeFor(payer) }
  await s.refused(400, 'CreateVerificationCheck', { ServiceSid }, { form }, 60206)
  expect(await check({ ...form, ...deal, Amount: '€93.99' })).toMatchObject({ status: 'pending' })
  expect(await check({ ...form, ...deal })).toMatchObject({ status: 'approved', amount: '€39.99', payee: 'Acme Inc' })
}
