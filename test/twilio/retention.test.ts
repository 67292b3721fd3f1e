import { TOTP } from 'otpauth'
import { describe, expect, it } from 'vitest'
import { sweep } from '../../src/gate/sweep.ts'
import { sql } from '../../src/store/db.ts'
import { accountSid, authToken, openDoors, serviceSid } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

const service = `/v2/Services/${serviceSid}`
const dayMs = 86_400_000

describe('what need not be known any more is forgotten:', () => {
  forEachStore((_name, openStore) => {
    it('amount and payee after a day, the address after thirty, and nothing of what is still under way', async () => {
      const { db } = await openStore()
      const { v2, gate, clock } = await openDoors(db)
      await v2('POST', service, { Psd2Enabled: 'true', CodeTtl: '86400' })
      const start = async (To: string) =>
        (await v2('POST', `${service}/Verifications`, { To, Channel: 'sms', Amount: 'R$ 10', Payee: 'Ana' })).body.sid
      const cancel = (sid: string) => v2('POST', `${service}/Verifications/${sid}`, { Status: 'canceled' })
      const old = await start('+5511971110001')
      await cancel(old)
      await v2('POST', service, { Psd2Enabled: 'false' })
      const onlyPayee = { To: '+5511971110009', Channel: 'sms', Payee: 'Maria' }
      const half = (await v2('POST', `${service}/Verifications`, onlyPayee)).body.sid
      await cancel(half)
      await v2('POST', service, { Psd2Enabled: 'true' })
      clock.advance(dayMs / 2)
      const young = await start('+5511971110002')
      clock.advance(dayMs / 2)
      await sweep(gate)
      const fetched = async (sid: string) => (await v2('GET', `${service}/Verifications/${sid}`)).body
      expect(await fetched(old)).toMatchObject({ to: '+5511971110001', amount: null, payee: null })
      expect(await fetched(half)).toMatchObject({ to: '+5511971110009', amount: null, payee: null })
      expect(await fetched(young)).toMatchObject({ to: '+5511971110002', amount: 'R$ 10', payee: 'Ana' })

      clock.advance(29 * dayMs)
      const late = await start('+5511971110003')
      await sweep(gate)
      await sweep(gate)
      expect((await fetched(old)).code).toBe(20404)
      const attempts = (await v2('GET', '/v2/Attempts')).body.attempts
      expect(attempts.map((one: { channel_data: { to: string } }) => one.channel_data.to)).toEqual([
        '+5511971110003',
        '+5511971110002',
        null,
        null,
      ])
      expect((await fetched(late)).to).toBe('+5511971110003')
      const [row] = await db.read(sql<{ to_ref: string }>`select to_ref from verifications where sid = ${old}`)
      expect(row?.to_ref).toBe('')

      clock.advance(dayMs / 2)
      await sweep(gate)
      expect((await v2('GET', '/v2/Attempts')).body.attempts[1].channel_data.to).toBeNull()
    })

    it('also when an earlier step of the sweep fails, which it tells', async () => {
      const { db } = await openStore()
      const { v2, gate, clock } = await openDoors(db)
      await v2('POST', service, { Psd2Enabled: 'true' })
      const deal = { To: '+5511971110004', Channel: 'sms', Amount: 'R$ 10', Payee: 'Ana' }
      const { sid } = (await v2('POST', `${service}/Verifications`, deal)).body
      await v2('POST', `${service}/Verifications/${sid}`, { Status: 'canceled' })
      clock.advance(dayMs)
      const unit = () => Promise.reject(new Error('a unit that fails'))
      await expect(sweep({ ...gate, db: Object.assign(Object.create(db), { unit }) })).rejects.toThrow(AggregateError)
      expect((await v2('GET', `${service}/Verifications/${sid}`)).body).toMatchObject({ amount: null, payee: null })
    })

    it('what a challenge showed after thirty days, a ticket for a device after one', async () => {
      const { db } = await openStore()
      const { v2, gate, clock } = await openDoors(db)
      const entity = `${service}/Entities/organizer-1`
      const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
      const form = { FriendlyName: 'App', FactorType: 'totp', 'Binding.Secret': secret }
      const { sid } = (await v2('POST', `${entity}/Factors`, form)).body
      const AuthPayload = new TOTP({ secret }).generate({ timestamp: clock.now() })
      await v2('POST', `${entity}/Factors/${sid}`, { AuthPayload })
      const asked = (await v2('POST', `${entity}/Challenges`, { FactorSid: sid })).body
      const ticket = (await v2('POST', `${service}/AccessTokens`, { Identity: 'organizer-1', FactorType: 'push' })).body
      const statuses = async () => [
        (await v2('GET', `${service}/AccessTokens/${ticket.sid}`)).status,
        (await v2('GET', `${entity}/Challenges/${asked.sid}`)).status,
      ]
      await sweep(gate)
      expect(await statuses()).toEqual([200, 200])
      clock.advance(dayMs + 1)
      await sweep(gate)
      expect(await statuses()).toEqual([404, 200])
      clock.advance(29 * dayMs)
      await sweep(gate)
      expect(await statuses()).toEqual([404, 404])
    })

    it('a passkey that nobody finished to enrol after a day, and no other factor', async () => {
      const { v2, gate, clock, app } = await openDoors((await openStore()).db)
      await v2('POST', service, { 'Passkeys.RelyingParty.Id': 'example.com', 'Passkeys.RelyingParty.Name': 'Example' })
      const identity = 'organizer-1'
      const begun = await app.inject({
        method: 'POST',
        url: `${service}/Passkeys/Factors`,
        headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}`, 'content-type': 'application/json' },
        payload: { friendly_name: 'Laptop', identity },
      })
      expect(begun.statusCode).toBe(201)
      await v2('POST', `${service}/Entities/${identity}/Factors`, { FriendlyName: 'App', FactorType: 'totp' })
      const types = async () =>
        (await v2('GET', `${service}/Entities/${identity}/Factors`)).body.factors.map(
          (one: { factor_type: string }) => one.factor_type,
        )
      clock.advance(dayMs / 2)
      await sweep(gate)
      expect(await types()).toEqual(['totp', 'passkeys'])
      clock.advance(dayMs / 2 + 1)
      await sweep(gate)
      expect(await types()).toEqual(['totp'])
    })
  })
})
