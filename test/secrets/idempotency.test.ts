import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { sql } from '../../src/store/db.ts'
import { openDoors, payout, wrong } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

describe('what idempotency keeps', () => {
  forEachStore((_name, openStore) => {
    it('does not confirm a guess of a code to whoever reads the store', async () => {
      const { db } = await openStore()
      const { v1, codeFor } = await openDoors(db)
      const request = payout({ factor: 'sms' })
      const { id } = (await v1('POST', '/transactions', request)).body
      const body = { code: wrong(codeFor(request.contact.phone)) }
      await v1('POST', `/transactions/${id}/checks`, body, { headers: { 'idempotency-key': 'k-1' } })
      const rows = JSON.stringify(await db.read(sql`select * from idempotency_keys`))
      for (const encoding of ['hex', 'base64', 'base64url'] as const)
        expect(rows).not.toContain(createHash('sha256').update(JSON.stringify(body)).digest(encoding))
    })
  })
})
