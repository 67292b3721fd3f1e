import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { signAuditHeads, verifyAudit, verifyChain } from '../../src/gate/audit-heads.ts'
import { createReceiptSigner } from '../../src/gate/receipt.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { createKeyRing } from '../../src/lib/keyring.ts'
import { type Db, sql } from '../../src/store/db.ts'
import { openDb } from '../../src/store/open.ts'
import type { Json } from '../support/doors.ts'
import { startServer, type TestServer } from '../support/server.ts'
import type { StoreName } from '../support/stores.ts'
import { startClients } from './clients.ts'
import { type Account, type Ledger, newLedger, type VerifyAccount } from './ledger.ts'
import { broken } from './oracle.ts'

const kills = 20
const stores: StoreName[] = ['sqlite', 'postgres']

describe.each(stores)('killed twenty times at random, on %s', (store) => {
  it('keeps every promise, and finishes what was begun', { timeout: 240_000 }, async () => {
    const server = await startServer({ store, env: { AVAL_LOG_LEVEL: 'error' } })
    const ledger = newLedger()
    try {
      const clients = startClients(server, ledger, 6)
      for (let round = 0; round < kills; round++) {
        await sleep(randomInt(40, 900))
        await server.restart()
        // A request that was under way at the kill holds its idempotency key for thirty seconds.
        await server.advanceClock(31_000)
      }
      await clients.stop()
      await finishReleases(server)
      await server.kill('SIGKILL')
      const db = await openDb(
        server.databaseUrl ? { url: server.databaseUrl } : { file: join(server.dataDir, 'aval.db') },
      )
      expect(await broken(db, ledger)).toEqual([])
      expect(await brokenAudit(db, server)).toEqual([])
      for (const [lie, told] of lies(ledger))
        expect(await broken(db, told), `the oracle misses: ${lie}`).not.toEqual([])
      const approved = ledger.accounts.filter(({ approvedAnswered }) => approvedAnswered > 0).length
      expect(approved, 'the load did not come far').toBeGreaterThan(5)
      expect(ledger.unanswered, 'no kill hit a request').toBeGreaterThan(0)
      console.log(summaryOf(store, ledger))
      await db.close()
    } finally {
      await server.stop()
    }
  })
})

/** Every approval comes to its release, under the id that its first release had. */
async function finishReleases(server: TestServer): Promise<void> {
  await server.advanceClock(61_000)
  for (const status of ['approved', 'releasing']) {
    for (;;) {
      const { body } = await server.api<Json>(`/v1/transactions?status=${status}&limit=100`)
      if (body.data.length === 0) break
      for (const { id } of body.data) {
        const released = await server.api<Json>(`/v1/transactions/${id}/release`, {})
        expect(released.status).toBe(200)
        const ack = { release_id: released.body.release_id }
        expect((await server.api<Json>(`/v1/transactions/${id}/release/ack`, ack)).body.status).toBe('released')
      }
    }
  }
}

async function brokenAudit(db: Db, { credentials }: TestServer): Promise<string[]> {
  const [id = '', root = ''] = credentials.keys.split(/:(.*)/)
  const receipts = createReceiptSigner(createKeyRing([{ id, root: Buffer.from(root, 'base64') }]))
  const clock = systemClock(61_000)
  await signAuditHeads({ db, clock, receipts })
  const chains = await db.read(sql<{ chain: string }>`select distinct chain from audit_events`)
  const faults = await Promise.all(chains.map((chain) => verifyChain(db, chain)))
  return [...(await verifyAudit({ db, receipts })), ...faults.flat()]
}

/** What clients might have been told if a promise had been broken. */
function lies(ledger: Ledger): [string, Ledger][] {
  const account = ledger.accounts.find(({ approvedAnswered }) => approvedAnswered > 0)
  const open = ledger.accounts.find(({ acknowledged, ids }) => !acknowledged && ids.size > 0)
  const verified = ledger.verifications.find(({ approvedAnswered }) => approvedAnswered > 0)
  if (!account || !verified) throw new Error('nothing was approved')
  const accounts = (...changed: Account[]) => ({ ...ledger, accounts: changed })
  const verifications = (...changed: VerifyAccount[]) => ({ ...ledger, verifications: changed })
  return [
    ['an uncounted try', accounts({ ...account, checksAnswered: 6 })],
    ['two approvals', accounts({ ...account, approvedAnswered: 2 })],
    ['an approval without a code', accounts({ ...account, rightCodeAsked: false })],
    ['two release ids', accounts({ ...account, releaseIds: new Set(['rel_a', 'rel_b']) })],
    ['two transactions of one key', accounts({ ...account, ids: new Set(['tx_a', 'tx_b']) })],
    ['a release before approval', accounts({ ...account, releasedUnasked: 1 })],
    ['a lost transaction', accounts({ ...(open ?? account), subject: 'nobody' })],
    ['an uncounted check', verifications({ ...verified, checksAnswered: 6 })],
    ['a code good twice', verifications({ ...verified, approvedAnswered: 2 })],
    ['a lost verification', verifications({ ...verified, sids: new Set(['VE0']) })],
  ]
}

function summaryOf(store: string, { accounts, verifications, asked, unanswered, oddities }: Ledger): string {
  const counts = [
    `${kills} kills`,
    `${asked} requests`,
    `${unanswered} without an answer`,
    `${oddities.length} answered 503`,
    `${accounts.length} transactions`,
    `${accounts.filter(({ acknowledged }) => acknowledged).length} acknowledged`,
    `${verifications.length} verifications`,
  ]
  return `${store}: ${counts.join(', ')}`
}
