import { expect } from 'vitest'
import type { Session } from '../session.ts'

const all = {
  FriendlyName: 'Every setting',
  CodeLength: '8',
  LookupEnabled: 'true',
  SkipSmsToLandlines: 'true',
  DtmfInputRequired: 'false',
  TtsName: 'Aurora',
  Psd2Enabled: 'false',
  DoNotShareWarningEnabled: 'true',
  CustomCodeEnabled: 'true',
  'Push.IncludeDate': 'true',
  'Push.ApnCredentialSid': `CR${'a'.repeat(32)}`,
  'Push.FcmCredentialSid': `CR${'b'.repeat(32)}`,
  'Totp.Issuer': 'Aurora',
  'Totp.TimeStep': '40',
  'Totp.CodeLength': '7',
  'Totp.Skew': '2',
  DefaultTemplateSid: '',
  'Whatsapp.MsgServiceSid': `MG${'a'.repeat(32)}`,
  'Whatsapp.From': 'whatsapp:+14155238886',
  'Passkeys.RelyingParty.Id': 'example.com',
  'Passkeys.RelyingParty.Name': 'Example',
  'Passkeys.RelyingParty.Origins': 'https://example.com,https://login.example.com',
  'Passkeys.AuthenticatorAttachment': 'platform',
  'Passkeys.DiscoverableCredentials': 'preferred',
  'Passkeys.UserVerification': 'preferred',
  VerifyEventSubscriptionEnabled: 'false',
}

/** Services: every setting kept and answered, listed to the end, changed one at a time, removed. */
export async function driveServices(s: Session): Promise<void> {
  const made = await s.ok('CreateService', {}, { form: all })
  expect(made).toMatchObject({
    friendly_name: 'Every setting',
    code_length: 8,
    lookup_enabled: true,
    skip_sms_to_landlines: true,
    tts_name: 'Aurora',
    push: { include_date: true, apn_credential_sid: all['Push.ApnCredentialSid'] },
    totp: { issuer: 'Aurora', time_step: 40, code_length: 7, skew: 2 },
    passkeys: {
      relying_party: { id: 'example.com', origins: ['https://example.com', 'https://login.example.com'] },
      user_verification: 'preferred',
    },
  })
  const Sid = made.sid
  expect(await s.ok('FetchService', { Sid })).toEqual(made)

  const updated = await s.ok('UpdateService', { Sid }, { form: { CodeLength: '5', 'Totp.Skew': '0' } })
  expect(updated).toMatchObject({
    ...made,
    code_length: 5,
    totp: { ...made.totp, skew: 0 },
    date_updated: updated.date_updated,
  })
  expect(await s.ok('FetchService', { Sid })).toEqual(updated)

  const listed = await s.pages('ListService')
  expect(listed.map(({ sid }) => sid)).toEqual(expect.arrayContaining([Sid, s.service, s.foreign]))
  expect(new Set(listed.map(({ sid }) => sid)).size).toBe(listed.length)

  await s.refusesIllInput('CreateService', {}, { form: all })
  await s.refusesIllInput('UpdateService', { Sid })
  await s.refusesIllInput('ListService', {})
  expect(await s.ok('FetchService', { Sid })).toEqual(updated)
  await s.refusesUnknownMethods('ListService', {}, ['GET', 'POST'])
  await s.refusesUnknownMethods('FetchService', { Sid }, ['GET', 'POST', 'DELETE'])

  await s.ok('DeleteService', { Sid })
  for (const id of ['FetchService', 'UpdateService', 'DeleteService']) await s.refused(404, id, { Sid }, {}, 20404)
}
