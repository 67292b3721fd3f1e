import { TOTP } from 'otpauth'
import { describe, expect, it } from 'vitest'
import { createKeyRing } from '../../src/lib/keyring.ts'
import { sql } from '../../src/store/db.ts'
import { type Doors, type Json, openDoors, serviceSid, wrong } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

const entity = (identity: string) => `/v2/Services/${serviceSid}/Entities/${identity}`
let n = 0
const newIdentity = () => `user-${process.pid}-${n++}`

interface App {
  identity: string
  factor: Json
  /** The code that the app shows, `offset` steps from now. */
  code(offset?: number): string
}

/** An authenticator app that has read the QR code; not verified yet. */
async function enroll(doors: Doors, more: Record<string, string> = {}, identity = newIdentity()): Promise<App> {
  const made = await doors.v2('POST', `${entity(identity)}/Factors`, {
    FriendlyName: 'Ana’s phone',
    FactorType: 'totp',
    ...more,
  })
  expect(made.status).toBe(201)
  const { uri } = made.body.binding
  const query = new URL(uri).searchParams
  const totp = new TOTP({
    secret: query.get('secret') ?? '',
    algorithm: query.get('algorithm') ?? '',
    digits: Number(query.get('digits')),
    period: Number(query.get('period')),
  })
  return {
    identity,
    factor: made.body,
    code: (offset = 0) => totp.generate({ timestamp: doors.clock.now() + offset * totp.period * 1000 }),
  }
}

async function enrollVerified(doors: Doors, more: Record<string, string> = {}): Promise<App> {
  const app = await enroll(doors, more)
  expect((await verify(doors, app, app.code())).body.status).toBe('verified')
  doors.clock.advance(60_000)
  return app
}

const verify = ({ v2 }: Doors, { identity, factor }: App, AuthPayload: string) =>
  v2('POST', `${entity(identity)}/Factors/${factor.sid}`, { AuthPayload })
const ask = ({ v2 }: Doors, { identity, factor }: App, more: Record<string, string> = {}) =>
  v2('POST', `${entity(identity)}/Challenges`, { FactorSid: factor.sid, ...more })
const answer = ({ v2 }: Doors, { identity }: App, sid: string, AuthPayload: string) =>
  v2('POST', `${entity(identity)}/Challenges/${sid}`, { AuthPayload })

describe('an authenticator app', () => {
  forEachStore((_name, openStore) => {
    const open = async () => openDoors((await openStore()).db)

    it('is enrolled with what a QR code holds, shown once, and verified by its first code', async () => {
      const doors = await open()
      const app = await enroll(doors)
      expect(app.factor).toMatchObject({ status: 'unverified', factor_type: 'totp', metadata: null, options: null })
      expect(app.factor.config).toEqual({ alg: 'sha1', skew: 1, code_length: 6, time_step: 30 })
      expect(app.factor.binding.secret).toMatch(/^[A-Z2-7]{32}$/)
      expect(app.factor.binding.uri).toMatch(/^otpauth:\/\/totp\/Sympla:/)
      expect((await verify(doors, app, wrong(app.code()))).body.status).toBe('unverified')
      const verified = await verify(doors, app, app.code())
      expect([verified.status, verified.body.status, verified.body.binding]).toEqual([200, 'verified', undefined])
      const fetched = await doors.v2('GET', `${entity(app.identity)}/Factors/${app.factor.sid}`)
      expect(fetched.body).toEqual(verified.body)
      const again = await verify(doors, app, app.code(1))
      expect([again.status, again.body.code]).toEqual([400, 60306])
    })

    it('has five tries to be verified, and the sixth is 60310 even when it is right', async () => {
      const doors = await open()
      const app = await enroll(doors)
      for (let i = 0; i < 5; i++) expect((await verify(doors, app, wrong(app.code()))).body.status).toBe('unverified')
      const refused = await verify(doors, app, app.code())
      expect([refused.status, refused.body.code]).toEqual([429, 60310])
    })

    it('approves a challenge with a code of now or a step beside it, and no code works twice', async () => {
      const doors = await open()
      const app = await enrollVerified(doors)
      const first = (await ask(doors, app)).body
      expect(first).toMatchObject({ status: 'pending', responded_reason: 'none', date_responded: null })
      expect((await answer(doors, app, first.sid, app.code(-2))).body.status).toBe('pending')
      expect((await answer(doors, app, first.sid, app.code(2))).body.status).toBe('pending')
      const code = app.code(-1)
      expect((await answer(doors, app, first.sid, code)).body.status).toBe('approved')
      const second = (await ask(doors, app)).body
      expect((await answer(doors, app, second.sid, code)).body.status).toBe('pending')
      expect((await answer(doors, app, second.sid, app.code(1))).body.status).toBe('approved')
      // A step before one that was used is used up with it.
      const third = (await ask(doors, app)).body
      expect((await answer(doors, app, third.sid, app.code(0))).body.status).toBe('pending')
      const replayed = await answer(doors, app, first.sid, code)
      expect([replayed.status, replayed.body.code]).toEqual([403, 60322])
    })

    it('gives a challenge five tries, then 60308', async () => {
      const doors = await open()
      const app = await enrollVerified(doors)
      const { sid } = (await ask(doors, app)).body
      for (let i = 0; i < 5; i++) expect((await answer(doors, app, sid, wrong(app.code()))).body.status).toBe('pending')
      const refused = await answer(doors, app, sid, app.code())
      expect([refused.status, refused.body.code]).toEqual([429, 60308])
    })

    it('approves once, of many right answers at once to many challenges', async () => {
      const doors = await open()
      const app = await enrollVerified(doors)
      const asked = await Promise.all(Array.from({ length: 4 }, () => ask(doors, app)))
      const code = app.code()
      const answers = await Promise.all(
        asked.flatMap(({ body }) => Array.from({ length: 4 }, () => answer(doors, app, body.sid, code))),
      )
      expect(answers.filter(({ body }) => body.status === 'approved')).toHaveLength(1)
      const listed = await doors.v2('GET', `${entity(app.identity)}/Challenges?Status=approved`)
      expect(listed.body.challenges).toHaveLength(1)
    })

    it('ends a challenge in time: expired when it is read, 60323 when it is answered', async () => {
      const doors = await open()
      const app = await enrollVerified(doors)
      const usual = (await ask(doors, app)).body
      expect(Date.parse(usual.expiration_date) - Date.parse(usual.date_created)).toBe(300_000)
      const ExpirationDate = new Date(doors.clock.now() + 3_000_000).toISOString()
      const longer = (await ask(doors, app, { ExpirationDate })).body
      doors.clock.advance(301_000)
      const late = await answer(doors, app, usual.sid, app.code())
      expect([late.status, late.body.code]).toEqual([403, 60323])
      const list = async (query: string) =>
        (await doors.v2('GET', `${entity(app.identity)}/Challenges?${query}`)).body.challenges
      expect((await list('Status=expired')).map((one: Json) => one.sid)).toEqual([usual.sid])
      expect((await list('Order=asc')).map((one: Json) => one.sid)).toEqual([usual.sid, longer.sid])
      expect((await list('')).map((one: Json) => one.sid)).toEqual([usual.sid, longer.sid])
      expect((await list('Order=desc')).map((one: Json) => one.sid)).toEqual([longer.sid, usual.sid])
      expect((await answer(doors, app, longer.sid, app.code())).body.status).toBe('approved')
      for (const at of [-1000, 3_700_000]) {
        const refused = await ask(doors, app, { ExpirationDate: new Date(doors.clock.now() + at).toISOString() })
        expect(refused.body.code).toBe(60200)
      }
    })

    it('shows what it is asked for, and takes a code with the question', async () => {
      const doors = await open()
      const app = await enrollVerified(doors)
      const form = new URLSearchParams({
        FactorSid: app.factor.sid,
        'Details.Message': 'Pay R$ 10 to Ana?',
        HiddenDetails: '{"ip":"203.0.113.9"}',
        AuthPayload: app.code(),
      })
      form.append('Details.Fields', '{"label":"Payee","value":"Ana"}')
      form.append('Details.Fields', '{"label":"Amount","value":"R$ 10"}')
      const { body } = await doors.v2('POST', `${entity(app.identity)}/Challenges`, form.toString())
      expect(body).toMatchObject({
        status: 'approved',
        details: {
          message: 'Pay R$ 10 to Ana?',
          fields: [
            { label: 'Payee', value: 'Ana' },
            { label: 'Amount', value: 'R$ 10' },
          ],
        },
        hidden_details: { ip: '203.0.113.9' },
      })
      expect(body.date_responded).not.toBeNull()
      doors.clock.advance(60_000)
      const later = (await ask(doors, app)).body.sid
      const noted = { AuthPayload: app.code(), Metadata: '{"os":"Android"}' }
      const answered = await doors.v2('POST', `${entity(app.identity)}/Challenges/${later}`, noted)
      expect(answered.body).toMatchObject({ status: 'approved', metadata: { os: 'Android' } })
      expect((await ask(doors, app, { 'Details.Fields': '' })).status).toBe(201)
      expect((await ask(doors, app, { 'Details.Fields': '{"label":1}' })).body.code).toBe(60200)
    })

    it('is asked ten times a day where its codes are short, fifty times an hour where they are not', async () => {
      const doors = await open()
      const short = await enrollVerified(doors, { 'Config.CodeLength': '4' })
      for (let i = 0; i < 10; i++) expect((await ask(doors, short)).status).toBe(201)
      const refused = await ask(doors, short)
      expect([refused.status, refused.body.code]).toEqual([429, 60312])
      const usual = await enrollVerified(doors)
      for (let i = 0; i < 50; i++) expect((await ask(doors, usual)).status).toBe(201)
      expect((await ask(doors, usual)).body.code).toBe(60312)
      doors.clock.advance(3_600_000)
      expect((await ask(doors, usual)).status).toBe(201)
      doors.clock.advance(82_800_000)
      expect((await ask(doors, short)).status).toBe(201)
    })

    it('is nobody else’s: another identity, service or an unverified one gets nothing', async () => {
      const doors = await open()
      const app = await enrollVerified(doors)
      const other = (await doors.v2('POST', '/v2/Services', { FriendlyName: 'Other' })).body.sid
      const stranger = await enroll(doors)
      const { sid } = (await ask(doors, app)).body
      expect((await ask(doors, stranger)).body.code).toBe(60318)
      expect((await answer(doors, stranger, sid, app.code())).status).toBe(404)
      expect((await ask(doors, { ...stranger, factor: app.factor })).status).toBe(404)
      for (const path of [`Factors/${app.factor.sid}`, `Challenges/${sid}`, 'Factors', 'Challenges', '']) {
        const url = `/v2/Services/${other}/Entities/${app.identity}/${path}`.replace(/\/$/, '')
        expect((await doors.v2('GET', url)).status, url).toBe(404)
      }
      expect((await answer(doors, app, sid, app.code())).body.status).toBe('approved')
    })

    it('takes a secret that the caller brings, if it is long enough', async () => {
      const doors = await open()
      const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
      const app = await enroll(doors, {
        'Binding.Secret': secret,
        'Config.Alg': 'sha256',
        'Config.CodeLength': '8',
        'Config.TimeStep': '60',
        'Config.Skew': '0',
      })
      expect(app.factor.binding.secret).toBe(secret)
      expect(app.factor.config).toEqual({ alg: 'sha256', skew: 0, code_length: 8, time_step: 60 })
      expect((await verify(doors, app, app.code(-1))).body.status).toBe('unverified')
      expect((await verify(doors, app, app.code())).body.status).toBe('verified')
      for (const more of [
        { 'Binding.Secret': 'GEZDGNBVGY3TQ' },
        { 'Binding.Secret': 'not base32!' },
        { 'Config.CodeLength': '9' },
        { 'Config.TimeStep': '19' },
        { 'Config.Skew': '3' },
        { 'Config.Alg': 'md5' },
        { FactorType: 'passkeys' },
        { FactorType: 'sms' },
        { FriendlyName: '' },
        { Metadata: '[]' },
      ]) {
        const form = { FriendlyName: 'x', FactorType: 'totp', ...more } as Record<string, string>
        const refused = await doors.v2('POST', `${entity(newIdentity())}/Factors`, form)
        expect([refused.status, refused.body.code], JSON.stringify(more)).toEqual([400, 60200])
      }
      for (const identity of ['short', 'with_underscore', 'a'.repeat(65)])
        expect(
          (await doors.v2('POST', `${entity(identity)}/Factors`, { FriendlyName: 'x', FactorType: 'totp' })).body.code,
        ).toBe(60200)
    })

    it('keeps its secret sealed, and is read under the key it was sealed with', async () => {
      const { db } = await openStore()
      const doors = await openDoors(db)
      const app = await enroll(doors)
      const rows = JSON.stringify(await db.read(sql`select * from factors`))
      expect(rows).not.toContain(app.factor.binding.secret)
      const old = { id: 'k1', root: Buffer.alloc(32, 1) }
      const newer = createKeyRing([{ id: 'k2', root: Buffer.alloc(32, 2) }, old])
      const later = await openDoors(db, { keys: newer, clock: doors.clock })
      expect((await verify(later, app, app.code())).body.status).toBe('verified')
    })

    it('may be one of a hundred', { timeout: 120_000 }, async () => {
      const doors = await open()
      const identity = newIdentity()
      for (let i = 0; i < 100; i++) await enroll(doors, {}, identity)
      const form = { FriendlyName: 'x', FactorType: 'totp' }
      const refused = await doors.v2('POST', `${entity(identity)}/Factors`, form)
      expect([refused.status, refused.body.code]).toEqual([400, 60315])
      const { factors } = (await doors.v2('GET', `${entity(identity)}/Factors?PageSize=1000`)).body
      expect((await doors.v2('DELETE', `${entity(identity)}/Factors/${factors[0].sid}`)).status).toBe(204)
      const toomany = await doors.v2('POST', `${entity(identity)}/Factors`, form)
      expect([toomany.status, toomany.body.code]).toEqual([429, 60326])
    })
  })
})

describe('an entity', () => {
  forEachStore((_name, openStore) => {
    it('is made once, by name or by its first factor, and takes all it has with it', async () => {
      const doors = await openDoors((await openStore()).db)
      const { v2 } = doors
      const entities = `/v2/Services/${serviceSid}/Entities`
      const Identity = newIdentity()
      expect((await v2('POST', entities, { Identity })).status).toBe(201)
      const again = await v2('POST', entities, { Identity })
      expect([again.status, again.body.code]).toEqual([409, 60301])
      expect((await v2('POST', entities, { Identity: 'a b' })).body.code).toBe(60200)
      const app = await enrollVerified(doors)
      const { sid } = (await ask(doors, app)).body
      expect((await v2('GET', entities)).body.entities.map((one: Json) => one.identity)).toEqual([
        app.identity,
        Identity,
      ])
      expect((await v2('DELETE', entity(app.identity))).status).toBe(204)
      expect((await v2('DELETE', entity(app.identity))).status).toBe(404)
      expect((await v2('GET', `${entity(app.identity)}/Factors/${app.factor.sid}`)).status).toBe(404)
      expect((await answer(doors, app, sid, app.code())).status).toBe(404)
      const anew = await enroll(doors, {}, app.identity)
      expect((await v2('GET', `${entity(app.identity)}/Challenges`)).body.challenges).toEqual([])
      expect(anew.factor.entity_sid).not.toBe(app.factor.entity_sid)
    })
  })
})
