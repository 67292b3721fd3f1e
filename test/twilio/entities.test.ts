import { Secret, TOTP } from 'otpauth'
import twilio from 'twilio'
import { describe, expect, it } from 'vitest'
import { sql } from '../../src/store/db.ts'
import { accountSid, authToken, type Doors, type Json, openDoors, serviceSid } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

const service = `/v2/Services/${serviceSid}`
let n = 0
const newEntity = () => `${service}/Entities/entity-${process.pid}-${n++}`

async function enroll({ v2, clock }: Doors, entity: string) {
  const { sid, binding } = (await v2('POST', `${entity}/Factors`, { FriendlyName: 'app', FactorType: 'totp' })).body
  const totp = new TOTP({ secret: Secret.fromBase32(binding.secret) })
  return {
    sid: sid as string,
    factor: `${entity}/Factors/${sid}`,
    code: () => totp.generate({ timestamp: clock.now() }),
  }
}

async function enrollVerified(doors: Doors, entity: string) {
  const app = await enroll(doors, entity)
  expect((await doors.v2('POST', app.factor, { AuthPayload: app.code() })).body.status).toBe('verified')
  return app
}

describe('an entity and what belongs to it', () => {
  forEachStore((_name, openStore) => {
    it('is made, read, listed and removed with the official package', async () => {
      const doors = await openDoors((await openStore()).db)
      const made = twilio(accountSid, authToken, { accountSid })
      made.verify.baseUrl = await doors.app.listen({ port: 0, host: '127.0.0.1' })
      const { entities } = made.verify.v2.services(serviceSid)
      const identity = 'official-package-1'
      expect(await entities.create({ identity })).toMatchObject({ identity, serviceSid, accountSid })
      const refused = await entities.create({ identity }).catch((error: Json) => [error.status, error.code])
      expect(refused).toEqual([409, 60301])
      const factor = await entities(identity).newFactors.create({ friendlyName: 'app', factorType: 'totp' })
      const totp = new TOTP({ secret: Secret.fromBase32(factor.binding.secret) })
      const code = () => totp.generate({ timestamp: doors.clock.now() })
      expect((await entities(identity).factors(factor.sid).update({ authPayload: code() })).status).toBe('verified')
      doors.clock.advance(60_000)
      const challenge = await entities(identity).challenges.create({ factorSid: factor.sid, authPayload: code() })
      expect(challenge.status).toBe('approved')
      expect(challenge.dateResponded).toBeInstanceOf(Date)
      expect((await entities.list()).map((one) => one.identity)).toEqual([identity])
      expect(await entities(identity).remove()).toBe(true)
      const gone = await entities(identity)
        .fetch()
        .catch((error: Json) => [error.status, error.code])
      expect(gone).toEqual([404, 20404])
      await doors.close()
    })

    it('answers a path that names nobody with 404, whatever stands in it', async () => {
      const { v2 } = await openDoors((await openStore()).db)
      for (const identity of ['nobody-here', 'a%00b', '%F0%9F%98%80', 'x'.repeat(200)])
        for (const rest of ['', '/Factors', '/Challenges', `/Factors/YF${'0'.repeat(32)}`, '/Challenges?Status=odd'])
          expect((await v2('GET', `${service}/Entities/${identity}${rest}`)).status, identity + rest).toBe(404)
    })

    it('says that a thing is not there before it says what is wrong with the question', async () => {
      const doors = await openDoors((await openStore()).db)
      const entity = newEntity()
      await enroll(doors, entity)
      const nothing = '0'.repeat(32)
      for (const [path, form] of [
        [`${entity}/Factors/YF${nothing}`, { 'Config.Skew': '9' }],
        [`${entity}/Challenges/YC${nothing}`, {}],
        [`${entity}/Challenges/YC${nothing}/Notifications`, { Ttl: '301' }],
        [`${newEntity()}/Challenges`, {}],
      ] as [string, Record<string, string>][])
        expect((await doors.v2('POST', path, form)).status, path).toBe(404)
    })

    it('keeps its factors and challenges from another identity', async () => {
      const doors = await openDoors((await openStore()).db)
      const [entity, stranger] = [newEntity(), newEntity()]
      const app = await enrollVerified(doors, entity)
      await enrollVerified(doors, stranger)
      const challenge = (await doors.v2('POST', `${entity}/Challenges`, { FactorSid: app.sid })).body.sid
      const factor = `${stranger}/Factors/${app.sid}`
      const asked = `${stranger}/Challenges/${challenge}`
      for (const [method, path, form] of [
        ['GET', factor, undefined],
        ['POST', factor, { FriendlyName: 'Mine' }],
        ['DELETE', factor, undefined],
        ['POST', `${stranger}/Challenges`, { FactorSid: app.sid }],
        ['GET', asked, undefined],
        ['POST', asked, { AuthPayload: '000000' }],
        ['POST', `${asked}/Notifications`, {}],
      ] as const)
        expect((await doors.v2(method, path, form)).status, `${method} ${path}`).toBe(404)
      expect((await doors.v2('GET', `${entity}/Factors/${app.sid}`)).body.friendly_name).toBe('app')
    })

    it('leaves no challenge behind, however it is asked while it is removed', async () => {
      const doors = await openDoors((await openStore()).db)
      for (let i = 0; i < 10; i++) {
        const entity = newEntity()
        const app = await enrollVerified(doors, entity)
        const ask = () => doors.v2('POST', `${entity}/Challenges`, { FactorSid: app.sid })
        const earlier = await ask()
        const removal = doors.v2('DELETE', i % 2 === 0 ? entity : app.factor)
        const asked = await Promise.all([ask(), ask(), ask()])
        expect((await removal).status).toBe(204)
        for (const { body } of [earlier, ...asked].filter(({ status }) => status === 201))
          expect((await doors.v2('GET', `${entity}/Challenges/${body.sid}`)).status).toBe(404)
      }
    })

    it('tells of every factor that goes with it, also of one made at that moment', async () => {
      const { db } = await openStore()
      const doors = await openDoors(db)
      await db.write(sql`
        insert into webhooks (sid, service_sid, account_sid, friendly_name, event_types, webhook_url, status, version, created_at, updated_at)
        values ('YW1', ${serviceSid}, ${accountSid}, 'all', '["*"]', 'https://example.com', 'enabled', 'v2', 0, 0) returning sid`)
      for (let i = 0; i < 10; i++) {
        const entity = newEntity()
        const first = await enroll(doors, entity)
        const make = () => doors.v2('POST', `${entity}/Factors`, { FriendlyName: 'app', FactorType: 'totp' })
        const [, ...made] = await Promise.all([doors.v2('DELETE', entity), make(), make(), make()])
        for (const sid of [first.sid, ...made.map(({ body }) => body.sid as string)]) {
          const gone = (await doors.v2('GET', `${entity}/Factors/${sid}`)).status === 404
          const told = await db.read(
            sql`select id from webhook_deliveries where subject = ${sid} and event_type = 'factor.deleted'`,
          )
          expect(told).toHaveLength(gone ? 1 : 0)
        }
      }
    })
  })
})

describe('a change of a factor', () => {
  forEachStore((_name, openStore) => {
    it('loses nothing of another change at the same moment', async () => {
      const doors = await openDoors((await openStore()).db)
      for (let i = 0; i < 5; i++) {
        const { factor } = await enrollVerified(doors, newEntity())
        const forms = [{ FriendlyName: 'New' }, { 'Config.Skew': '2' }, { 'Config.TimeStep': '60' }]
        await Promise.all(forms.map((form) => doors.v2('POST', factor, form)))
        const { body } = await doors.v2('GET', factor)
        expect([body.friendly_name, body.config.skew, body.config.time_step]).toEqual(['New', 2, 60])
      }
    })

    it('takes no settings of another type of factor', async () => {
      const doors = await openDoors((await openStore()).db)
      const { factor } = await enrollVerified(doors, newEntity())
      const before = (await doors.v2('GET', factor)).body.config
      const changed = await doors.v2('POST', factor, { 'Config.NotificationToken': 'a'.repeat(40), 'Config.Skew': '2' })
      expect([changed.status, changed.body.config]).toEqual([200, { ...before, skew: 2 }])
    })

    it('is not for passkeys, which are verified and asked at an address of their own', async () => {
      const { db } = await openStore()
      const doors = await openDoors(db)
      const entity = newEntity()
      const { sid, factor } = await enroll(doors, entity)
      await db.write(sql`
        update factors set factor_type = 'passkeys', secret_sealed = null where sid = ${sid} returning sid`)
      const tried = await doors.v2('POST', factor, { AuthPayload: '123456' })
      expect([tried.status, tried.body.code]).toEqual([400, 60306])
      await db.write(sql`update factors set status = 'verified' where sid = ${sid} returning sid`)
      const asked = await doors.v2('POST', `${entity}/Challenges`, { FactorSid: sid })
      expect([asked.status, asked.body.code]).toEqual([400, 60306])
    })

    it('verifies once of many right codes at once, and tells the others that it is verified', async () => {
      const doors = await openDoors((await openStore()).db)
      const app = await enroll(doors, newEntity())
      const AuthPayload = app.code()
      const answers = await Promise.all(Array.from({ length: 12 }, () => doors.v2('POST', app.factor, { AuthPayload })))
      expect(answers.filter(({ body }) => body.status === 'verified')).toHaveLength(1)
      expect(answers.filter(({ body }) => body.code === 60306)).toHaveLength(11)
    })

    it('spends five tries of twenty wrong codes at once', async () => {
      const doors = await openDoors((await openStore()).db)
      const app = await enroll(doors, newEntity())
      const AuthPayload = app.code() === '000000' ? '000001' : '000000'
      const answers = await Promise.all(Array.from({ length: 20 }, () => doors.v2('POST', app.factor, { AuthPayload })))
      expect(answers.filter(({ body }) => body.status === 'unverified')).toHaveLength(5)
      expect(answers.filter(({ status, body }) => status === 429 && body.code === 60310)).toHaveLength(15)
    })

    it('verifies with codes of the skew to the millisecond, and with none beyond', async () => {
      let at = 1_800_000_000_000
      const clock = {
        now: () => at,
        advance(ms: number) {
          at += ms
        },
        offsetMs: 0,
      }
      const doors = await openDoors((await openStore()).db, { clock })
      for (const skew of [0, 1, 2])
        for (const within of [0, 29_999])
          for (const offset of [-3, -2, -1, 0, 1, 2, 3]) {
            at = Math.floor(at / 30_000) * 30_000 + 300_000 + within
            const entity = newEntity()
            const form = { FriendlyName: 'app', FactorType: 'totp', 'Config.Skew': String(skew) }
            const { sid, binding } = (await doors.v2('POST', `${entity}/Factors`, form)).body
            const totp = new TOTP({ secret: Secret.fromBase32(binding.secret) })
            const AuthPayload = totp.generate({ timestamp: at + offset * 30_000 })
            const { body } = await doors.v2('POST', `${entity}/Factors/${sid}`, { AuthPayload })
            expect(body.status, `${skew} ${within} ${offset}`).toBe(
              Math.abs(offset) <= skew ? 'verified' : 'unverified',
            )
          }
    })

    it('keeps the secret out of the store in every usual spelling', async () => {
      const { db } = await openStore()
      const { v2 } = await openDoors(db)
      const secret = Buffer.from('12345678901234567890')
      const form = { FriendlyName: 'app', FactorType: 'totp', 'Binding.Secret': 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }
      expect((await v2('POST', `${newEntity()}/Factors`, form)).status).toBe(201)
      const rows = JSON.stringify(await db.read(sql`select * from factors`)).toLowerCase()
      for (const text of [
        form['Binding.Secret'],
        ...(['utf8', 'hex', 'base64url'] as const).map((e) => secret.toString(e)),
      ])
        expect(rows).not.toContain(text.toLowerCase())
    })
  })
})
