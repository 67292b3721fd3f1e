import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Db, sql } from '../../src/store/db.ts'
import { authToken, type Doors, openDoors, payout, serviceSid } from '../support/doors.ts'
import { describeStores } from '../support/stores.ts'
import { unchanged } from './snapshot.ts'

describeStores('what belongs to one is closed to the other:', (openStore) => {
  const service = `/v2/Services/${serviceSid}`
  let doors: Doors
  let db: Db

  beforeAll(async () => {
    db = (await openStore()).db
    doors = await openDoors(db)
  })

  async function opened(more: Record<string, unknown> = {}) {
    const request = payout({ factor: 'sms', ...more })
    const { body } = await doors.v1('POST', '/transactions', request)
    return {
      ...body,
      at: `/transactions/${body.id}`,
      phone: request.contact.phone,
      code: doors.codeFor(request.contact.phone),
    }
  }

  /** Fails unless it is refused and changes nothing. */
  async function refused(asking: () => Promise<{ status: number; text: string }>): Promise<string> {
    const { status, text } = await unchanged(db, asking)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    return text
  }

  /** The code is counted as a wrong one, except where it happens to be the right one (once in a million). */
  async function misses(tx: { at: string; code: string }, code: string): Promise<void> {
    if (code === tx.code) return
    const left = (await doors.v1('GET', tx.at)).body.next_action.checks_left
    const { body } = await doors.v1('POST', `${tx.at}/checks`, { code })
    expect([body.status, body.next_action.checks_left]).toEqual(['pending', left - 1])
  }

  it('a gate code is worth nothing at the Twilio door, nor a Twilio code at the gate (A35)', async () => {
    const tx = await opened()
    await refused(() => doors.v2('POST', `${service}/VerificationCheck`, { To: tx.phone, Code: tx.code }))
    for (const id of [tx.id, tx.id.replace('tx_', 'VE')]) {
      await refused(() => doors.v2('GET', `${service}/Verifications/${id}`))
      for (const Status of ['approved', 'canceled'])
        await refused(() => doors.v2('POST', `${service}/Verifications/${id}`, { Status }))
    }
    await doors.v2('POST', `${service}/Verifications`, { To: tx.phone, Channel: 'sms' })
    await misses(tx, doors.codeFor(tx.phone))
    await doors.v2('POST', `${service}/Verifications/${encodeURIComponent(tx.phone)}`, { Status: 'approved' })
    expect((await doors.v1('GET', tx.at)).body.status).toBe('pending')
  })

  it('a code of another subject, transaction, kind or version approves nothing (A21, A22, A25, A26)', async () => {
    const [mine, stranger] = [await opened(), await opened()]
    await misses(mine, stranger.code)
    await misses(stranger, mine.code)
    const { subject, phone } = mine
    const second = await opened({ subject, contact: { phone } })
    const kind = await opened({ subject, contact: { phone }, kind: 'other.kind' })
    for (const other of [second, kind]) await misses(other, mine.code)
    await doors.v1('PATCH', second.at, { payload: { of: 'another' } })
    doors.clock.advance(91_000)
    await doors.v1('POST', `${second.at}/challenges`, { factor: 'sms' })
    await misses({ ...second, code: doors.codeFor(phone) }, second.code)
    for (const { at, code } of [mine, kind])
      expect((await doors.v1('POST', `${at}/checks`, { code })).body.status).toBe('approved')
  })

  it('a client secret is good for its own transaction and its own routes (A20)', async () => {
    const [mine, other] = [await opened(), await opened()]
    const key = mine.client_secret
    const unknown = `/transactions/tx_${'0'.repeat(32)}`
    for (const [path, body] of [
      ['', undefined],
      ['/challenges', { factor: 'sms' }],
      ['/checks', { code: other.code }],
      ['/deny', undefined],
    ] as const) {
      const method = path === '' ? 'GET' : 'POST'
      const foreign = await refused(() => doors.v1(method, `${other.at}${path}`, body, { key }))
      const none = await refused(() => doors.v1(method, `${unknown}${path}`, body, { key }))
      expect(foreign).toBe(none)
    }
    for (const [method, path, body] of [
      ['POST', `${mine.at}/release`, undefined],
      ['POST', `${mine.at}/release/ack`, { release_id: 'r' }],
      ['POST', `${mine.at}/cancel`, undefined],
      ['PATCH', mine.at, { payload: 1 }],
      ['GET', `${mine.at}/events`, undefined],
      ['GET', '/transactions', undefined],
      ['POST', '/transactions', payout()],
    ] as const)
      expect((await refused(() => doors.v1(method, path, body, { key }))).includes('forbidden')).toBe(true)
  })

  it('a subject’s phone cannot be changed by whoever writes a request (A29)', async () => {
    const mine = await opened()
    await doors.v1('POST', `${mine.at}/checks`, { code: mine.code })
    await refused(() => doors.v1('POST', '/transactions', payout({ subject: mine.subject })))
    const pending = (await doors.v1('POST', '/transactions', payout())).body
    await refused(() => doors.v1('PATCH', `/transactions/${pending.id}`, { contact: { phone: mine.phone } }))
  })

  it('nothing more happens to what is over (A38, A39, A42)', async () => {
    const ends: [string, (tx: Awaited<ReturnType<typeof opened>>) => Promise<unknown>][] = [
      ['approved', (tx) => doors.v1('POST', `${tx.at}/checks`, { code: tx.code })],
      ['denied', (tx) => doors.v1('POST', `${tx.at}/deny`)],
      ['canceled', (tx) => doors.v1('POST', `${tx.at}/cancel`)],
    ]
    for (const [status, end] of ends) {
      const tx = await opened()
      await refused(() => doors.v1('POST', `${tx.at}/release`))
      await end(tx)
      const codes = [
        await refused(() => doors.v1('POST', `${tx.at}/checks`, { code: tx.code })),
        await refused(() => doors.v1('POST', `${tx.at}/challenges`, { factor: 'sms' })),
        await refused(() => doors.v1('PATCH', tx.at, { payload: { a: 1 } })),
        await refused(() => doors.v1('POST', `${tx.at}/${status === 'denied' ? 'cancel' : 'deny'}`)),
        await refused(() => doors.v1('POST', `${tx.at}/release/ack`, { release_id: `rel_${'0'.repeat(32)}` })),
      ]
      if (status !== 'approved') codes.push(await refused(() => doors.v1('POST', `${tx.at}/release`)))
      expect(codes.every((text) => text.includes(`"transaction_${status}"`))).toBe(true)
    }
  })

  describe('what somebody moved about in the database is noticed:', () => {
    const columns = ['sealed', 'digest', 'version', 'subject', 'kind', 'key_id', 'phone_sealed'] as const

    it.each(columns)('%s of another transaction', async (column) => {
      const [mine, other] = [await opened(), await opened({ kind: 'other.kind' })]
      const version = await doors.v1('PATCH', other.at, { payload: { of: 'another' } })
      expect(version.status).toBe(200)
      const pending = await opened()
      await doors.v1('POST', `${mine.at}/checks`, { code: mine.code })
      for (const id of [mine.id, pending.id]) await db.write(swap(column, id, other.id))
      const released = await doors.v1('POST', `${mine.at}/release`)
      if (column === 'phone_sealed') expect(released.status).toBe(200)
      else
        expect([released.status, released.body.code]).toEqual(
          column === 'key_id' ? [503, 'key_unavailable'] : [409, 'release_blocked'],
        )
      expect(released.text).not.toContain('another')
      doors.clock.advance(91_000)
      for (const asking of [
        () => doors.v1('GET', pending.at),
        () => doors.v1('POST', `${pending.at}/challenges`, { factor: 'sms' }),
        () => doors.v1('POST', `${pending.at}/checks`, { code: pending.code }),
        () => doors.v1('PATCH', pending.at, { summary: { payee: 'Eva' } }),
      ]) {
        const answer = await asking()
        expect([500], `${column}: ${answer.text.slice(0, 200)}`).not.toContain(answer.status)
      }
      expect(doors.sent.at(-1)?.to === other.phone && column === 'phone_sealed').toBe(false)
    })

    it('a summary that was edited in place shows on the page, but the receipt has what was approved', async () => {
      const tx = await opened()
      await doors.v1('POST', `${tx.at}/checks`, { code: tx.code })
      const eve = JSON.stringify({ payee: 'Eve', fields: [] })
      await db.write(
        sql`update transactions set summary = ${eve}, event_no = event_no + 1, event_type = 'x' where id = ${tx.id}`,
      )
      const { body } = await doors.v1('POST', `${tx.at}/release`)
      expect(decodeJwt(body.receipt).payee).toBe('Aurora Eventos Ltda')
    })

    it('a code digest of another transaction', async () => {
      const [mine, other] = [await opened(), await opened()]
      await db.write(
        sql`update challenges set code_mac = (select code_mac from challenges where transaction_id = ${other.id}) where transaction_id = ${mine.id}`,
      )
      const { body } = await doors.v1('POST', `${mine.at}/checks`, { code: other.code })
      expect(body.status).toBe('pending')
    })

    it('a counter that was put out of its range (A13)', async () => {
      const tx = await opened()
      for (const value of [-1, 6, 1e9, null]) {
        await expect(
          db.write(sql`update transactions set checks = ${value}, event_no = event_no + 1 where id = ${tx.id}`),
        ).rejects.toThrow()
        await expect(
          db.write(sql`update transactions set sends = ${value}, event_no = event_no + 1 where id = ${tx.id}`),
        ).rejects.toThrow()
      }
    })

    it('an approval without its event', async () => {
      const tx = await opened()
      const forged = db.write(sql`update transactions set status = 'approved' where id = ${tx.id}`)
      await expect(forged).rejects.toThrow()
      await expect(db.write(sql`update audit_events set type = 'x' where chain = ${tx.id}`)).rejects.toThrow()
      await expect(db.write(sql`delete from transactions where id = ${tx.id}`)).rejects.toThrow()
    })
  })

  it('the secret of the Twilio door is none of the gate', async () => {
    await refused(() => doors.v1('GET', '/transactions', undefined, { key: authToken }))
  })
})

/** Copies one column from one row to another, as somebody with the database in hand would. */
function swap(
  column: 'sealed' | 'digest' | 'version' | 'subject' | 'kind' | 'key_id' | 'phone_sealed',
  to: string,
  from: string,
) {
  switch (column) {
    case 'sealed':
      return sql`update transactions set sealed = (select sealed from transactions where id = ${from}), event_no = event_no + 1 where id = ${to}`
    case 'digest':
      return sql`update transactions set digest = (select digest from transactions where id = ${from}), event_no = event_no + 1 where id = ${to}`
    case 'version':
      return sql`update transactions set version = version + 1, event_no = event_no + 1 where id = ${to}`
    case 'subject':
      return sql`update transactions set subject = (select subject from transactions where id = ${from}), event_no = event_no + 1 where id = ${to}`
    case 'kind':
      return sql`update transactions set kind = (select kind from transactions where id = ${from}), event_no = event_no + 1 where id = ${to}`
    case 'key_id':
      return sql`update transactions set key_id = 'k0', event_no = event_no + 1 where id = ${to}`
    case 'phone_sealed':
      return sql`update transactions set phone_sealed = (select phone_sealed from transactions where id = ${from}), event_no = event_no + 1 where id = ${to}`
  }
}
