import { describe, expect, it } from 'vitest'
import { type Doors, openDoors } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

describe('a service', () => {
  forEachStore((_name, openStore) => {
    it('keeps each of many changes that are made at once over two nodes', async () => {
      const store = await openStore()
      const nodes = [await openDoors(store.db), await openDoors(await store.another())] as [Doors, Doors]
      const { sid } = (await nodes[0].v2('POST', '/v2/Services', { FriendlyName: 'Before' })).body
      const at = `/v2/Services/${sid}`
      // Both nodes know the service as it was.
      for (const { v2 } of nodes) expect((await v2('GET', at)).body.psd2_enabled).toBe(false)
      const changes = [
        { Psd2Enabled: 'true' },
        { FriendlyName: 'After' },
        { 'Totp.Skew': '2' },
        { 'Totp.CodeLength': '8' },
        { CodeLength: '8' },
        { LookupEnabled: 'true' },
      ]
      const answers = await Promise.all(changes.map((change, i) => (nodes[i % 2] as Doors).v2('POST', at, change)))
      expect(answers.map(({ status }) => status)).toEqual(changes.map(() => 200))
      for (const { clock } of nodes) clock.advance(1001)
      for (const { v2 } of nodes)
        expect((await v2('GET', at)).body).toMatchObject({
          friendly_name: 'After',
          psd2_enabled: true,
          code_length: 8,
          lookup_enabled: true,
          totp: { skew: 2, code_length: 8 },
        })
    })

    it('is not changed by a form with one wrong member', async () => {
      const { v2 } = await openDoors((await openStore()).db)
      const { sid } = (await v2('POST', '/v2/Services', { FriendlyName: 'Before' })).body
      const refused = await v2('POST', `/v2/Services/${sid}`, { FriendlyName: 'After', CodeLength: '3' })
      expect([refused.status, refused.body.code]).toEqual([400, 60200])
      expect((await v2('GET', `/v2/Services/${sid}`)).body.friendly_name).toBe('Before')
    })
  })
})
