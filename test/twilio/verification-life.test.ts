import { describe, expect, it } from 'vitest'
import { sql } from '../../src/store/db.ts'
import { openDoors, serviceSid } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

const service = `/v2/Services/${serviceSid}`

describe('a verification', () => {
  forEachStore((_name, openStore) => {
    it('never sends a dead code: a resend beside the right check starts a fresh one', async () => {
      const { v2, codeFor } = await openDoors((await openStore()).db)
      for (let n = 0; n < 20; n++) {
        const To = `+55119876${String(10_000 + n)}`
        const send = () => v2('POST', `${service}/Verifications`, { To, Channel: 'sms' })
        const first = await send()
        const code = codeFor(To)
        const check = (Code: string) => v2('POST', `${service}/VerificationCheck`, { To, Code })
        const [again, checked] = await Promise.all([send(), check(code)])
        expect([again.status, checked.body.status]).toEqual([201, 'approved'])
        // Either the old code went out once more before it was used, or a new verification has a code that is right.
        if (again.body.sid === first.body.sid) expect(codeFor(To)).toBe(code)
        else expect((await check(codeFor(To))).body.status).toBe('approved')
      }
    })

    it('whose row was changed is no fault of the caller’s', async () => {
      const { db } = await openStore()
      const { v2 } = await openDoors(db)
      const { body } = await v2('POST', `${service}/Verifications`, { To: '+5511987659999', Channel: 'sms' })
      await db.write(sql`
        update verifications set to_sealed = 'AAAA', event_no = event_no + 1, event_type = 'verification.checked'`)
      const found = await v2('GET', `${service}/Verifications/${body.sid}`)
      expect([found.status, found.body.code]).toEqual([503, 20503])
    })

    it.each(['+55011987654321', '+4407911123456', '+55 11 98765-4321', '5511987654321'])(
      'to %s, which is not how E.164 writes it, is refused: a check would look for another text',
      async (To) => {
        const { v2, sent } = await openDoors((await openStore()).db)
        const refused = await v2('POST', `${service}/Verifications`, { To, Channel: 'sms' })
        expect([refused.status, refused.body.code]).toEqual([400, 60200])
        expect(sent).toEqual([])
      },
    )
  })
})
