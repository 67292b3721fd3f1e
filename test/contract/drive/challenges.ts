import { expect } from 'vitest'
import { wrong } from '../../support/doors.ts'
import type { Session } from '../session.ts'
import { enrolPush, enrolTotp, totpOf } from './factors.ts'

const details = {
  'Details.Message': 'Hi! Mr. John Doe, would you like to sign up?',
  'Details.Fields': JSON.stringify({ label: 'Action', value: 'Sign up in portal' }),
  HiddenDetails: JSON.stringify({ ip: '172.168.1.234' }),
}

/** Challenges of push and TOTP: asked, shown, answered or denied, expired, listed; and the notifications that go with them. */
export async function driveChallenges(s: Session): Promise<void> {
  const ServiceSid = s.service
  const Identity = 'ff483d1ff591898a9942916050d2ca3f'
  const own = { ServiceSid, Identity }
  const push = await enrolPush(s, ServiceSid, Identity)
  const totp = await enrolTotp(s, ServiceSid, Identity)
  const ask = (FactorSid: string, more: Record<string, string | string[]> = {}) =>
    s.ok('CreateChallenge', own, { form: { FactorSid, ...details, ...more } })

  const asked = await ask(push.made.sid)
  expect(asked).toMatchObject({
    status: 'pending',
    factor_type: 'push',
    identity: Identity,
    factor_sid: push.made.sid,
    entity_sid: push.made.entity_sid,
    responded_reason: 'none',
    details: { message: details['Details.Message'], fields: [{ label: 'Action', value: 'Sign up in portal' }] },
    hidden_details: { ip: '172.168.1.234' },
    date_responded: null,
  })
  expect(Date.parse(asked.expiration_date) - Date.parse(asked.date_created)).toBe(300_000)
  const names = { ...own, Sid: asked.sid as string }
  const fetched = await s.call('FetchChallenge', names)
  const fields = String(fetched.headers['twilio-verify-signature-fields'])
  expect(fields).toMatch(/^\w+(,\w+)+$/)
  for (const field of fields.split(',')) expect(fetched.body).toHaveProperty(field)
  expect(fields.split(',')).toEqual(expect.arrayContaining(['details', 'factor_sid', 'sid']))

  const forged = push.device.answer({ ...fetched.body, details: { message: 'Nothing' } }, fields, 'approved')
  await s.refused(403, 'UpdateChallenge', names, { form: { AuthPayload: forged } }, 60324)
  const approval = push.device.answer(fetched.body, fields, 'approved')
  const answer = { form: { AuthPayload: approval, Metadata: '{"os":"Android"}' } }
  const approved = await s.ok('UpdateChallenge', names, answer)
  expect(approved).toMatchObject({ status: 'approved', metadata: { os: 'Android' } })
  expect(approved.date_responded).not.toBeNull()
  expect(await s.ok('FetchChallenge', names)).toEqual(approved)
  await s.refused(403, 'UpdateChallenge', names, answer, 60322)

  const second = await ask(push.made.sid, { 'Details.Fields': [details['Details.Fields'], details['Details.Fields']] })
  expect(second.details.fields).toHaveLength(2)
  const other = { ...own, Sid: second.sid as string }
  const shown = await s.call('FetchChallenge', other)
  const AuthPayload = push.device.answer(shown.body, String(shown.headers['twilio-verify-signature-fields']), 'denied')
  const noted = { ...own, ChallengeSid: second.sid as string }
  expect(await s.ok('CreateNotification', noted)).toMatchObject({ ttl: 300, priority: 'high' })
  const notified = await s.ok('CreateNotification', noted, { form: { Ttl: '150' } })
  expect(notified).toMatchObject({ challenge_sid: second.sid, ttl: 150 })
  expect(await s.ok('UpdateChallenge', other, { form: { AuthPayload } })).toMatchObject({ status: 'denied' })

  // A code counts once: the next one comes with the next time step.
  s.doors.clock.advance(60_000)
  const pending = await ask(totp.made.sid)
  expect(pending).toMatchObject({ status: 'pending', factor_type: 'totp' })
  const third = { ...own, Sid: pending.sid as string }
  const code = totpOf(s, totp.made)
  const missed = await s.ok('UpdateChallenge', third, { form: { AuthPayload: wrong(code) } })
  expect(missed.status).toBe('pending')
  expect(await s.ok('UpdateChallenge', third, { form: { AuthPayload: code } })).toMatchObject({ status: 'approved' })
  s.doors.clock.advance(60_000)
  const atOnce = await ask(totp.made.sid, { AuthPayload: totpOf(s, totp.made) })
  expect(atOnce).toMatchObject({ status: 'approved', factor_type: 'totp' })

  const late = await ask(push.made.sid)
  s.doors.clock.advance(301_000)
  const expired = await s.ok('FetchChallenge', { ...own, Sid: late.sid })
  expect(expired).toMatchObject({ status: 'expired' })
  await s.refused(403, 'UpdateChallenge', { ...own, Sid: late.sid }, { form: { AuthPayload: approval } }, 60323)

  const listed = await s.pages('ListChallenge', own)
  expect(listed.map(({ sid }) => sid).sort()).toEqual([asked.sid, second.sid, pending.sid, atOnce.sid, late.sid].sort())
  const list = async (query: Record<string, string>) =>
    (await s.ok('ListChallenge', own, { query })).challenges.map(({ sid }: { sid: string }) => sid)
  expect(await list({ Status: 'denied' })).toEqual([second.sid])
  expect(await list({ Status: 'expired' })).toEqual([late.sid])
  expect((await list({ FactorSid: totp.made.sid })).sort()).toEqual([pending.sid, atOnce.sid].sort())
  expect(await list({ Order: 'asc' })).toEqual((await list({ Order: 'desc' })).reverse())

  await s.refusesIllInput('CreateChallenge', own, { form: { FactorSid: push.made.sid } })
  await s.refusesIllInput('ListChallenge', own)
  const open = await ask(push.made.sid)
  const live = { ...own, Sid: open.sid as string }
  await s.refusesIllInput('UpdateChallenge', live)
  await s.refusesIllInput('CreateNotification', { ...own, ChallengeSid: open.sid })
  const stranger = 'a-stranger-s-identity'
  await s.ok('CreateEntity', { ServiceSid }, { form: { Identity: stranger } })
  for (const id of ['FetchChallenge', 'UpdateChallenge']) {
    await s.hidden(id, { Identity, Sid: open.sid }, { form: { AuthPayload: approval } })
    await s.refused(404, id, { ...live, Identity: stranger }, { form: { AuthPayload: approval } }, 20404)
  }
  await s.hidden('ListChallenge', { Identity })
  await s.hidden('CreateChallenge', { Identity }, { form: { FactorSid: push.made.sid } })
  await s.refused(
    404,
    'CreateChallenge',
    { ServiceSid, Identity: stranger },
    { form: { FactorSid: push.made.sid } },
    20404,
  )
  await s.hidden('CreateNotification', { Identity, ChallengeSid: open.sid })
  await s.refusesUnknownMethods('ListChallenge', own, ['GET', 'POST'])
  await s.refusesUnknownMethods('FetchChallenge', live, ['GET', 'POST'])
  await s.refusesUnknownMethods('CreateNotification', { ...own, ChallengeSid: open.sid }, ['POST'])
}
