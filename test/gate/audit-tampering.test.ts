import { describe, expect, it } from 'vitest'
import { signAuditHeads, verifyAudit } from '../../src/gate/audit-heads.ts'
import { createReceiptSigner } from '../../src/gate/receipt.ts'
import { createKeyRing } from '../../src/lib/keyring.ts'
import { type Doors, openDoors, payout } from '../support/doors.ts'
import { forEachStore, type StoreName } from '../support/stores.ts'

/** What somebody may do who can write to the database past the triggers. */
const tampering: [title: string, sql: (chain: string) => string, found: RegExp][] = [
  [
    'an event that was edited',
    (chain) => `update audit_events set ip = '198.51.100.1' where chain = '${chain}' and seq = 2`,
    /: event 2 was changed$/,
  ],
  [
    'an event that was edited and hashed anew',
    (chain) =>
      `update audit_events set ip = '198.51.100.1', hash = '${'0'.repeat(64)}' where chain = '${chain}' and seq = 2`,
    /: event 2 was changed$/,
  ],
  [
    'an event taken out of the middle',
    (chain) => `delete from audit_events where chain = '${chain}' and seq = 2`,
    /: event 2 is missing$/,
  ],
  [
    'an event cut off the end',
    (chain) => `delete from audit_events where chain = '${chain}' and seq = 3`,
    /: event 3 is not what was signed$/,
  ],
  [
    'a whole chain that is gone',
    (chain) => `delete from audit_events where chain = '${chain}'`,
    / is not what was signed$/,
  ],
  [
    'what a head covers, edited',
    (chain) => `update audit_head_entries set seq = 2 where chain = '${chain}' and head_id = 1`,
    /^head 1: its entries were changed$/,
  ],
  [
    'a head that is gone',
    () => `delete from audit_head_entries where head_id = 1; delete from audit_heads where id = 1`,
    /^head 2: the head before it was changed or removed$/,
  ],
]

async function tamper(doors: Doors, store: StoreName, sql: string): Promise<void> {
  await doors.gate.db.exclusive(async (session) => {
    const triggers = store === 'sqlite' ? ['audit_events_no_update', 'audit_events_no_delete'] : ['audit_events_stay']
    for (const name of triggers)
      await session.execute(`drop trigger ${name}${store === 'postgres' ? ' on audit_events' : ''}`)
    for (const statement of sql.split(';')) await session.execute(statement)
  })
}

/** A transaction of three events under a first head, and one more under a second. */
async function history(doors: Doors): Promise<string> {
  const request = payout({ factor: 'sms' })
  const { id } = (await doors.v1('POST', '/transactions', request)).body
  await doors.v1('POST', `/transactions/${id}/checks`, { code: doors.codeFor(request.contact.phone) })
  await signAuditHeads(doors.gate)
  await doors.v1('POST', '/transactions', payout())
  doors.clock.advance(60_000)
  await signAuditHeads(doors.gate)
  expect(await verifyAudit(doors.gate)).toEqual([])
  return id
}

describe('the audit trail shows', () => {
  forEachStore((store, openStore) => {
    it.each(tampering)('%s', async (_title, sql, found) => {
      const doors = await openDoors((await openStore()).db)
      const chain = await history(doors)
      await tamper(doors, store, sql(chain))
      const faults = await verifyAudit(doors.gate)
      expect(faults.filter((fault) => found.test(fault)).length, faults.join('\n')).toBeGreaterThan(0)
    })

    it('heads that another ring of keys signed', async () => {
      const doors = await openDoors((await openStore()).db)
      await history(doors)
      const stranger = createReceiptSigner(createKeyRing([{ id: 'k1', root: Buffer.alloc(32, 9) }]))
      expect(await verifyAudit({ ...doors.gate, receipts: stranger })).toContain('head 1: the signature does not hold')
    })

    it('nothing can be changed or removed while the triggers are there', async () => {
      const doors = await openDoors((await openStore()).db)
      const chain = await history(doors)
      for (const [, sql] of tampering.slice(0, 3))
        await expect(doors.gate.db.exclusive((session) => session.execute(sql(chain)))).rejects.toThrow(/never/)
      expect(await verifyAudit(doors.gate)).toEqual([])
    })
  })
})
