import { compactDecrypt, decodeProtectedHeader } from 'jose'
import twilio from 'twilio'
import { describe, expect, it } from 'vitest'
import { createKeyRing } from '../../src/lib/keyring.ts'
import { sql } from '../../src/store/db.ts'
import { accountSid, authToken, openDoors, serviceSid } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

const path = `/v2/Services/${serviceSid}/AccessTokens`
const form = { Identity: 'organizer-1', FactorType: 'push' }
const old = { id: 'k1', root: Buffer.alloc(32, 1) }
const newer = { id: 'k2', root: Buffer.alloc(32, 2) }

describe('access tokens', () => {
  forEachStore((_name, openStore) => {
    it('are made and read with the official package', async () => {
      const doors = await openDoors((await openStore()).db)
      const client = twilio(accountSid, authToken, { accountSid })
      client.verify.baseUrl = await doors.app.listen({ port: 0, host: '127.0.0.1' })
      const { accessTokens } = client.verify.v2.services(serviceSid)
      const made = await accessTokens.create({ identity: 'organizer-1', factorType: 'push', ttl: 300 })
      expect(made).toMatchObject({ entityIdentity: 'organizer-1', factorType: 'push', ttl: 300 })
      expect(await accessTokens(made.sid).fetch()).toMatchObject({ sid: made.sid, ttl: 300, url: made.url })
      await doors.close()
    })

    it('are encrypted, are not kept, and open under the key that they name after a rotation', async () => {
      const { db } = await openStore()
      const before = await openDoors(db, { keys: createKeyRing([old]) })
      const { body } = await before.v2('POST', path, form)
      expect(decodeProtectedHeader(body.token)).toMatchObject({ alg: 'dir', enc: 'A256GCM', kid: 'k1' })
      expect(JSON.stringify(await db.read(sql`select * from access_tokens`))).not.toContain(body.token)
      const keys = createKeyRing([newer, old])
      const after = await openDoors(db, { keys, clock: before.clock })
      const read = (await after.v2('GET', `${path}/${body.sid}`)).body.token
      const claims = async (token: string) =>
        String((await compactDecrypt(token, keys.key('k1', 'access-token'))).plaintext)
      expect(await claims(read)).toBe(await claims(body.token))
      await expect(compactDecrypt(read, keys.key('k2', 'access-token'))).rejects.toThrow()
      expect(decodeProtectedHeader((await after.v2('POST', path, form)).body.token).kid).toBe('k2')
    })

    it('are nowhere once they are over', async () => {
      const { v2, clock } = await openDoors((await openStore()).db)
      const { sid } = (await v2('POST', path, { ...form, Ttl: '60' })).body
      clock.advance(59_000)
      expect((await v2('GET', `${path}/${sid}`)).status).toBe(200)
      clock.advance(1000)
      expect((await v2('GET', `${path}/${sid}`)).body.code).toBe(20404)
    })

    it('are refused without an identity, for another factor, and outside of 60 to 300 seconds', async () => {
      const { v2 } = await openDoors((await openStore()).db)
      for (const more of [
        { Identity: '' },
        { FactorType: '' },
        { FactorType: 'totp' },
        { Ttl: '59' },
        { Ttl: '301' },
        { Ttl: 'x' },
      ]) {
        const refused = await v2('POST', path, { ...form, ...more } as Record<string, string>)
        expect([refused.status, refused.body.code], JSON.stringify(more)).toEqual([400, 60200])
      }
      for (const Ttl of ['60', '300']) expect((await v2('POST', path, { ...form, Ttl })).body.ttl).toBe(Number(Ttl))
      expect((await v2('GET', `${path}/YK${'0'.repeat(32)}`)).status).toBe(404)
    })
  })
})
