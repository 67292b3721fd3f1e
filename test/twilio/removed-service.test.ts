import { describe, expect, it } from 'vitest'
import { openDoors } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

describe('a service that another node removed a moment ago', () => {
  forEachStore((_name, openStore) => {
    it('is not found, whatever is added to it, and takes what it had with it', async () => {
      const store = await openStore()
      const [here, there] = [await openDoors(store.db), await openDoors(await store.another())]
      const { sid } = (await here.v2('POST', '/v2/Services', { FriendlyName: 'Short' })).body
      const service = `/v2/Services/${sid}`
      await here.v2('POST', `${service}/Entities`, { Identity: 'organizer-1' })
      expect((await here.v2('GET', service)).status).toBe(200)
      expect((await there.v2('DELETE', service)).status).toBe(204)
      // This node still has it in its cache.
      const added = [
        ['Entities', { Identity: 'organizer-2' }],
        ['Entities/organizer-3/Factors', { FriendlyName: 'x', FactorType: 'totp' }],
        ['RateLimits', { UniqueName: 'ip' }],
        ['MessagingConfigurations', { Country: 'BR', MessagingServiceSid: `MG${'1'.repeat(32)}` }],
        ['AccessTokens', { Identity: 'organizer-1', FactorType: 'push' }],
        ['Webhooks', { FriendlyName: 'x', EventTypes: '*', WebhookUrl: 'http://127.0.0.1:9/' }],
      ] as const
      for (const [path, form] of added) {
        const refused = await here.v2('POST', `${service}/${path}`, form)
        expect([path, refused.status, refused.body.code]).toEqual([path, 404, 20404])
      }
    })
  })
})
