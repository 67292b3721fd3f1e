import { setTimeout as sleep } from 'node:timers/promises'
import { TOTP } from 'otpauth'
import { expect, it } from 'vitest'
import { type Json, payout, wrong } from '../support/doors.ts'
import { type Asker, burst, type Told, tally } from './attacker.ts'

const limit = { timeout: 60_000 }
const ended = ['transaction_approved', 'transaction_denied', 'transaction_canceled', 'transaction_locked']

/** The promises that must hold however many requests come at once, over however many nodes. */
export function raceGate(ask: () => Asker): void {
  it('of a hundred wrong codes at once, five are answered, and as many are counted', limit, async () => {
    const { id, code } = await opened(ask())
    const answers = await burst(100, () => check(ask(), id, wrong(code)))
    expect(tally(answers)).toEqual({ 200: 5, '409 transaction_locked': 95 })
    expect(await eventsOf(ask(), id)).toEqual(['created', 'challenged', ...Array(4).fill('checked'), 'locked'])
    expect((await check(ask(), id, code)).body.code).toBe('transaction_locked')
  })

  it('of a hundred guesses with the right code among them, no more than five are answered', limit, async () => {
    const { id, code } = await opened(ask())
    const answers = await burst(100, (i) => check(ask(), id, i === 50 ? code : wrong(code)))
    const answered = answers.filter(({ status }) => status === 200).length
    const events = await eventsOf(ask(), id)
    expect(answered).toBeLessThanOrEqual(5)
    expect(events.length - 2).toBe(answered)
    expect(answers.every(({ status, body }) => status === 200 || ended.includes(body.code))).toBe(true)
    expect(['locked', 'approved']).toContain(events.at(-1))
  })

  it('of a hundred right codes at once, one approves', limit, async () => {
    const { id, code } = await opened(ask())
    const answers = await burst(100, () => check(ask(), id, code))
    expect(tally(answers)).toEqual({ 200: 1, '409 transaction_approved': 99 })
    expect(answers.find(({ status }) => status === 200)?.body).toMatchObject({ status: 'approved' })
    expect(await eventsOf(ask(), id)).toEqual(['created', 'challenged', 'approved'])
  })

  it('of fifty releases at once, one gets the payload', limit, async () => {
    const { id, code } = await opened(ask())
    await check(ask(), id, code)
    const answers = await burst(50, () => ask().v1('POST', `/transactions/${id}/release`))
    expect(tally(answers)).toEqual({ 200: 1, '409 release_in_progress': 49 })
    await ask().advance(61_000)
    const later = await burst(50, () => ask().v1('POST', `/transactions/${id}/release`))
    expect(tally(later)).toEqual({ 200: 1, '409 release_in_progress': 49 })
    const ids = [...answers, ...later].flatMap(({ body }) => body.release_id ?? [])
    expect(new Set(ids).size).toBe(1)
    const body = { release_id: ids[0] }
    const acknowledged = await burst(20, () => ask().v1('POST', `/transactions/${id}/release/ack`, body))
    expect(tally(acknowledged)).toEqual({ 200: 20 })
    expect((await eventsOf(ask(), id)).filter((type) => type === 'released')).toHaveLength(1)
  })

  it('of many first sends at once, one leaves', limit, async () => {
    const request = payout()
    const { id } = (await ask().v1('POST', '/transactions', request)).body
    const answers = await burst(20, () => ask().v1('POST', `/transactions/${id}/challenges`, { factor: 'sms' }))
    expect(tally(answers)).toEqual({ 200: 1, '429 resend_too_soon': 19 })
    expect(await ask().messagesTo(request.contact.phone)).toBe(1)
  })

  it('sends five codes at most, whatever is asked for at once', limit, async () => {
    const { id, phone } = await opened(ask())
    const answers: Told[] = []
    for (let round = 0; round < 6; round++) {
      await ask().advance(91_000)
      answers.push(...(await burst(10, () => ask().v1('POST', `/transactions/${id}/challenges`, { factor: 'sms' }))))
    }
    expect(tally(answers)[200]).toBe(4)
    expect(await ask().messagesTo(phone)).toBe(5)
  })

  it('is approved, denied or canceled, and only one of them', limit, async () => {
    const seen = new Set<string>()
    // From the same instant to one where the first has surely won: a check takes more steps than the others.
    const leadsMs = [0, 5, 50, 500]
    for (let round = 0; round < 12; round++) {
      const { id, code } = await opened(ask())
      const moves: [string, () => Promise<Told>][] = [
        ['approved', () => check(ask(), id, code)],
        ['denied', () => ask().v1('POST', `/transactions/${id}/deny`)],
        ['canceled', () => ask().v1('POST', `/transactions/${id}/cancel`)],
      ]
      const order = [0, 1, 2].map((i) => moves[(i + round) % 3] as (typeof moves)[number])
      const lead = leadsMs[Math.floor(round / 3)] ?? 0
      const answers = await Promise.all(order.map(([, move], i) => (i && lead ? sleep(lead).then(move) : move())))
      const done = order.filter((_, i) => answers[i]?.status === 200).map(([name]) => name)
      const { body } = await ask().v1('GET', `/transactions/${id}`)
      expect(done).toEqual([body.status])
      const events = await eventsOf(ask(), id)
      expect(events.slice(2)).toEqual([body.status])
      seen.add(body.status)
    }
    expect([...seen].sort()).toEqual(['approved', 'canceled', 'denied'])
  })

  it('takes one of two first phones of a subject, and gives the other up', limit, async () => {
    for (let round = 0; round < 6; round++) {
      const first = await opened(ask())
      const others = await Promise.all([1, 2, 3].map(() => opened(ask(), { subject: first.subject })))
      const all = [first, ...others]
      const answers = await Promise.all(all.map(({ id, code }) => check(ask(), id, code)))
      const states = await Promise.all(all.map(async ({ id }) => (await ask().v1('GET', `/transactions/${id}`)).body))
      expect(states.map(({ status }: Json) => status).sort()).toEqual([
        'approved',
        'superseded',
        'superseded',
        'superseded',
      ])
      expect(tally(answers)).toEqual({ 200: 1, '409 transaction_superseded': 3 })
      const winner = all[states.findIndex(({ status }: Json) => status === 'approved')]
      const { contact: _, ...next } = payout({ subject: first.subject })
      const { body } = await ask().v1('POST', '/transactions', next)
      expect(body.next_action.to).toContain(winner?.phone.slice(-4))
    }
  })

  it('makes one transaction and sends one code for one idempotency key', limit, async () => {
    const request = payout({ factor: 'sms' })
    const headers = { 'idempotency-key': `race-${request.subject}` }
    const answers = await burst(30, () => ask().v1('POST', '/transactions', request, headers))
    const made = answers.filter(({ status }) => status === 201)
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1)
    expect(answers.every(({ status, body }) => status === 201 || body.code === 'idempotency_in_flight')).toBe(true)
    expect(await ask().messagesTo(request.contact.phone)).toBe(1)
    const { body } = await ask().v1('GET', `/transactions?subject=${request.subject}`)
    expect(body.data).toHaveLength(1)
  })

  it('changes versions one by one, and no code of an older one approves', limit, async () => {
    const { id, code } = await opened(ask())
    const answers = await Promise.all([
      ...Array.from({ length: 10 }, (_, n) => ask().v1('PATCH', `/transactions/${id}`, { payload: { n } })),
      ...Array.from({ length: 4 }, () => check(ask(), id, code)),
    ])
    const { body } = await ask().v1('GET', `/transactions/${id}`)
    const changed = answers.slice(0, 10).filter(({ status }) => status === 200).length
    const approved = answers.slice(10).filter(({ status }) => status === 200).length
    expect(body.version).toBe(1 + changed)
    expect(body.status).toBe(approved === 1 ? 'approved' : 'pending')
    expect((await eventsOf(ask(), id)).length).toBe(2 + changed + approved)
  })
}

/** The same promises at the Twilio door. */
export function raceVerify(ask: () => Asker): void {
  it('of a hundred wrong checks at once, five are answered', limit, async () => {
    const { to, code } = await started(ask())
    const answers = await burst(100, () => ask().v2('/VerificationCheck', { To: to, Code: wrong(code) }))
    expect(tally(answers)).toEqual({ 200: 5, '429 60202': 95 })
    expect(answers.filter(({ body }) => body.status === 'approved')).toEqual([])
    expect((await ask().v2('/VerificationCheck', { To: to, Code: code })).body.code).toBe(60202)
  })

  it('of a hundred right checks at once, one approves', limit, async () => {
    const { to, code } = await started(ask())
    const answers = await burst(100, () => ask().v2('/VerificationCheck', { To: to, Code: code }))
    expect(tally(answers)).toEqual({ 200: 1, '404 20404': 99 })
    expect(answers.find(({ status }) => status === 200)?.body).toMatchObject({ status: 'approved', valid: true })
  })

  it('of forty starts at once, five send, all of one verification with one code', limit, async () => {
    const { contact } = payout()
    const answers = await burst(40, () => ask().v2('/Verifications', { To: contact.phone, Channel: 'sms' }))
    expect(tally(answers)).toEqual({ 201: 5, '429 60203': 35 })
    expect(new Set(answers.flatMap(({ body }) => body.sid ?? [])).size).toBe(1)
    expect(await ask().messagesTo(contact.phone)).toBe(5)
  })

  it('is approved by a code or canceled, and only one of them', limit, async () => {
    for (let round = 0; round < 10; round++) {
      const { to, code, sid } = await started(ask())
      const answers = await Promise.all([
        ask().v2('/VerificationCheck', { To: to, Code: code }),
        ask().v2(`/Verifications/${sid}`, { Status: 'canceled' }),
      ])
      expect(tally(answers)).toEqual({ 200: 1, '404 20404': 1 })
    }
  })
}

/** An authenticator app enrolled by the Twilio door, verified, with its clock at the server's. */
async function appOf(ask: Asker) {
  const path = `/Entities/racer-${process.pid}-${Math.random().toString(36).slice(2, 10)}`
  const { body } = await ask.v2(`${path}/Factors`, { FriendlyName: 'App', FactorType: 'totp' })
  const factor = `${path}/Factors/${body.sid}`
  const totp = new TOTP({ secret: body.binding.secret })
  const code = (steps: number) => totp.generate({ timestamp: Date.parse(body.date_created) + steps * 30_000 })
  return {
    code,
    verify: (AuthPayload: string) => ask.v2(factor, { AuthPayload }),
    challenge: async () => (await ask.v2(`${path}/Challenges`, { FactorSid: body.sid })).body.sid as string,
    answer: (sid: string, AuthPayload: string) => ask.v2(`${path}/Challenges/${sid}`, { AuthPayload }),
  }
}

/** What the factors of the Twilio door promise, however many requests come at once. */
export function raceFactors(ask: () => Asker): void {
  it('of many wrong first codes at once, five are counted', limit, async () => {
    const app = await appOf(ask())
    const answers = await burst(30, () => app.verify(wrong(app.code(0))))
    expect(tally(answers)).toEqual({ 200: 5, '429 60310': 25 })
    expect((await app.verify(app.code(0))).body.code).toBe(60310)
  })

  it('of many right codes at once to several challenges, one approves', limit, async () => {
    const app = await appOf(ask())
    expect((await app.verify(app.code(0))).body.status).toBe('verified')
    const sids = await Promise.all(Array.from({ length: 6 }, () => app.challenge()))
    const answers = await burst(30, (i) => app.answer(sids[i % sids.length] as string, app.code(1)))
    expect(answers.filter(({ body }) => body.status === 'approved')).toHaveLength(1)
    // The first code is used up as well.
    expect((await app.answer(await app.challenge(), app.code(0))).body.status).toBe('pending')
  })

  it('of many wrong answers at once to a challenge, five are counted', limit, async () => {
    const app = await appOf(ask())
    await app.verify(app.code(0))
    const sid = await app.challenge()
    expect(tally(await burst(30, () => app.answer(sid, wrong(app.code(1)))))).toEqual({ 200: 5, '429 60308': 25 })
  })
}

async function opened(ask: Asker, more: Record<string, unknown> = {}) {
  const request = payout({ factor: 'sms', ...more })
  const { status, body } = await ask.v1('POST', '/transactions', request)
  if (status !== 201) throw new Error(`no transaction was made: ${JSON.stringify(body)}`)
  const { phone } = request.contact
  return { id: String(body.id), subject: request.subject, phone, code: await ask.codeFor(phone) }
}

async function started(ask: Asker) {
  const to = payout().contact.phone
  const { body } = await ask.v2('/Verifications', { To: to, Channel: 'sms' })
  return { to, sid: String(body.sid), code: await ask.codeFor(to) }
}

function check(ask: Asker, id: string, code: string): Promise<Told> {
  return ask.v1('POST', `/transactions/${id}/checks`, { code })
}

async function eventsOf(ask: Asker, id: string): Promise<string[]> {
  const { body } = await ask.v1('GET', `/transactions/${id}/events`)
  return body.data.map(({ type }: { type: string }) => type.replace('transaction.', ''))
}
