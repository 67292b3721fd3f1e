import twilio from 'twilio'
import { describe, expect, it } from 'vitest'
import { sql } from '../../src/store/db.ts'
import { accountSid, authToken, type Doors, openDoors, serviceSid } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

const limits = (service = serviceSid) => `/v2/Services/${service}/RateLimits`

describe('rate limits and buckets', () => {
  forEachStore((_name, openStore) => {
    it('stay within their bounds when many are made at once over two nodes', async () => {
      const store = await openStore()
      const nodes = [await openDoors(store.db), await openDoors(await store.another())] as [Doors, Doors]
      const made = await Promise.all(
        Array.from({ length: 30 }, (_, i) => nodes[i % 2 === 0 ? 0 : 1].v2('POST', limits(), { UniqueName: `l${i}` })),
      )
      expect(made.filter(({ status }) => status === 201)).toHaveLength(20)
      expect(made.filter(({ body }) => body.code === 60207)).toHaveLength(10)
      const { sid } = (await nodes[0].v2('GET', limits())).body.rate_limits[0]
      const buckets = await Promise.all(
        Array.from({ length: 16 }, (_, i) =>
          nodes[i % 2 === 0 ? 0 : 1].v2('POST', `${limits()}/${sid}/Buckets`, { Max: '1', Interval: String(1 + i) }),
        ),
      )
      expect(buckets.filter(({ status }) => status === 201)).toHaveLength(10)
      expect(buckets.filter(({ body }) => body.code === 60210)).toHaveLength(6)
      const twins = await Promise.all(nodes.map(({ v2 }) => v2('POST', limits(), { UniqueName: 'twin' })))
      expect(twins.every(({ status }) => status === 400)).toBe(true)
    })

    it('are gone with their service, and are not made for one that another node removed', async () => {
      const store = await openStore()
      const [one, other] = [await openDoors(store.db), await openDoors(await store.another())]
      const service = (await one.v2('POST', '/v2/Services', { FriendlyName: 'Second' })).body.sid
      const { sid } = (await one.v2('POST', limits(service), { UniqueName: 'ip' })).body
      await one.v2('POST', `${limits(service)}/${sid}/Buckets`, { Max: '1', Interval: '60' })
      const MessagingServiceSid = `MG${'1'.repeat(32)}`
      const configurations = `/v2/Services/${service}/MessagingConfigurations`
      await one.v2('POST', configurations, { Country: 'BR', MessagingServiceSid })
      // The other node knows the service from now on.
      expect((await other.v2('GET', limits(service))).body.rate_limits).toHaveLength(1)
      expect((await one.v2('DELETE', `/v2/Services/${service}`)).status).toBe(204)
      expect((await other.v2('POST', limits(service), { UniqueName: 'late' })).status).toBe(404)
      expect((await other.v2('POST', configurations, { Country: 'PT', MessagingServiceSid })).status).toBe(404)
      for (const rows of [
        sql`select * from rate_limits`,
        sql`select * from buckets`,
        sql`select * from messaging_configurations`,
      ])
        expect(await store.db.read(rows)).toEqual([])
    })

    it('belong to one service: another sees, changes and is limited by none of them', async () => {
      const doors = await openDoors((await openStore()).db)
      const { v2 } = doors
      const other = (await v2('POST', '/v2/Services', { FriendlyName: 'Second' })).body.sid
      const { sid } = (await v2('POST', limits(), { UniqueName: 'ip' })).body
      const bucket = (await v2('POST', `${limits()}/${sid}/Buckets`, { Max: '1', Interval: '60' })).body.sid
      const foreign = `${limits(other)}/${sid}`
      for (const path of [foreign, `${foreign}/Buckets`, `${foreign}/Buckets/${bucket}`]) {
        expect((await v2('GET', path)).body.code, path).toBe(20404)
        expect((await v2('POST', path, { Max: '9', Interval: '9' })).body.code, path).toBe(20404)
        expect((await v2('DELETE', path)).body.code, path).toBe(20404)
      }
      const start = { Channel: 'sms', RateLimits: '{"ip":"x"}' }
      for (const To of ['+5511973900001', '+5511973900002'])
        expect((await v2('POST', `/v2/Services/${other}/Verifications`, { ...start, To })).status).toBe(201)
      expect((await v2('GET', `${limits()}/${sid}/Buckets/${bucket}`)).body).toMatchObject({ max: 1, interval: 60 })
    })

    it('are made, changed, listed and removed by the official package', async () => {
      const doors = await openDoors((await openStore()).db)
      const client = twilio(accountSid, authToken)
      client.verify.baseUrl = await doors.app.listen({ port: 0, host: '127.0.0.1' })
      try {
        const { rateLimits } = client.verify.v2.services(serviceSid)
        const limit = await rateLimits.create({ uniqueName: 'end_user_ip', description: 'One address' })
        const { buckets } = rateLimits(limit.sid)
        const bucket = await buckets.create({ max: 4, interval: 60 })
        expect(bucket).toMatchObject({ max: 4, interval: 60, rateLimitSid: limit.sid, serviceSid, accountSid })
        for (let interval = 61; interval < 64; interval++) await buckets.create({ max: 1, interval })
        expect(await buckets.list({ pageSize: 2 })).toHaveLength(4)
        expect((await buckets(bucket.sid).update({ max: 5 })).max).toBe(5)
        expect(await rateLimits(limit.sid).update({ description: 'Another' })).toMatchObject({ description: 'Another' })
        expect(await buckets(bucket.sid).remove()).toBe(true)
        expect(await rateLimits(limit.sid).remove()).toBe(true)
        expect(await rateLimits.list()).toEqual([])
      } finally {
        await doors.close()
      }
    })
  })
})
