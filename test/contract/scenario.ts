import { Secret, TOTP } from 'otpauth'
import type twilio from 'twilio'
import { expect } from 'vitest'
import { type Authenticator, createAuthenticator } from '../support/authenticator.ts'
import { accountSid, type Doors, wrong } from '../support/doors.ts'
import { createDevice } from './device.ts'
import { phone } from './phone.ts'

/** What a part of the scenario works with: an official client that was pointed at Aval, and a service of its own. */
export interface World {
  client: ReturnType<typeof twilio>
  doors: Doors
  service: string
}

/** The fields of the error that a refused request throws. */
export async function refusalOf(work: Promise<unknown>): Promise<object> {
  return work.then(
    () => ({ status: 'no refusal' }),
    ({ status, code, message, moreInfo, details }) => ({ status, code, message, moreInfo, details }),
  )
}

type RequestOptions = Parameters<Authenticator['authenticate']>[0]

const gone = { status: 404, code: 20404, moreInfo: 'https://www.twilio.com/docs/errors/20404' }
const identity = 'ff483d1ff591898a9942916050d2ca3f'

/** What an application does with Verify and Lookup, in the words of every generation of the official package. */
export const scenario: Readonly<Record<string, (world: World) => Promise<void>>> = {
  async 'makes, changes, pages through and removes services'({ client }) {
    const { services } = client.verify.v2
    const made = await services.create({ friendlyName: 'Generations', codeLength: 8, 'totp.issuer': 'Aurora' })
    expect(made).toMatchObject({ friendlyName: 'Generations', codeLength: 8, accountSid })
    expect(made.sid).toMatch(/^VA[0-9a-f]{32}$/)
    expect(made.dateCreated).toBeInstanceOf(Date)
    expect(made.totp).toMatchObject({ issuer: 'Aurora', code_length: 6 })
    expect((await services(made.sid).update({ codeLength: 5 })).codeLength).toBe(5)
    expect((await services(made.sid).fetch()).codeLength).toBe(5)
    const other = await services.create({ friendlyName: 'Another' })
    const paged = (await services.list({ pageSize: 1 })).map(({ sid }) => sid)
    expect(paged).toEqual(expect.arrayContaining([made.sid, other.sid]))
    expect(paged).toEqual((await services.list()).map(({ sid }) => sid))
    expect(new Set(paged).size).toBe(paged.length)
    expect(await services.list({ limit: 1 })).toHaveLength(1)
    expect(await services(made.sid).remove()).toBe(true)
    expect(await refusalOf(services(made.sid).fetch())).toMatchObject({
      ...gone,
      message: `The requested resource /Services/${made.sid} was not found`,
    })
  },

  async 'starts, sends again, checks wrong and right, and finds the approved one gone'({ client, doors, service }) {
    const { verifications, verificationChecks } = client.verify.v2.services(service)
    const to = phone()
    const started = await verifications.create({ to, channel: 'sms', locale: 'pt-BR' })
    expect(started).toMatchObject({
      to,
      channel: 'sms',
      status: 'pending',
      valid: false,
      serviceSid: service,
      sna: null,
    })
    expect(started.dateCreated).toBeInstanceOf(Date)
    const again = await verifications.create({ to, channel: 'call' })
    expect(again.sid).toBe(started.sid)
    expect(again.sendCodeAttempts).toHaveLength(2)
    const code = doors.codeFor(to)
    expect(await verificationChecks.create({ to, code: wrong(code) })).toMatchObject({
      status: 'pending',
      valid: false,
    })
    expect(await verificationChecks.create({ verificationSid: started.sid, code })).toMatchObject({
      sid: started.sid,
      status: 'approved',
      valid: true,
    })
    expect(await refusalOf(verificationChecks.create({ to, code }))).toMatchObject({
      ...gone,
      message: `The requested resource /Services/${service}/VerificationCheck was not found`,
    })
    expect(await refusalOf(client.verify.v2.services(service).verifications(started.sid).fetch())).toMatchObject(gone)
  },

  async 'cancels by sid, approves by address'({ client, service }) {
    const { verifications } = client.verify.v2.services(service)
    const [first, second] = [phone(), phone()]
    const { sid } = await verifications.create({ to: first, channel: 'sms' })
    expect((await verifications(sid).fetch()).to).toBe(first)
    expect((await verifications(sid).update({ status: 'canceled' })).status).toBe('canceled')
    expect((await verifications(sid).fetch()).status).toBe('canceled')
    await verifications.create({ to: second, channel: 'sms' })
    expect(await verifications(second).update({ status: 'approved' })).toMatchObject({
      status: 'approved',
      valid: true,
    })
  },

  async 'reads every refusal in its error, with the reason where the service gives one'({ client, doors, service }) {
    const { verifications, verificationChecks } = client.verify.v2.services(service)
    expect(await refusalOf(verifications.create({ to: '+5511', channel: 'sms' }))).toEqual({
      status: 400,
      code: 60200,
      message: 'Invalid parameter `To`: +5511',
      moreInfo: 'https://www.twilio.com/docs/errors/60200',
      details: undefined,
    })
    const to = phone()
    for (let send = 0; send < 5; send++) await verifications.create({ to, channel: 'sms' })
    expect(await refusalOf(verifications.create({ to, channel: 'sms' }))).toMatchObject({
      status: 429,
      code: 60203,
      message: 'Max send attempts reached',
    })
    const code = doors.codeFor(to)
    for (let tries = 0; tries < 5; tries++) await verificationChecks.create({ to, code: wrong(code) })
    expect(await refusalOf(verificationChecks.create({ to, code }))).toMatchObject({
      status: 429,
      code: 60202,
      message: 'Max check attempts reached',
    })
    await doors.v2('POST', `/v2/Services/${service}`, { ErrorDetailsEnabled: 'true' })
    const other = phone()
    const { sid } = await verifications.create({ to: other, channel: 'sms' })
    await verificationChecks.create({ to: other, code: doors.codeFor(other) })
    expect(await refusalOf(verifications(sid).fetch())).toMatchObject({ ...gone, details: { reason: 'approved' } })
  },

  async 'keeps rate limits and their buckets, and hears 429 of a full one'({ client, service }) {
    const { rateLimits, verifications } = client.verify.v2.services(service)
    const limit = await rateLimits.create({ uniqueName: 'end_user_ip', description: 'One address' })
    const bucket = await rateLimits(limit.sid).buckets.create({ max: 4, interval: 60 })
    expect(bucket).toMatchObject({ max: 4, interval: 60, rateLimitSid: limit.sid })
    expect((await rateLimits(limit.sid).buckets(bucket.sid).update({ max: 1 })).max).toBe(1)
    expect((await rateLimits(limit.sid).buckets.list()).map(({ sid }) => sid)).toEqual([bucket.sid])
    expect((await rateLimits(limit.sid).update({ description: 'Another' })).description).toBe('Another')
    const start = () => verifications.create({ to: phone(), channel: 'sms', rateLimits: { end_user_ip: '192.0.2.1' } })
    await start()
    expect(await refusalOf(start())).toMatchObject({ status: 429, code: 20429, message: 'Too many requests' })
    expect(await rateLimits(limit.sid).buckets(bucket.sid).remove()).toBe(true)
    await start()
    expect(await rateLimits(limit.sid).remove()).toBe(true)
    expect(await rateLimits.list()).toEqual([])
  },

  async 'enrols an authenticator app and asks it'({ client, doors, service }) {
    const { entities } = client.verify.v2.services(service)
    expect((await entities.create({ identity })).identity).toBe(identity)
    const entity = entities(identity)
    const made = await entity.newFactors.create({ friendlyName: 'A name', factorType: 'totp' })
    expect(made).toMatchObject({ status: 'unverified', factorType: 'totp', identity })
    const totp = new TOTP({ secret: Secret.fromBase32(made.binding.secret) })
    const code = () => totp.generate({ timestamp: doors.clock.now() })
    expect((await entity.factors(made.sid).update({ authPayload: wrong(code()) })).status).toBe('unverified')
    expect((await entity.factors(made.sid).update({ authPayload: code() })).status).toBe('verified')
    doors.clock.advance(60_000)
    const asked = await entity.challenges.create({ factorSid: made.sid, authPayload: wrong(code()) })
    expect(asked.status).toBe('pending')
    expect((await entity.challenges(asked.sid).update({ authPayload: code() })).status).toBe('approved')
    expect((await entity.challenges.list({ pageSize: 1 })).map(({ sid }) => sid)).toEqual([asked.sid])
    expect((await entity.factors.list()).map(({ sid }) => sid)).toEqual([made.sid])
    expect(await entity.factors(made.sid).remove()).toBe(true)
    expect(await entity.remove()).toBe(true)
    expect(await refusalOf(entity.fetch())).toMatchObject(gone)
  },

  async 'enrols a phone for push and shows it what it approves'({ client, service }) {
    const entity = client.verify.v2.services(service).entities('a-person-with-a-phone')
    const device = createDevice()
    const made = await entity.newFactors.create({
      friendlyName: 'A phone',
      factorType: 'push',
      'binding.alg': 'ES256',
      'binding.publicKey': device.publicKey,
      'config.appId': 'com.example.app',
      'config.notificationPlatform': 'none',
      metadata: { os: 'Android' },
    })
    expect(made).toMatchObject({
      status: 'unverified',
      config: { app_id: 'com.example.app' },
      metadata: { os: 'Android' },
    })
    expect((await entity.factors(made.sid).update({ authPayload: device.proof(made.sid) })).status).toBe('verified')
    const asked = await entity.challenges.create({
      factorSid: made.sid,
      'details.message': 'Pay Acme Inc?',
      'details.fields': [{ label: 'Amount', value: '39.99' }],
      hiddenDetails: { ip: '192.0.2.1' },
    })
    expect(asked).toMatchObject({
      status: 'pending',
      details: { message: 'Pay Acme Inc?', fields: [{ label: 'Amount', value: '39.99' }] },
      hiddenDetails: { ip: '192.0.2.1' },
    })
    expect(asked.expirationDate).toBeInstanceOf(Date)
  },

  async 'keeps webhooks'({ client, service }) {
    const { webhooks } = client.verify.v2.services(service)
    const made = await webhooks.create({
      friendlyName: 'Factors',
      eventTypes: ['factor.created', 'challenge.approved'],
      webhookUrl: 'https://hooks.example.com/aval',
      status: 'disabled',
    })
    expect(made).toMatchObject({
      eventTypes: ['factor.created', 'challenge.approved'],
      status: 'disabled',
      version: 'v2',
    })
    expect((await webhooks(made.sid).update({ friendlyName: 'Renamed' })).friendlyName).toBe('Renamed')
    expect((await webhooks.list()).map(({ sid }) => sid)).toEqual([made.sid])
    expect(await webhooks(made.sid).remove()).toBe(true)
    expect(await refusalOf(webhooks(made.sid).fetch())).toMatchObject(gone)
  },

  async 'lists attempts and sums them up'({ client, doors, service }) {
    const { verifications, verificationChecks } = client.verify.v2.services(service)
    const [to, other] = [phone(), phone()]
    await verifications.create({ to, channel: 'sms' })
    await verifications.create({ to: other, channel: 'sms' })
    await verificationChecks.create({ to, code: doors.codeFor(to) })
    const { verificationAttempts, verificationAttemptsSummary } = client.verify.v2
    const listed = await verificationAttempts.list({ verifyServiceSid: service, pageSize: 1 })
    expect(listed).toHaveLength(2)
    const converted = await verificationAttempts.list({ verifyServiceSid: service, status: 'converted' })
    expect(converted).toMatchObject([{ conversionStatus: 'converted', channelData: { to } }])
    expect((await verificationAttempts.list({ 'channelData.to': other }))[0]?.conversionStatus).toBe('unconverted')
    expect((await verificationAttempts(listed[0]?.sid ?? '').fetch()).serviceSid).toBe(service)
    const summary = await verificationAttemptsSummary().fetch({ verifyServiceSid: service })
    expect(summary).toMatchObject({ totalAttempts: 2, totalConverted: 1, totalUnconverted: 1 })
    expect(Number(summary.conversionRatePercentage)).toBe(50)
  },

  async 'makes access tokens'({ client, service }) {
    const { accessTokens } = client.verify.v2.services(service)
    const made = await accessTokens.create({ identity, factorType: 'push', ttl: 120 })
    expect(made).toMatchObject({ entityIdentity: identity, factorType: 'push', ttl: 120 })
    expect(made.token).toMatch(/^ey/)
    expect((await accessTokens(made.sid).fetch()).sid).toBe(made.sid)
  },

  async 'keeps messaging configurations'({ client, service }) {
    const { messagingConfigurations } = client.verify.v2.services(service)
    const messagingServiceSid = `MG${'a'.repeat(32)}`
    const made = await messagingConfigurations.create({ country: 'BR', messagingServiceSid })
    expect(made).toMatchObject({ country: 'BR', messagingServiceSid })
    const other = `MG${'b'.repeat(32)}`
    expect(await messagingConfigurations('BR').update({ messagingServiceSid: other })).toMatchObject({
      messagingServiceSid: other,
    })
    expect((await messagingConfigurations.list()).map(({ country }) => country)).toEqual(['BR'])
    expect(await messagingConfigurations('BR').remove()).toBe(true)
    expect(await refusalOf(messagingConfigurations('BR').fetch())).toMatchObject(gone)
  },

  async 'lists templates, and sends one'({ client, service }) {
    const [template] = await client.verify.v2.templates.list({ limit: 1 })
    expect(template?.sid).toMatch(/^HJ[0-9a-f]{32}$/)
    expect(Object.keys(template?.translations)).toContain('en')
    const templateSid = template?.sid ?? ''
    const { verifications } = client.verify.v2.services(service)
    expect((await verifications.create({ to: phone(), channel: 'sms', templateSid })).status).toBe('pending')
  },

  async 'keeps the safe list'({ client }) {
    const phoneNumber = phone()
    expect(await client.verify.v2.safelist.create({ phoneNumber })).toMatchObject({ phoneNumber })
    expect(await refusalOf(client.verify.v2.safelist.create({ phoneNumber }))).toMatchObject({
      status: 409,
      code: 60411,
    })
    expect((await client.verify.v2.safelist(phoneNumber).fetch()).phoneNumber).toBe(phoneNumber)
    expect(await client.verify.v2.safelist(phoneNumber).remove()).toBe(true)
    expect(await refusalOf(client.verify.v2.safelist(phoneNumber).fetch())).toMatchObject(gone)
  },

  async 'reads the form of push'({ client }) {
    expect((await client.verify.v2.forms('form-push').fetch()).formType).toBe('form-push')
  },

  async 'looks numbers up'({ client }) {
    const { phoneNumbers } = client.lookups.v2
    expect(await phoneNumbers('+14159929960').fetch()).toMatchObject({
      valid: true,
      countryCode: 'US',
      nationalFormat: '(415) 992-9960',
      lineTypeIntelligence: null,
    })
    const looked = await phoneNumbers('+5511987654321').fetch({ fields: 'line_type_intelligence' })
    expect(looked.lineTypeIntelligence).toMatchObject({ type: 'mobile' })
    expect(await phoneNumbers('+141599299600').fetch()).toMatchObject({ valid: false, validationErrors: ['TOO_LONG'] })
  },

  async 'enrols a passkey and asks for it'({ client, doors, service }) {
    const site = { rpId: 'example.com', origin: 'https://example.com' }
    await doors.v2('POST', `/v2/Services/${service}`, {
      'Passkeys.RelyingParty.Id': site.rpId,
      'Passkeys.RelyingParty.Name': 'Example',
      'Passkeys.RelyingParty.Origins': site.origin,
    })
    const context = client.verify.v2.services(service)
    const authenticator = createAuthenticator(site)
    const made = await context.newFactors.create({ friendlyName: 'A laptop', identity: 'a-passkey-person' })
    expect(made).toMatchObject({ status: 'unverified', factorType: 'passkeys' })
    const verified = await context.newVerifyFactors.update(authenticator.register(made.options))
    expect(verified).toMatchObject({ sid: made.sid, status: 'verified' })
    const asked = await context.newChallenge().create({ identity: 'a-passkey-person' })
    expect(asked).toMatchObject({ status: 'pending', identity: 'a-passkey-person' })
    const approved = await context.approveChallenge.update(
      authenticator.authenticate(asked.options as unknown as RequestOptions),
    )
    expect(approved).toMatchObject({ sid: asked.sid, status: 'approved' })
  },
}
