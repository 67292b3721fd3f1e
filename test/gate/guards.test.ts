import { PassThrough } from 'node:stream'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { openDoors, payout, serviceSid } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

describe('a guard', () => {
  forEachStore((_name, openStore) => {
    /** Both doors with only Brazil open, and what was logged. */
    async function doors(mode: 'enforce' | 'shadow' | 'off') {
      const lines = new PassThrough()
      const { db } = await openStore()
      const opened = await openDoors(db, { guard: { mode, countries: new Set(['BR']) }, log: pino(lines) as never })
      return { ...opened, logged: () => String(lines.read() ?? '') }
    }
    const phone = '+351912345678'
    const verifications = `/v2/Services/${serviceSid}/Verifications`

    it('that enforces sends nothing to a closed country, and the log says why without the number', async () => {
      const { v1, v2, sent, logged } = await doors('enforce')
      const refused = await v1('POST', '/transactions', payout({ factor: 'sms', contact: { phone } }))
      expect(refused.body.code).toBe('destination_not_allowed')
      expect((await v2('POST', verifications, { To: phone, Channel: 'sms' })).body.code).toBe(60605)
      expect(sent).toEqual([])
      const log = logged()
      expect(log.match(/"action":"block","reasons":\["messages to PT are closed/g)).toHaveLength(2)
      expect(log).not.toContain(phone.slice(1))
    })

    it('in shadow decides and records, but never blocks', async () => {
      const { v1, v2, sent, logged } = await doors('shadow')
      expect((await v1('POST', '/transactions', payout({ contact: { phone } }))).status).toBe(201)
      expect((await v2('POST', verifications, { To: phone, Channel: 'sms' })).status).toBe(201)
      expect(sent).toHaveLength(1)
      const log = logged()
      expect(
        log.match(/"action":"block","reasons":\["messages to PT are closed[^\n]*would not be allowed/g),
      ).toHaveLength(1)
      expect(log).not.toContain(phone.slice(1))
    })

    it.each(['enforce', 'shadow'] as const)('that cannot decide sends nothing, though it says %s', async (mode) => {
      const countries = new Set(['BR'])
      const { v1, v2, sent } = await openDoors((await openStore()).db, { guard: { mode, countries } })
      const { id } = (await v1('POST', '/transactions', payout())).body
      countries.has = () => {
        throw new Error('the list of countries is gone')
      }
      const asked = [
        await v1('POST', '/transactions', payout({ factor: 'sms' })),
        await v1('POST', `/transactions/${id}/challenges`, { factor: 'sms' }),
        await v2('POST', verifications, { To: phone, Channel: 'sms' }),
      ]
      expect(asked.map(({ status, body }) => [status, body.code])).toEqual([
        [500, 'internal_error'],
        [500, 'internal_error'],
        [500, 20500],
      ])
      expect(asked.map(({ text }) => text).join()).not.toContain('the list of countries')
      expect(sent).toEqual([])
      expect((await v1('GET', `/transactions/${id}`)).body.next_action.sends_left).toBe(5)
      expect((await v1('GET', '/transactions')).body.data.map((made: { id: string }) => made.id)).toEqual([id])
      expect((await v2('GET', `${verifications}/${encodeURIComponent(phone)}`)).status).toBe(404)
    })

    it('that is off says nothing', async () => {
      const { v2, sent, logged } = await doors('off')
      expect((await v2('POST', verifications, { To: phone, Channel: 'sms' })).status).toBe(201)
      expect(sent).toHaveLength(1)
      expect(logged()).not.toContain('reasons')
    })
  })
})
