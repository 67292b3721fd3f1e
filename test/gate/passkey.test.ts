import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import type { Misbehaviour } from '../support/authenticator.ts'
import { openDoors, publicUrl } from '../support/doors.ts'
import { enrolledSubject, enrolPasskey, openPayout } from '../support/enrol.ts'
import { forEachStore } from '../support/stores.ts'

interface PaymentAsked {
  payeeName: string
  total: object
  instrument: object
  rpId: string
}

describe('a passkey', () => {
  forEachStore((_name, openStore) => {
    async function ready() {
      const doors = await openDoors((await openStore()).db)
      const subject = await enrolledSubject(doors)
      doors.clock.advance(60_000)
      const { authenticator, finished, factor } = await enrolPasskey(doors, subject)
      const check = (id: string, credential: unknown) => doors.v1('POST', `/transactions/${id}/checks`, { credential })
      const sign = (asked: { body: { next_action: { public_key: never } } }, wrong?: Misbehaviour) =>
        authenticator.authenticate({ publicKey: asked.body.next_action.public_key }, wrong)
      const payout = (more?: Record<string, unknown>) => openPayout(doors, subject, 'passkey', more)
      return { doors, subject, authenticator, finished, factor, check, sign, payout }
    }

    it('is enrolled by an approved transaction, and approves a payout with evidence of how', async () => {
      const { doors, subject, finished, check, sign, payout } = await ready()
      expect(finished.body).toMatchObject({ status: 'enrolled', factor: { type: 'passkey', name: 'Laptop' } })
      const { id, made, asked } = await payout()
      expect(made.body.next_action.factors[0]).toBe('passkey')
      expect(asked.body.next_action).toMatchObject({
        type: 'webauthn',
        sends_left: 5,
        public_key: { rpId: 'localhost', userVerification: 'required' },
      })
      const approved = await check(id, sign(asked))
      expect(approved.body).toMatchObject({ status: 'approved', approved_by: ['passkey'] })
      const released = await doors.v1('POST', `/transactions/${id}/release`)
      expect(decodeJwt(released.body.receipt)).toMatchObject({
        amr: ['passkey'],
        binding: 'signature',
        acr: 'substantial',
      })
      const known = (await doors.v1('GET', subject.path)).body
      expect(known.factors).toMatchObject([{ type: 'passkey', used_at: expect.any(String) }])
    })

    it('signs one transaction: the same assertion is refused on another one', async () => {
      const { check, sign, payout } = await ready()
      const [first, second] = [await payout(), await payout()]
      const credential = sign(first.asked)
      expect((await check(second.id, credential)).body).toMatchObject({
        status: 'pending',
        next_action: { checks_left: 4 },
      })
      expect((await check(first.id, credential)).body.status).toBe('approved')
    })

    it('signs once: the same assertion is refused a second time', async () => {
      const { check, sign, payout } = await ready()
      const { id, asked } = await payout()
      const credential = sign(asked)
      expect((await check(id, credential)).body.status).toBe('approved')
      expect((await check(id, credential)).body.code).toBe('transaction_approved')
    })

    it('signs one version: an edit makes the assertion worthless', async () => {
      const { doors, check, sign, payout } = await ready()
      const { id, asked } = await payout()
      const credential = sign(asked)
      const changed = await doors.v1('PATCH', `/transactions/${id}`, { payload: { account: '999' } })
      expect(changed.body.version).toBe(2)
      expect((await check(id, credential)).body.code).toBe('no_open_challenge')
      await doors.v1('POST', `/transactions/${id}/challenges`, { factor: 'passkey' })
      expect((await check(id, credential)).body).toMatchObject({ status: 'pending', next_action: { checks_left: 4 } })
    })

    it.each([
      ['without user verification', { userVerified: false }],
      ['from another origin', { origin: 'https://evil.example' }],
      ['from a port of the same host', { origin: 'http://localhost:4001' }],
      ['from a frame', { crossOrigin: true }],
      ['for another relying party', { rpId: 'evil.example' }],
      ['for a challenge of its own', { challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
      ['of a payment, where none was asked for', { type: 'payment.get' }],
      ['of a registration', { type: 'webauthn.create' }],
      ['with a key that was never enrolled', { otherKey: true }],
      ['with the user handle of somebody else', { userHandle: 'c29tZWJvZHkgZWxzZQ' }],
      ['whose counter went back', { counter: 0 }],
    ] satisfies [string, Misbehaviour][])('an assertion %s is refused, and costs a try', async (_, wrong) => {
      const { check, sign, payout } = await ready()
      // A first good one, so that there is a counter to go back from.
      const good = await payout()
      expect((await check(good.id, sign(good.asked))).body.status).toBe('approved')
      const { id, asked } = await payout()
      const answer = await check(id, sign(asked, wrong))
      expect(answer.status).toBe(200)
      expect(answer.body).toMatchObject({ status: 'pending', next_action: { checks_left: 4 } })
    })

    const paid = (asked: { body: { next_action: { payment: PaymentAsked } } }, more: object = {}) => {
      const { payeeName, total, instrument, rpId } = asked.body.next_action.payment
      return { type: 'payment.get', payment: { rpId, topOrigin: publicUrl, payeeName, total, instrument, ...more } }
    }

    it('approves by what the browser itself showed of the payment', async () => {
      const { check, sign, payout } = await ready()
      const { id, asked } = await payout()
      expect(asked.body.next_action.payment).toMatchObject({
        payeeName: 'Aurora Eventos Ltda',
        total: { value: '12500.00', currency: 'BRL' },
        instrument: { displayName: 'Conta •••••678-9' },
      })
      expect((await check(id, sign(asked, paid(asked)))).body.status).toBe('approved')
    })

    it.each([
      ['another payee', { payeeName: 'Mallory' }],
      ['another amount', { total: { value: '12500.01', currency: 'BRL' } }],
      ['another currency', { total: { value: '12500.00', currency: 'USD' } }],
      ['an amount with more to it', { total: { value: '12500.00', currency: 'BRL', label: 'x' } }],
      ['another instrument', { instrument: { displayName: 'Conta •••••000-0', icon: '' } }],
      ['another relying party', { rpId: 'evil.example' }],
      ['two relying parties', { rp: 'evil.example' }],
      ['a page of another site', { topOrigin: 'https://evil.example' }],
      ['an origin of a payee that nobody asked for', { payeeOrigin: 'https://evil.example' }],
      ['no payment at all', undefined],
    ])('of a payment with %s is refused', async (_, wrong) => {
      const { check, sign, payout } = await ready()
      const { id, asked } = await payout()
      const shown = wrong === undefined ? { type: 'payment.get' } : paid(asked, wrong)
      expect((await check(id, sign(asked, shown))).body).toMatchObject({
        status: 'pending',
        next_action: { checks_left: 4 },
      })
    })

    it('of a payment is refused where there is no amount to show', async () => {
      const { check, sign, payout } = await ready()
      const { id, asked } = await payout({ summary: { payee: 'Aurora' } })
      expect(asked.body.next_action.payment).toBeNull()
      const payment = { rpId: 'localhost', topOrigin: publicUrl, payeeName: 'Aurora', total: {}, instrument: {} }
      expect((await check(id, sign(asked, { type: 'payment.get', payment }))).body.next_action.checks_left).toBe(4)
    })

    it('of another subject does not approve, though its signature is good', async () => {
      const { doors, check, payout } = await ready()
      const mallory = await enrolledSubject(doors)
      doors.clock.advance(60_000)
      const { authenticator } = await enrolPasskey(doors, mallory)
      const { id, asked } = await payout()
      const { public_key } = asked.body.next_action
      const credential = authenticator.authenticate({ publicKey: { ...public_key, allowCredentials: [] } })
      expect((await check(id, credential)).body).toMatchObject({ status: 'pending', next_action: { checks_left: 4 } })
    })

    it('is due within five minutes', async () => {
      const { doors, check, sign, payout } = await ready()
      const { id, asked } = await payout()
      const credential = sign(asked)
      doors.clock.advance(300_000)
      expect((await check(id, credential)).body.code).toBe('code_expired')
    })

    it('that is malformed costs no try and is no fault of ours', async () => {
      const { check, sign, payout } = await ready()
      const { id, asked } = await payout()
      const good = sign(asked)
      const without = { ...good.response, signature: undefined }
      for (const credential of [
        {},
        { ...good, rawId: 'AAAA' },
        { ...good, type: 'password' },
        { ...good, response: without },
        { ...good, response: { ...good.response, clientDataJSON: '%%%' } },
        { ...good, id: ['a'] },
      ]) {
        const answer = await check(id, credential)
        expect([answer.status, answer.body.code]).toEqual([422, 'invalid_request'])
      }
      const nonsense = { ...good, response: { ...good.response, clientDataJSON: 'AAAA', authenticatorData: 'AAAA' } }
      expect((await check(id, nonsense)).body.next_action.checks_left).toBe(4)
      expect((await check(id, good)).body.status).toBe('approved')
    })

    it('that many send at once is answered five times at most, and approves once', async () => {
      const { check, sign, payout } = await ready()
      const { id, asked } = await payout()
      const bad = sign(asked, { otherKey: true })
      const answers = await Promise.all(Array.from({ length: 20 }, () => check(id, bad)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(5)
      expect((await check(id, sign(asked))).body.code).toBe('transaction_locked')
    })

    it('goes by an approved transaction, and what it could approve it cannot any more', async () => {
      const { doors, subject, factor, check, sign, payout } = await ready()
      const waiting = await payout()
      const credential = sign(waiting.asked)
      const { id } = (await doors.v1('POST', `${subject.path}/factors/${factor}/removal`, {})).body
      const asked = await doors.v1('POST', `/transactions/${id}/challenges`, { factor: 'passkey' })
      const removed = await check(id, sign(asked))
      expect(removed.body.status).toBe('released')
      expect((await doors.v1('GET', subject.path)).body.factors).toEqual([])
      expect((await check(waiting.id, credential)).body).toMatchObject({
        status: 'pending',
        next_action: { checks_left: 4 },
      })
    })

    it('is enrolled once for a transaction, ten minutes long, and after the approval only', async () => {
      const { doors, subject } = await ready()
      const { id } = (await doors.v1('POST', `${subject.path}/factors`, { type: 'passkey', name: 'Chave' })).body
      expect((await doors.v1('GET', `/transactions/${id}/enrolment`)).body.code).toBe('transaction_not_approved')
      doors.clock.advance(60_000)
      await doors.v1('POST', `/transactions/${id}/challenges`, { factor: 'sms' })
      await doors.v1('POST', `/transactions/${id}/checks`, { code: doors.codeFor(subject.phone) })
      expect((await doors.v1('GET', `/transactions/${id}/enrolment`)).status).toBe(200)
      expect((await doors.v1('POST', `/transactions/${id}/release`)).status).toBe(403)
      doors.clock.advance(600_000)
      expect((await doors.v1('GET', `/transactions/${id}/enrolment`)).body.code).toBe('enrolment_over')
    })
  })
})
