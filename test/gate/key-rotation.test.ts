import { describe, expect, it } from 'vitest'
import { createKeyRing } from '../../src/lib/keyring.ts'
import { openDoors, payout, serviceSid } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

const old = { id: 'k1', root: Buffer.alloc(32, 1) }
const fresh = { id: 'k2', root: Buffer.alloc(32, 2) }

describe('a key that is put in front of the ring', () => {
  forEachStore((_name, openStore) => {
    async function beforeAndAfter() {
      const { db } = await openStore()
      const before = await openDoors(db, { keys: createKeyRing([old]) })
      return { before, after: await openDoors(db, { keys: createKeyRing([fresh, old]), clock: before.clock }) }
    }

    it('leaves a code on its way valid, by address as by sid', async () => {
      const { before, after } = await beforeAndAfter()
      const To = '+5511987650001'
      const service = `/v2/Services/${serviceSid}`
      const { sid } = (await before.v2('POST', `${service}/Verifications`, { To, Channel: 'sms' })).body
      expect((await after.v2('GET', `${service}/Verifications/${encodeURIComponent(To)}`)).body.sid).toBe(sid)
      const again = await after.v2('POST', `${service}/Verifications`, { To, Channel: 'sms' })
      expect(again.body.sid).toBe(sid)
      expect(after.codeFor(To)).toBe(before.codeFor(To))
      const checked = await after.v2('POST', `${service}/VerificationCheck`, { To, Code: before.codeFor(To) })
      expect(checked.body).toMatchObject({ sid, status: 'approved' })
    })

    it('leaves one phone one phone: a transaction from before is no rival of one from after', async () => {
      const { before, after } = await beforeAndAfter()
      const request = payout({ factor: 'sms' })
      const a = (await before.v1('POST', '/transactions', request)).body
      const b = (await after.v1('POST', '/transactions', request)).body
      const code = after.codeFor(request.contact.phone)
      expect((await after.v1('POST', `/transactions/${b.id}/checks`, { code })).body.status).toBe('approved')
      const first = before.codeFor(request.contact.phone)
      expect((await after.v1('POST', `/transactions/${a.id}/checks`, { code: first })).body.status).toBe('approved')
    })
  })
})
