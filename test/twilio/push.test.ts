import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { CompactSign, compactDecrypt } from 'jose'
import { describe, expect, it } from 'vitest'
import { type Doors, type Json, openDoors, ring, serviceSid } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

const service = `/v2/Services/${serviceSid}`
let n = 0

/** A phone with the platform's app: it keeps a key, signs with it, and enrols as Twilio's Android SDK does. */
async function enroll(doors: Doors, more: Record<string, string> = {}) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const entity = `${service}/Entities/phone-${process.pid}-${n++}`
  const made = await doors.v2('POST', `${entity}/Factors`, {
    FriendlyName: 'Ana’s phone',
    FactorType: 'push',
    'Binding.Alg': 'ES256',
    'Binding.PublicKey': publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    'Config.AppId': 'com.example.app',
    'Config.NotificationPlatform': 'fcm',
    'Config.NotificationToken': 'token-1',
    'Config.SdkVersion': '1.0',
    ...more,
  })
  return { entity, key: privateKey, made, factor: made.body as Json }
}

type Phone = Awaited<ReturnType<typeof enroll>>

async function enrollVerified(doors: Doors, more: Record<string, string> = {}): Promise<Phone> {
  const phone = await enroll(doors, more)
  const signature = sign('sha256', Buffer.from(phone.factor.sid), phone.key).toString('base64')
  const verified = await doors.v2('POST', `${phone.entity}/Factors/${phone.factor.sid}`, { AuthPayload: signature })
  expect(verified.body.status).toBe('verified')
  return phone
}

async function ask(doors: Doors, phone: Phone): Promise<Json> {
  const form = new URLSearchParams({
    FactorSid: phone.factor.sid,
    'Details.Message': 'Change the payout account?',
    'Details.Fields': '{"label":"Payee","value":"Ana"}',
    HiddenDetails: '{"ip":"203.0.113.9"}',
  })
  return (await doors.v2('POST', `${phone.entity}/Challenges`, form.toString())).body
}

/** What the phone was shown, signed with its decision; `change` is what a tampering phone puts in. */
async function decide(
  doors: Doors,
  phone: Phone,
  sid: string,
  status: string,
  { key = phone.key, change = {}, alg = 'ES256' }: { key?: KeyObject; change?: object; alg?: string } = {},
) {
  const shown = await doors.v2('GET', `${phone.entity}/Challenges/${sid}`)
  const names = String(shown.headers['twilio-verify-signature-fields'] ?? '').split(',')
  const payload = { ...Object.fromEntries(names.map((name) => [name, shown.body[name]])), status, ...change }
  const bytes = new TextEncoder().encode(JSON.stringify(payload))
  const jwt = await new CompactSign(bytes).setProtectedHeader({ alg, typ: 'JWT' }).sign(key)
  return doors.v2('POST', `${phone.entity}/Challenges/${sid}`, { AuthPayload: jwt, Metadata: '{"os":"Android"}' })
}

describe('a phone', () => {
  forEachStore((_name, openStore) => {
    const open = async () => openDoors((await openStore()).db)

    it('is enrolled by its public key, and verified by its signature over the factor’s sid', async () => {
      const doors = await open()
      const phone = await enroll(doors, { Metadata: '{"os":"Android"}' })
      expect(phone.factor).toMatchObject({
        status: 'unverified',
        factor_type: 'push',
        metadata: { os: 'Android' },
        config: {
          sdk_version: '1.0',
          app_id: 'com.example.app',
          notification_platform: 'fcm',
          notification_token: 'token-1',
        },
        binding: { alg: 'ES256' },
      })
      const verify = (signed: string, key = phone.key) =>
        doors.v2('POST', `${phone.entity}/Factors/${phone.factor.sid}`, {
          AuthPayload: sign('sha256', Buffer.from(signed), key).toString('base64'),
        })
      const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
      expect((await verify(phone.factor.sid, stranger)).body.status).toBe('unverified')
      expect((await verify('another')).body.status).toBe('unverified')
      expect((await verify(phone.factor.sid)).body.status).toBe('verified')
    })

    it('needs a key on P-256 for ES256, and a token where it is to be notified', async () => {
      const doors = await open()
      const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'der' }).toString('base64')
      const key = Buffer.from(spki(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey), 'base64')
      const rsa = spki(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey)
      const p384 = spki(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)
      for (const [more, code] of [
        [{ 'Binding.Alg': 'RS256' }, 60314],
        [{ 'Binding.PublicKey': rsa }, 60314],
        [{ 'Binding.PublicKey': p384 }, 60314],
        [{ 'Binding.PublicKey': 'AAAA' }, 60314],
        [{ 'Binding.PublicKey': Buffer.concat([key, Buffer.from('more')]).toString('base64') }, 60314],
        [{ 'Binding.PublicKey': '' }, 60314],
        [{ 'Config.NotificationToken': '' }, 60200],
        [{ 'Config.NotificationPlatform': 'pager' }, 60200],
        [{ 'Config.AppId': '' }, 60200],
      ] as [Record<string, string>, number][]) {
        const { made } = await enroll(doors, more)
        expect([made.status, made.body.code], JSON.stringify(more).slice(0, 60)).toEqual([400, code])
      }
      const quiet = { 'Config.NotificationPlatform': 'none', 'Config.NotificationToken': '' }
      expect((await enroll(doors, quiet)).made.status).toBe(201)
    })

    it('approves or denies what it was shown, once', async () => {
      const doors = await open()
      const phone = await enrollVerified(doors)
      const [one, two] = [await ask(doors, phone), await ask(doors, phone)]
      const approved = await decide(doors, phone, one.sid, 'approved')
      expect(approved.body).toMatchObject({ status: 'approved', metadata: { os: 'Android' } })
      expect((await decide(doors, phone, two.sid, 'denied')).body.status).toBe('denied')
      const replayed = await decide(doors, phone, two.sid, 'approved')
      expect([replayed.status, replayed.body.code]).toEqual([403, 60322])
    })

    it('cannot approve with another key, another algorithm, changed details, or nothing decided', async () => {
      const doors = await open()
      const phone = await enrollVerified(doors)
      const other = await ask(doors, phone)
      const attempts: [string, Parameters<typeof decide>[4]][] = [
        ['approved', { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }],
        ['approved', { change: { details: { message: 'Something else?', fields: [] } } }],
        ['approved', { change: { sid: other.sid } }],
        ['approved', { change: { hidden_details: undefined } }],
        ['perhaps', {}],
      ]
      const asked = await ask(doors, phone)
      for (const [status, more] of attempts) {
        const refused = await decide(doors, phone, asked.sid, status, more)
        expect([refused.status, refused.body.code]).toEqual([403, 60324])
      }
      const spent = await decide(doors, phone, asked.sid, 'approved')
      expect([spent.status, spent.body.code]).toEqual([429, 60308])
      const anew = await ask(doors, phone)
      const payload = new TextEncoder().encode(JSON.stringify({ ...anew, status: 'approved' }))
      // The public key taken for a shared one (RFC 8725, 2.1).
      const publicKey = Buffer.from(phone.factor.binding.public_key, 'base64')
      const confused = await new CompactSign(payload).setProtectedHeader({ alg: 'HS256' }).sign(publicKey)
      for (const AuthPayload of [confused, 'e30.e30.', '{}']) {
        const refused = await doors.v2('POST', `${phone.entity}/Challenges/${anew.sid}`, { AuthPayload })
        expect(refused.body.code).toBe(60324)
      }
      expect((await decide(doors, phone, anew.sid, 'approved')).body.status).toBe('approved')
    })

    it('can answer the largest challenge that is taken', async () => {
      const doors = await open()
      const phone = await enrollVerified(doors)
      const form = new URLSearchParams({
        FactorSid: phone.factor.sid,
        'Details.Message': 'ã'.repeat(1024),
        HiddenDetails: JSON.stringify({ note: 'x'.repeat(9_900) }),
      })
      const field = JSON.stringify({ label: 'ã'.repeat(256), value: 'ã'.repeat(256) })
      for (let i = 0; i < 20; i++) form.append('Details.Fields', field)
      const asked = await doors.v2('POST', `${phone.entity}/Challenges`, form.toString())
      expect(asked.status).toBe(201)
      expect((await decide(doors, phone, asked.body.sid, 'approved')).body.status).toBe('approved')
    })

    it('keeps its token while it is to be notified', async () => {
      const doors = await open()
      const phone = await enroll(doors, { 'Config.NotificationPlatform': 'none', 'Config.NotificationToken': '' })
      const change = (form: Record<string, string>) =>
        doors.v2('POST', `${phone.entity}/Factors/${phone.factor.sid}`, form)
      expect((await change({ 'Config.NotificationPlatform': 'fcm' })).body.code).toBe(60200)
      const both = await change({ 'Config.NotificationPlatform': 'fcm', 'Config.NotificationToken': 'token-2' })
      expect(both.body.config).toMatchObject({ notification_platform: 'fcm', notification_token: 'token-2' })
    })

    it('answers an approval and a denial at once with one of them', async () => {
      const doors = await open()
      const phone = await enrollVerified(doors)
      const { sid } = await ask(doors, phone)
      const answers = await Promise.all(
        ['approved', 'denied', 'approved', 'denied'].map((status) => decide(doors, phone, sid, status)),
      )
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    })

    it('is notified five times of one challenge, where it can be', async () => {
      const doors = await open()
      const phone = await enrollVerified(doors)
      const { sid } = await ask(doors, phone)
      const notify = (more: Record<string, string> = {}) =>
        doors.v2('POST', `${phone.entity}/Challenges/${sid}/Notifications`, more)
      const first = await notify({ Ttl: '150' })
      expect(first.status).toBe(201)
      expect(first.body).toMatchObject({ challenge_sid: sid, priority: 'high', ttl: 150 })
      expect((await notify()).body.ttl).toBe(300)
      expect((await notify({ Ttl: '301' })).body.code).toBe(60200)
      for (let i = 0; i < 3; i++) await notify()
      expect((await notify()).body.code).toBe(60309)
      const quiet = await enrollVerified(doors, { 'Config.NotificationPlatform': 'none' })
      const asked = await ask(doors, quiet)
      const refused = await doors.v2('POST', `${quiet.entity}/Challenges/${asked.sid}/Notifications`, {})
      expect(refused.body.code).toBe(60307)
    })
  })
})

describe('an access token', () => {
  forEachStore((_name, openStore) => {
    it('is a sealed ticket for one identity, and says the same when it is fetched', async () => {
      const doors = await openDoors((await openStore()).db)
      const form = { Identity: 'organizer-1', FactorType: 'push', FactorFriendlyName: 'Ana’s phone' }
      const made = await doors.v2('POST', `${service}/AccessTokens`, form)
      expect(made.status).toBe(201)
      expect(made.body).toMatchObject({ entity_identity: 'organizer-1', factor_type: 'push', ttl: 60 })
      const claims = async (token: string) =>
        JSON.parse(Buffer.from((await compactDecrypt(token, ring.key('k1', 'access-token'))).plaintext).toString())
      const said = await claims(made.body.token)
      expect(said).toMatchObject({ sub: 'organizer-1', aud: serviceSid, jti: made.body.sid })
      expect(said.exp - said.iat).toBe(60)
      const fetched = await doors.v2('GET', `${service}/AccessTokens/${made.body.sid}`)
      expect(await claims(fetched.body.token)).toEqual(said)
      for (const more of [{ Ttl: '59' }, { Ttl: '301' }, { FactorType: 'totp' }, { Identity: 'x' }])
        expect((await doors.v2('POST', `${service}/AccessTokens`, { ...form, ...more })).body.code).toBe(60200)
      const other = (await doors.v2('POST', '/v2/Services', { FriendlyName: 'Other' })).body.sid
      expect((await doors.v2('GET', `/v2/Services/${other}/AccessTokens/${made.body.sid}`)).status).toBe(404)
    })
  })
})
