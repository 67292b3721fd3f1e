import twilio from 'twilio'
import { describe, expect, it } from 'vitest'
import { isSafeListed } from '../../src/verify/safe-list.ts'
import { accountSid, authToken, type Doors, openDoors } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

const list = '/v2/SafeList/Numbers'

describe('the safe list', () => {
  forEachStore((_name, openStore) => {
    it('holds a number once, also of many that come at once to two nodes', async () => {
      const store = await openStore()
      const nodes = [await openDoors(store.db), await openDoors(await store.another())] as [Doors, Doors]
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, i) =>
          nodes[i % 2 === 0 ? 0 : 1].v2('POST', list, { PhoneNumber: '+5511973900003' }),
        ),
      )
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
      expect(answers.filter(({ status, body }) => status === 409 && body.code === 60411)).toHaveLength(11)
    })

    it('knows a number by itself or by its block of a thousand, of this account alone', async () => {
      const { gate, v2 } = await openDoors((await openStore()).db)
      const listed = (phone: string, account = accountSid) => isSafeListed(gate, account, phone)
      await v2('POST', list, { PhoneNumber: '+5511973900004' })
      await v2('POST', list, { PhoneNumber: '+5511973901xxx' })
      expect(await listed('+5511973900004')).toBe(true)
      expect(await listed('+5511973901999')).toBe(true)
      expect(await listed('+5511973900005')).toBe(false)
      expect(await listed('+5511973902000')).toBe(false)
      expect(await listed('+5511973900004', `AC${'9'.repeat(32)}`)).toBe(false)
      expect((await v2('DELETE', `${list}/+5511973901xxx`)).status).toBe(204)
      expect(await listed('+5511973901999')).toBe(false)
      expect((await v2('DELETE', `${list}/+5511973901xxx`)).status).toBe(404)
    })

    it('is kept by the official package', async () => {
      const doors = await openDoors((await openStore()).db)
      const client = twilio(accountSid, authToken)
      client.verify.baseUrl = await doors.app.listen({ port: 0, host: '127.0.0.1' })
      try {
        const { safelist } = client.verify.v2
        const made = await safelist.create({ phoneNumber: '+5511973900006' })
        expect(made.sid).toMatch(/^GN[0-9a-f]{32}$/)
        expect((await safelist('+5511973900006').fetch()).sid).toBe(made.sid)
        expect(await safelist('+5511973900006').remove()).toBe(true)
      } finally {
        await doors.close()
      }
    })
  })
})
