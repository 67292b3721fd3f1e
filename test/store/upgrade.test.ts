import { describe, expect, it } from 'vitest'
import { addressRef, sealAddress } from '../../src/lib/address.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { sql } from '../../src/store/db.ts'
import { migrate } from '../../src/store/migrate.ts'
import { migrations } from '../../src/store/migrations/index.ts'
import { openStore } from '../../src/store/open.ts'
import { newCode } from '../../src/verify/verification-code.ts'
import { accountSid, openDoors, ring, serviceSid, wrong } from '../support/doors.ts'
import { newLocation } from '../support/stores.ts'

describe('a store of the first release', () => {
  it.each(['sqlite', 'postgres'] as const)(
    'on %s goes on where it was: a code that was under way is still right',
    async (name) => {
      const { location, leave } = await newLocation(name)
      const db = openStore(location)
      await migrate(db, migrations.slice(0, 1))
      const random = systemRandom()
      const at = Date.now() - 60_000
      const sid = `VE${at.toString(16).padStart(12, '0')}${'7'.repeat(20)}`
      const to = '+5511971234567'
      const deal = {
        sid,
        service_sid: serviceSid,
        to_ref: addressRef(ring, to),
        key_id: 'k1',
        amount: null,
        payee: null,
      }
      const { code, code_seed, code_mac } = newCode({ keys: ring, random }, deal, { length: 6 })
      await db.write(sql`
      insert into verifications (sid, service_sid, account_sid, to_ref, to_sealed, key_id, channel, status, live, sends, checks, code_seed,
        code_mac, code_length, attempt_sid, created_at, updated_at, expires_at, event_no, event_type, event_at, event_ip)
      values (${sid}, ${serviceSid}, ${accountSid}, ${deal.to_ref}, ${sealAddress(ring, 'k1', sid, to, random)}, 'k1', 'sms', 'pending', 1, 1, 0,
        ${code_seed}, ${code_mac}, 6, ${`VL${'9'.repeat(32)}`}, ${at}, ${at}, ${at + 600_000}, 1, 'verification.sent', ${at}, '203.0.113.9')`)

      await migrate(db, migrations)
      const { v2, codeFor, close } = await openDoors(db)
      const service = `/v2/Services/${serviceSid}`
      const resent = await v2('POST', `${service}/Verifications`, { To: to, Channel: 'sms' })
      expect(resent.body).toMatchObject({ sid, status: 'pending' })
      expect(codeFor(to)).toBe(code)
      expect((await v2('POST', `${service}/VerificationCheck`, { To: to, Code: wrong(code) })).body.valid).toBe(false)
      expect((await v2('POST', `${service}/VerificationCheck`, { To: to, Code: code })).body.status).toBe('approved')
      expect((await v2('GET', '/v2/Attempts')).body.attempts).toHaveLength(2)
      await close()
      await db.close()
      await leave()
    },
  )
})
