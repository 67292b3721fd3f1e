import twilio from 'twilio'
import { describe, expect, it } from 'vitest'
import { accountSid, authToken, type Doors, openDoors, serviceSid } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

const path = (service = serviceSid) => `/v2/Services/${service}/MessagingConfigurations`
const MessagingServiceSid = `MG${'1'.repeat(32)}`

describe('messaging configurations', () => {
  forEachStore((_name, openStore) => {
    it('are one for a country, also of many that come at once to two nodes', async () => {
      const store = await openStore()
      const nodes = [await openDoors(store.db), await openDoors(await store.another())] as [Doors, Doors]
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, i) =>
          nodes[i % 2 === 0 ? 0 : 1].v2('POST', path(), { Country: 'BR', MessagingServiceSid }),
        ),
      )
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
      expect(answers.filter(({ status, body }) => status === 400 && body.code === 60213)).toHaveLength(11)
    })

    it('belong to one service', async () => {
      const { v2 } = await openDoors((await openStore()).db)
      const other = (await v2('POST', '/v2/Services', { FriendlyName: 'Second' })).body.sid
      await v2('POST', path(), { Country: 'BR', MessagingServiceSid })
      expect((await v2('GET', path(other))).body.messaging_configurations).toEqual([])
      expect((await v2('GET', `${path(other)}/BR`)).body.code).toBe(20404)
      expect((await v2('POST', `${path(other)}/BR`, { MessagingServiceSid })).body.code).toBe(20404)
      expect((await v2('DELETE', `${path(other)}/BR`)).body.code).toBe(20404)
      expect((await v2('GET', `${path()}/br`)).body.country).toBe('BR')
    })

    it('are made, changed, listed and removed by the official package', async () => {
      const doors = await openDoors((await openStore()).db)
      const client = twilio(accountSid, authToken)
      client.verify.baseUrl = await doors.app.listen({ port: 0, host: '127.0.0.1' })
      try {
        const { messagingConfigurations } = client.verify.v2.services(serviceSid)
        for (const country of ['BR', 'PT', 'all'])
          await messagingConfigurations.create({ country, messagingServiceSid: MessagingServiceSid })
        const changed = { messagingServiceSid: `MG${'2'.repeat(32)}` }
        expect(await messagingConfigurations('all').update(changed)).toMatchObject({ country: 'all', ...changed })
        expect((await messagingConfigurations.list({ pageSize: 1 })).map(({ country }) => country).sort()).toEqual([
          'BR',
          'PT',
          'all',
        ])
        expect(await messagingConfigurations('PT').remove()).toBe(true)
        expect(await messagingConfigurations.list()).toHaveLength(2)
      } finally {
        await doors.close()
      }
    })
  })
})
