import { describe, expect, it } from 'vitest'
import { signAuditHeads, verifyAudit } from '../../src/gate/audit-heads.ts'
import { findUncoveredChains } from '../../src/store/audit-events.ts'
import { all, sql } from '../../src/store/db.ts'
import { startVerification } from '../../src/store/verifications.ts'
import { openDoors } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

describe('signed heads', () => {
  forEachStore((_name, openStore) => {
    it('leave no chain behind, however many moved since the last ones', async () => {
      const { db } = await openStore()
      const { gate } = await openDoors(db)
      const chains = 2050
      const at = gate.clock.now()
      await db.unit(function* () {
        for (let i = 0; i < chains; i++) {
          const sid = `VE${String(i).padStart(32, '0')}`
          const row = {
            sid,
            service_sid: 'VA',
            account_sid: 'AC',
            to_ref: sid,
            to_sealed: '',
            key_id: 'k1',
            channel: 'sms',
            sends: 1,
            checks: 0,
            code_seed: '',
            code_mac: '',
            code_length: 6,
            amount: null,
            payee: null,
            attempt_sid: `VL${sid.slice(2)}`,
            to_prefix: null,
            country: null,
            locale: null,
            tags: null,
            delivery: 'sent',
            keeps_history: 0,
            notifies: 0,
            expires_at: at + 600_000,
          } as const
          yield* all(startVerification(row, { at, ip: '' }))
        }
      })
      await signAuditHeads(gate)
      expect(await db.read(findUncoveredChains(0, 10))).toEqual([])
      const heads = await db.read(sql<{ id: number }>`select id from audit_heads order by id`)
      expect(heads.map(({ id }) => id)).toEqual([1, 2])
      expect(await verifyAudit(gate)).toEqual([])
    })
  })
})
