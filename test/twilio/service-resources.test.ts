import { describe, expect, it } from 'vitest'
import { sql } from '../../src/store/db.ts'
import { type Doors, type Json, openDoors, serviceSid } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

const service = `/v2/Services/${serviceSid}`
let n = 0
const phone = () => `+55119${73_500_000 + n++}`

const start = ({ v2 }: Doors, limits: unknown, more: Record<string, string> = {}) =>
  v2('POST', `${service}/Verifications`, {
    To: phone(),
    Channel: 'sms',
    ...(limits !== undefined && { RateLimits: JSON.stringify(limits) }),
    ...more,
  })

/** A limit of the service with one bucket. */
async function limit({ v2 }: Doors, UniqueName: string, Max: number, Interval: number): Promise<string> {
  const { sid } = (await v2('POST', `${service}/RateLimits`, { UniqueName })).body
  await v2('POST', `${service}/RateLimits/${sid}/Buckets`, { Max: String(Max), Interval: String(Interval) })
  return sid
}

describe('a rate limit of a service', () => {
  forEachStore((_name, openStore) => {
    it('counts the starts that carry its name, by value, and refuses beyond its buckets until their time is over', async () => {
      const doors = await openDoors((await openStore()).db)
      await limit(doors, 'end_user_ip', 2, 60)
      expect((await start(doors, { end_user_ip: '203.0.113.9' })).status).toBe(201)
      expect((await start(doors, { end_user_ip: '203.0.113.9' })).status).toBe(201)
      const refused = await start(doors, { end_user_ip: '203.0.113.9' })
      expect([refused.status, refused.body]).toEqual([
        429,
        {
          code: 20429,
          message: 'Too many requests',
          more_info: 'https://www.twilio.com/docs/errors/20429',
          status: 429,
        },
      ])
      expect(refused.headers['twilio-reached-rate-limit']).toBe('end_user_ip')
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50)
      expect((await start(doors, { end_user_ip: '203.0.113.10' })).status).toBe(201)
      expect((await start(doors, { another: '203.0.113.9' })).status).toBe(201)
      expect((await start(doors, undefined)).status).toBe(201)
      expect(doors.sent).toHaveLength(5)
      doors.clock.advance(60_000)
      expect((await start(doors, { end_user_ip: '203.0.113.9' })).status).toBe(201)
    })

    it('counts nothing of a start that is refused, by it or for another reason', async () => {
      const { db } = await openStore()
      const doors = await openDoors(db)
      await limit(doors, 'wide', 100, 60)
      await limit(doors, 'narrow', 1, 60)
      const counts = async () =>
        (
          await db.read(
            sql<{ count: number }>`select count from rate_counters where key like 'bucket|%' order by count`,
          )
        ).map((one) => Number(one.count))
      await start(doors, { wide: 'a', narrow: 'a' })
      expect((await start(doors, { wide: 'a', narrow: 'a' })).status).toBe(429)
      expect(await counts()).toEqual([1, 1])
      const To = phone()
      for (let i = 0; i < 5; i++) await start(doors, undefined, { To })
      expect((await start(doors, { wide: 'a' }, { To })).body.code).toBe(60203)
      expect(await counts()).toEqual([1, 1])
    })

    it('counts a start once that falls back from WhatsApp to a text', async () => {
      const doors = await openDoors((await openStore()).db)
      await limit(doors, 'ip', 1, 60)
      const send = doors.carrier.send
      doors.carrier.send = async (message) => {
        if (message.channel === 'whatsapp') throw new Error('no such account')
        return send(message)
      }
      const ChannelConfiguration = '{"whatsapp":{"enabled":true},"sms":{"enabled":true}}'
      const started = await start(doors, { ip: 'a' }, { Channel: 'whatsapp', ChannelConfiguration })
      expect([started.status, started.body.channel]).toEqual([201, 'sms'])
    })

    it('lets no more through when many come at once over two nodes', async () => {
      const store = await openStore()
      const nodes = [await openDoors(store.db), await openDoors(await store.another())]
      await limit(nodes[0] as Doors, 'campaign', 7, 3600)
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, i) => start(nodes[i % 2] as Doors, { campaign: 'spring' })),
      )
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(7)
      expect(answers.filter(({ body }) => body.code === 20429)).toHaveLength(33)
      expect(nodes.flatMap(({ sent }) => sent)).toHaveLength(7)
    })

    it('counts anew where the interval of a bucket changes', async () => {
      const doors = await openDoors((await openStore()).db)
      const sid = await limit(doors, 'ip', 1, 86_400)
      const buckets = `${service}/RateLimits/${sid}/Buckets`
      expect((await start(doors, { ip: '203.0.113.7' })).status).toBe(201)
      expect((await start(doors, { ip: '203.0.113.7' })).body.code).toBe(20429)
      const [bucket] = (await doors.v2('GET', buckets)).body.buckets
      await doors.v2('POST', `${buckets}/${bucket.sid}`, { Interval: '60' })
      expect((await start(doors, { ip: '203.0.113.7' })).status).toBe(201)
      const refused = await start(doors, { ip: '203.0.113.7' })
      expect(refused.body.code).toBe(20429)
      expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60)
    })

    it('has a name of its own, buckets of their own intervals, and bounds', async () => {
      const doors = await openDoors((await openStore()).db)
      const { v2 } = doors
      const limits = `${service}/RateLimits`
      const sid = await limit(doors, 'ip', 5, 60)
      const code = async (answer: Promise<{ body: Json }>) => (await answer).body.code
      expect(await code(v2('POST', limits, { UniqueName: 'ip' }))).toBe(60208)
      expect(await code(v2('POST', limits, { UniqueName: 'not/this' }))).toBe(60209)
      expect(await code(v2('POST', limits, {}))).toBe(60200)
      const buckets = `${limits}/${sid}/Buckets`
      expect(await code(v2('POST', buckets, { Max: '9', Interval: '60' }))).toBe(60211)
      for (const more of [
        { Max: '0' },
        { Max: '-1' },
        { Interval: '0' },
        { Interval: '86401' },
        { Max: '1.5' },
        { Max: '' },
      ])
        expect(await code(v2('POST', buckets, { Max: '1', Interval: '1', ...more })), JSON.stringify(more)).toBe(60200)
      const hour = (await v2('POST', buckets, { Max: '9', Interval: '3600' })).body
      expect(await code(v2('POST', `${buckets}/${hour.sid}`, { Interval: '60' }))).toBe(60211)
      expect((await v2('POST', `${buckets}/${hour.sid}`, { Max: '10' })).body).toMatchObject({
        max: 10,
        interval: 3600,
      })
      const made = await Promise.all(
        Array.from({ length: 12 }, (_, i) => v2('POST', buckets, { Max: '1', Interval: String(100 + i) })),
      )
      expect(made.filter(({ status }) => status === 201)).toHaveLength(8)
      expect(made.find(({ status }) => status !== 201)?.body.code).toBe(60210)
      expect((await v2('GET', buckets)).body.buckets).toHaveLength(10)
      const more = await Promise.all(Array.from({ length: 22 }, (_, i) => v2('POST', limits, { UniqueName: `l${i}` })))
      expect(more.filter(({ status }) => status === 201)).toHaveLength(19)
      expect(more.find(({ status }) => status !== 201)?.body.code).toBe(60207)
      expect((await v2('POST', `${limits}/${sid}`, { Description: 'by address' })).body.description).toBe('by address')
      expect((await v2('DELETE', `${buckets}/${hour.sid}`)).status).toBe(204)
      expect((await v2('DELETE', `${limits}/${sid}`)).status).toBe(204)
      expect((await v2('GET', buckets)).status).toBe(404)
      expect((await start(doors, { ip: 'x' })).status).toBe(201)
    })
  })
})

describe('a template', () => {
  forEachStore((_name, openStore) => {
    it('is chosen by the start, by preference, or by the service', async () => {
      const doors = await openDoors((await openStore()).db)
      const { templates } = (await doors.v2('GET', '/v2/Templates')).body
      const named = (name: string) => templates.find((one: Json) => one.friendly_name.includes(name)).sid
      const [ttl, bound, deal] = [named('time to live'), named('bound to a site'), named('amount')]
      const code = async (more: Record<string, string>) => (await start(doors, undefined, more)).body.code
      await start(doors, undefined, { TemplateSid: ttl, Locale: 'en' })
      expect(doors.sent.at(-1)?.body).toMatch(/good for 10 min$/)
      const TemplateCustomSubstitutions = '{"domain":"example.com"}'
      await start(doors, undefined, { TemplateSid: bound, TemplateCustomSubstitutions })
      expect(doors.sent.at(-1)?.body).toMatch(new RegExp(`\\n@example.com #${doors.sent.at(-1)?.code}$`))
      const Templates = JSON.stringify([{ sid: deal }, { sid: bound, substitutions: { domain: 'a.example' } }])
      await start(doors, undefined, { Templates, TemplateSid: ttl })
      expect(doors.sent.at(-1)?.body).toContain('@a.example #')
      const sent = doors.sent.length
      expect(await code({ TemplateSid: bound })).toBe(60224)
      expect(await code({ TemplateSid: `HJ${'0'.repeat(32)}` })).toBe(60228)
      expect(await code({ TemplateSid: 'HJ1' })).toBe(60200)
      expect(await code({ TemplateSid: ttl, Channel: 'whatsapp' })).toBe(60408)
      expect(await code({ TemplateSid: bound, TemplateCustomSubstitutions, Channel: 'call' })).toBe(60227)
      expect(await code({ Templates: '{}' })).toBe(60200)
      expect(await code({ Templates: `[${Array(11).fill(`{"sid":"${ttl}"}`)}]` })).toBe(60200)
      expect(doors.sent).toHaveLength(sent)
      await doors.v2('POST', service, { DefaultTemplateSid: ttl })
      await start(doors, undefined, { Channel: 'call' })
      expect(doors.sent.at(-1)?.body).toMatch(/Vale por 10 min$/)
      await start(doors, undefined, { Channel: 'whatsapp' })
      expect(doors.sent.at(-1)?.body).not.toMatch(/Vale por/)
      const filtered = await doors.v2('GET', '/v2/Templates?FriendlyName=verification')
      expect(filtered.body.templates).toHaveLength(1)
    })
  })
})

describe('the safe list', () => {
  forEachStore((_name, openStore) => {
    it('lets a number, or a block of a thousand, past the guards, and keeps it sealed', async () => {
      const { db } = await openStore()
      const doors = await openDoors(db, { guard: { mode: 'enforce', countries: new Set(['BR']) } })
      const { v2 } = doors
      const list = '/v2/SafeList/Numbers'
      const [number, other] = ['+14155552671', '+14155552999']
      const code = async (To: string) => (await start(doors, undefined, { To })).body.code
      expect(await code(number)).toBe(60605)
      const made = await v2('POST', list, { PhoneNumber: number })
      expect([made.status, made.body.phone_number]).toEqual([201, number])
      expect(made.body.sid).toMatch(/^GN[0-9a-f]{32}$/)
      expect(await code(number)).toBeUndefined()
      expect(await code(other)).toBe(60605)
      expect((await v2('POST', list, { PhoneNumber: '+14155552xxx' })).status).toBe(201)
      expect(await code(other)).toBeUndefined()
      const again = await v2('POST', list, { PhoneNumber: number })
      expect([again.status, again.body.code]).toEqual([409, 60411])
      for (const PhoneNumber of ['', '14155552671', '+1415555267x', 'xxx', '+1xxx'])
        expect((await v2('POST', list, { PhoneNumber })).body.code, PhoneNumber).toBe(60200)
      expect(JSON.stringify(await db.read(sql`select * from safe_list`))).not.toContain('4155552671')
      expect((await v2('GET', `${list}/${encodeURIComponent(number)}`)).body).toEqual(made.body)
      expect((await v2('DELETE', `${list}/${number}`)).status).toBe(204)
      expect((await v2('GET', `${list}/${number}`)).status).toBe(404)
    })
  })
})

describe('a messaging configuration', () => {
  forEachStore((_name, openStore) => {
    it('is one for a country, or for all others', async () => {
      const { v2 } = await openDoors((await openStore()).db)
      const path = `${service}/MessagingConfigurations`
      const MessagingServiceSid = `MG${'1'.repeat(32)}`
      expect((await v2('POST', path, { Country: 'br', MessagingServiceSid })).body.country).toBe('BR')
      expect((await v2('POST', path, { Country: 'BR', MessagingServiceSid })).body.code).toBe(60213)
      expect((await v2('POST', path, { Country: 'all', MessagingServiceSid })).status).toBe(201)
      for (const more of [
        { Country: 'XX' },
        { Country: 'BRA' },
        { MessagingServiceSid: 'MG1' },
        { MessagingServiceSid: '' },
      ])
        expect((await v2('POST', path, { Country: 'PT', MessagingServiceSid, ...more })).body.code).toBe(60200)
      const other = `MG${'2'.repeat(32)}`
      expect((await v2('POST', `${path}/BR`, { MessagingServiceSid: other })).body.messaging_service_sid).toBe(other)
      expect((await v2('GET', path)).body.messaging_configurations).toHaveLength(2)
      expect((await v2('DELETE', `${path}/BR`)).status).toBe(204)
      expect((await v2('GET', `${path}/BR`)).status).toBe(404)
      expect((await v2('GET', `${path}/XX`)).status).toBe(404)
    })
  })
})
