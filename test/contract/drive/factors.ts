import { Secret, TOTP } from 'otpauth'
import { expect } from 'vitest'
import { wrong } from '../../support/doors.ts'
import { createDevice } from '../device.ts'
import type { Session } from '../session.ts'

const push = {
  FriendlyName: 'friendly_name',
  FactorType: 'push',
  'Binding.Alg': 'ES256',
  'Config.AppId': 'com.example.myapp',
  'Config.NotificationPlatform': 'fcm',
  'Config.NotificationToken': 'test_token',
  'Config.SdkVersion': '1.0',
  Metadata: '{"os":"Android"}',
}

/** The code that an authenticator app shows now, made from what the enrolment answered. */
export function totpOf(s: Session, { binding, config }: { binding: { secret: string }; config: TotpConfig }): string {
  const totp = new TOTP({
    secret: Secret.fromBase32(binding.secret),
    algorithm: config.alg.toUpperCase(),
    digits: config.code_length,
    period: config.time_step,
  })
  return totp.generate({ timestamp: s.doors.clock.now() })
}

interface TotpConfig {
  alg: string
  code_length: number
  time_step: number
}

/** A push factor that its device has verified. */
export async function enrolPush(s: Session, ServiceSid: string, Identity: string) {
  const device = createDevice()
  const form = { ...push, 'Binding.PublicKey': device.publicKey }
  const made = await s.ok('CreateNewFactor', { ServiceSid, Identity }, { form })
  const names = { ServiceSid, Identity, Sid: made.sid as string }
  const verified = await s.ok('UpdateFactor', names, { form: { AuthPayload: device.proof(made.sid) } })
  return { device, made, verified, names }
}

/** A TOTP factor that its first code has verified. */
export async function enrolTotp(s: Session, ServiceSid: string, Identity: string) {
  const form = { FriendlyName: 'An account', FactorType: 'totp' }
  const made = await s.ok('CreateNewFactor', { ServiceSid, Identity }, { form })
  const names = { ServiceSid, Identity, Sid: made.sid as string }
  const verified = await s.ok('UpdateFactor', names, { form: { AuthPayload: totpOf(s, made) } })
  return { made, verified, names }
}

/** Factors of push and TOTP: enrolled, verified, changed, listed, removed; hidden from other services and entities. */
export async function driveFactors(s: Session): Promise<void> {
  const ServiceSid = s.service
  const Identity = 'ff483d1ff591898a9942916050d2ca3f'
  const own = { ServiceSid, Identity }
  const form = { FriendlyName: 'friendly_name', FactorType: 'totp' }

  const totp = await s.ok('CreateNewFactor', own, { form })
  expect(totp).toMatchObject({
    factor_type: 'totp',
    status: 'unverified',
    config: { alg: 'sha1', skew: 1, code_length: 6, time_step: 30 },
    options: null,
    metadata: null,
  })
  expect(totp.binding.uri).toContain(`secret=${totp.binding.secret}`)
  expect(await s.ok('FetchEntity', own)).toMatchObject({ sid: totp.entity_sid, identity: Identity })
  const names = { ...own, Sid: totp.sid }
  const fetched = await s.ok('FetchFactor', names)
  expect(fetched).not.toHaveProperty('binding')
  const code = totpOf(s, totp)
  const missed = await s.ok('UpdateFactor', names, { form: { AuthPayload: wrong(code) } })
  expect(missed.status).toBe('unverified')
  expect(await s.ok('UpdateFactor', names, { form: { AuthPayload: code } })).toMatchObject({ status: 'verified' })
  const renamed = await s.ok('UpdateFactor', names, { form: { FriendlyName: 'Renamed' } })
  expect(renamed).toMatchObject({ friendly_name: 'Renamed', status: 'verified' })

  const { made, verified } = await enrolPush(s, ServiceSid, Identity)
  expect(made).toMatchObject({
    factor_type: 'push',
    status: 'unverified',
    config: {
      sdk_version: '1.0',
      app_id: 'com.example.myapp',
      notification_platform: 'fcm',
      notification_token: 'test_token',
    },
    metadata: { os: 'Android' },
    options: null,
  })
  expect(made.binding).toMatchObject({ alg: 'ES256' })
  expect(verified).toMatchObject({ sid: made.sid, status: 'verified' })
  const unproven = createDevice()
  const third = await s.ok('CreateNewFactor', own, {
    form: { ...push, FriendlyName: 'Unproven', 'Binding.PublicKey': unproven.publicKey },
  })
  const proof = createDevice().proof(third.sid)
  const refused = await s.ok('UpdateFactor', { ...own, Sid: third.sid }, { form: { AuthPayload: proof } })
  expect(refused.status).toBe('unverified')
  expect(await s.ok('FetchFactor', { ...own, Sid: third.sid })).toMatchObject({ status: 'unverified' })
  const listed = await s.pages('ListFactor', own)
  expect(listed.map(({ sid }) => sid).sort()).toEqual([totp.sid, made.sid, third.sid].sort())
  // The file's examples have upper-case identities; an entity's name is kept as it was given.
  const upper = { ServiceSid, Identity: 'DD6840aec40ad01ebc2001c0330000aa33' }
  await s.ok('CreateNewFactor', upper, { form })
  expect((await s.ok('ListFactor', upper)).factors[0].identity).toBe(upper.Identity)

  await s.refusesIllInput('CreateNewFactor', own, { form })
  await s.refusesIllInput('CreateNewFactor', own, { form: { ...push, 'Binding.PublicKey': unproven.publicKey } })
  await s.refused(400, 'CreateNewFactor', own, { form: { ...push, 'Binding.PublicKey': 'bm90IGEga2V5' } })
  await s.refusesIllInput('UpdateFactor', names)
  await s.refusesIllInput('ListFactor', own)
  const stranger = { ServiceSid, Identity: 'a-stranger-s-identity' }
  for (const id of ['FetchFactor', 'UpdateFactor', 'DeleteFactor']) {
    await s.hidden(id, { Identity, Sid: totp.sid })
    await s.refused(404, id, { ...upper, Sid: totp.sid }, {}, 20404)
    await s.refused(404, id, { ...stranger, Sid: totp.sid }, {}, 20404)
  }
  await s.hidden('ListFactor', { Identity })
  await s.ok('CreateNewFactor', { ServiceSid: s.foreign, Identity }, { form })
  expect((await s.ok('ListFactor', { ServiceSid: s.foreign, Identity })).factors).toHaveLength(1)
  await s.refusesUnknownMethods('ListFactor', own, ['GET', 'POST'])
  await s.refusesUnknownMethods('FetchFactor', names, ['GET', 'POST', 'DELETE'])
  await s.ok('DeleteFactor', names)
  await s.refused(404, 'FetchFactor', names, {}, 20404)
}
