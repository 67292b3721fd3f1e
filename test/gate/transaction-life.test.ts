import { compactVerify, createLocalJWKSet, decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { signAuditHead, verifyAudit } from '../../src/gate/audit-heads.ts'
import { openDoors, payout, wrong } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

describe('a transaction', () => {
  forEachStore((_name, openStore) => {
    async function doors() {
      return openDoors((await openStore()).db)
    }

    it('is sealed, approved by the code, released once with a receipt, and shredded', async () => {
      const { v1, codeFor, gate } = await doors()
      const request = payout({ factor: 'sms' })
      const made = await v1('POST', '/transactions', request)
      expect(made.status).toBe(201)
      expect(made.body).toMatchObject({
        object: 'transaction',
        status: 'pending',
        version: 1,
        subject: request.subject,
      })
      expect(made.body.next_action).toMatchObject({
        type: 'enter_code',
        channel: 'sms',
        sends_left: 4,
        checks_left: 5,
        factors: ['sms', 'whatsapp', 'call'],
      })
      expect(made.text).not.toContain('12345678-9')
      const { id } = made.body
      const [stored] = await gate.db.read<{ sealed: string; summary: string }>({
        shape: Object.assign(['select * from transactions'], { raw: [] }) as never,
        values: [],
      })
      expect(JSON.stringify(stored)).not.toMatch(/CANARY|12345678/)
      expect(JSON.stringify(stored)).not.toContain(request.contact.phone.slice(-9))

      expect((await v1('POST', `/transactions/${id}/release`)).body.code).toBe('transaction_not_approved')
      const code = codeFor(request.contact.phone)
      const missed = await v1('POST', `/transactions/${id}/checks`, { code: wrong(code) })
      expect([missed.status, missed.body.status, missed.body.next_action.checks_left]).toEqual([200, 'pending', 4])
      const approved = await v1('POST', `/transactions/${id}/checks`, { code })
      expect([approved.status, approved.body.status]).toEqual([200, 'approved'])
      expect((await v1('POST', `/transactions/${id}/checks`, { code })).body.code).toBe('transaction_approved')
      expect((await v1('PATCH', `/transactions/${id}`, { payload: {} })).status).toBe(409)

      const released = await v1('POST', `/transactions/${id}/release`)
      expect(released.status).toBe(200)
      expect(released.body.payload).toEqual(request.payload)
      expect((await v1('POST', `/transactions/${id}/release`)).body.code).toBe('release_in_progress')
      const keys = createLocalJWKSet(await gate.receipts.jwks())
      await compactVerify(released.body.receipt, keys)
      expect(decodeJwt(released.body.receipt)).toMatchObject({
        iss: 'http://localhost:4000',
        sub: request.subject,
        jti: released.body.release_id,
        tx: id,
        ver: 1,
        digest: made.body.digest,
        enrolled: true,
      })

      expect((await v1('POST', `/transactions/${id}/release/ack`, { release_id: 'rel_other' })).status).toBe(409)
      for (const _ of [1, 2])
        expect(
          (
            await v1(
              'POST',
              `/transactions/${id}/release/ack`,
              released.body.release_id && { release_id: released.body.release_id },
            )
          ).body.status,
        ).toBe('released')
      const [shredded] = await gate.db.read<{ sealed: string | null }>({
        shape: Object.assign(['select * from transactions'], { raw: [] }) as never,
        values: [],
      })
      expect(shredded?.sealed).toBeNull()
      expect((await v1('POST', `/transactions/${id}/release`)).body.code).toBe('transaction_released')

      const events = await v1('GET', `/transactions/${id}/events`)
      expect(events.body.data.map((one: { type: string }) => one.type)).toEqual([
        'transaction.created',
        'transaction.challenged',
        'transaction.checked',
        'transaction.approved',
        'transaction.releasing',
        'transaction.released',
      ])
      await signAuditHead(gate)
      expect(await verifyAudit(gate)).toEqual([])
    })

    it('is listed as it is read: with the same next action, whatever its state', async () => {
      const { v1, codeFor } = await doors()
      const first = payout({ factor: 'sms' })
      const more = { subject: first.subject, contact: first.contact }
      const a = (await v1('POST', '/transactions', first)).body.id
      const code = codeFor(first.contact.phone)
      const b = (await v1('POST', '/transactions', payout({ ...more, factor: 'sms' }))).body.id
      await v1('POST', '/transactions', payout(more))
      await v1('POST', `/transactions/${a}/checks`, { code })
      await v1('POST', `/transactions/${b}/cancel`)
      await v1('POST', '/transactions', payout({ ...more, factor: 'sms' }))
      const { data } = (await v1('GET', `/transactions?subject=${first.subject}`)).body
      expect(data.map((one: { next_action: { type: string } }) => one.next_action.type).sort()).toEqual([
        'choose_factor',
        'contact_support',
        'enter_code',
        'wait',
      ])
      for (const row of data) expect(row).toEqual((await v1('GET', `/transactions/${row.id}`)).body)
    })

    it('locks after the fifth wrong code, over resends', async () => {
      const { v1, codeFor, clock } = await doors()
      const request = payout({ factor: 'sms' })
      const { id } = (await v1('POST', '/transactions', request)).body
      const code = codeFor(request.contact.phone)
      for (let i = 0; i < 4; i++) await v1('POST', `/transactions/${id}/checks`, { code: wrong(code) })
      clock.advance(31_000)
      const again = await v1('POST', `/transactions/${id}/challenges`, { factor: 'sms' })
      expect(again.body.next_action).toMatchObject({ checks_left: 1, sends_left: 3 })
      expect(codeFor(request.contact.phone)).toBe(code)
      const fifth = await v1('POST', `/transactions/${id}/checks`, { code: wrong(code) })
      expect([fifth.status, fifth.body.status, fifth.body.next_action.checks_left]).toEqual([200, 'locked', 0])
      expect((await v1('POST', `/transactions/${id}/checks`, { code })).body.code).toBe('transaction_locked')
    })

    it('changed gets a new version, and the old code is worth nothing', async () => {
      const { v1, codeFor, clock, gate } = await doors()
      const request = payout({ factor: 'sms' })
      const made = await v1('POST', '/transactions', request)
      const { id } = made.body
      const code = codeFor(request.contact.phone)
      const changed = await v1('PATCH', `/transactions/${id}`, { payload: { type: 'pix_key', key: 'x' } })
      expect(changed.body).toMatchObject({ version: 2, status: 'pending' })
      expect(changed.body.digest).not.toBe(made.body.digest)
      expect((await v1('POST', `/transactions/${id}/checks`, { code })).body.code).toBe('no_open_challenge')
      clock.advance(31_000)
      await v1('POST', `/transactions/${id}/challenges`, { factor: 'sms' })
      const second = codeFor(request.contact.phone)
      expect((await v1('POST', `/transactions/${id}/checks`, { code: second })).body.status).toBe('approved')
      expect((await v1('POST', `/transactions/${id}/release`)).body.payload).toEqual({ type: 'pix_key', key: 'x' })
      await signAuditHead(gate)
      expect(await verifyAudit(gate)).toEqual([])
    })

    it('takes the first phone as the subject’s, and refuses another one afterwards', async () => {
      const { v1, codeFor } = await doors()
      const first = payout({ factor: 'sms' })
      const rival = payout({ subject: first.subject })
      const a = (await v1('POST', '/transactions', first)).body.id
      const b = (await v1('POST', '/transactions', rival)).body.id
      await v1('POST', `/transactions/${a}/checks`, { code: codeFor(first.contact.phone) })
      expect((await v1('GET', `/transactions/${b}`)).body.status).toBe('superseded')
      const refused = await v1('POST', '/transactions', payout({ subject: first.subject }))
      expect([refused.status, refused.body.code]).toEqual([422, 'contact_mismatch'])
      const { contact: _, ...noPhone } = payout({ subject: first.subject, factor: 'sms' })
      const second = await v1('POST', '/transactions', noPhone)
      expect(second.body.next_action.to).toBe(`•••• ${first.contact.phone.slice(-4)}`)
    })

    it('expires with its payload; its code expires earlier and can be had anew', async () => {
      const { v1, codeFor, clock } = await doors()
      const request = payout({ factor: 'sms' })
      const { id } = (await v1('POST', '/transactions', request)).body
      const code = codeFor(request.contact.phone)
      clock.advance(600_000)
      expect((await v1('POST', `/transactions/${id}/checks`, { code })).body.code).toBe('code_expired')
      await v1('POST', `/transactions/${id}/challenges`, { factor: 'sms' })
      clock.advance(86_400_000)
      expect((await v1('GET', `/transactions/${id}`)).body.status).toBe('expired')
      expect((await v1('POST', `/transactions/${id}/checks`, { code })).body.code).toBe('transaction_expired')
    })

    it('answers a repeated request with what the first one was told', async () => {
      const { v1, sent } = await doors()
      const request = payout({ factor: 'sms' })
      const headers = { 'idempotency-key': 'key-1' }
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => v1('POST', '/transactions', request, { headers })),
      )
      const made = answers.filter(({ status }) => status === 201)
      expect(new Set(made.map(({ body }) => body.id)).size).toBe(1)
      expect(answers.every(({ status, body }) => status === 201 || body.code === 'idempotency_in_flight')).toBe(true)
      expect(sent).toHaveLength(1)
      expect((await v1('POST', '/transactions', request, { headers })).text).toBe(made[0]?.text)
      expect((await v1('POST', '/transactions', { ...request, kind: 'other' }, { headers })).body.code).toBe(
        'idempotency_key_reused',
      )
    })

    it('shows its client secret the same 404 for every other id', async () => {
      const { v1 } = await doors()
      const mine = (await v1('POST', '/transactions', payout())).body
      const other = (await v1('POST', '/transactions', payout())).body
      const key = mine.client_secret
      expect((await v1('GET', `/transactions/${mine.id}`, undefined, { key })).body).toMatchObject({
        status: 'pending',
      })
      expect((await v1('GET', `/transactions/${mine.id}`, undefined, { key })).text).not.toContain('client_secret')
      const foreign = await v1('GET', `/transactions/${other.id}`, undefined, { key })
      const unknown = await v1('GET', `/transactions/tx_${'0'.repeat(32)}`, undefined, { key })
      expect([foreign.status, foreign.text]).toEqual([404, unknown.text])
      expect((await v1('POST', `/transactions/${mine.id}/release`, undefined, { key })).status).toBe(403)
      expect((await v1('GET', `/transactions/${mine.id}`, undefined, { key: 'wrong' })).status).toBe(401)
    })
  })
})
