import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { builtInPolicies, type Policies } from '../../src/gate/policy.ts'
import { readPolicies } from '../../src/gate/policy-file.ts'
import { openDoors } from '../support/doors.ts'
import { enrolApp, enrolledSubject, enrolPasskey, openPayout } from '../support/enrol.ts'
import { forEachStore } from '../support/stores.ts'

const high = policies({
  kinds: { 'payout.withdraw': { above: [{ amount: '50000.00', assurance: 'high', code_length: 8 }] } },
})
const much = { amount: { value: '50000.00', currency: 'BRL' }, payee: 'Aurora' }
const withdraw = { kind: 'payout.withdraw' }

function policies(table: object): Policies {
  const read = readPolicies(table)
  if ('faults' in read) throw new Error(read.faults.join())
  return read.policies
}

describe('assurance', () => {
  forEachStore((_name, openStore) => {
    async function ready(rules: Policies = high) {
      const doors = await openDoors((await openStore()).db, { policies: rules })
      const subject = await enrolledSubject(doors)
      doors.clock.advance(60_000)
      return { doors, subject }
    }

    it('above an amount asks for two elements: a text message alone only proves one', async () => {
      const { doors, subject } = await ready()
      const app = await enrolApp(doors, subject)
      doors.clock.advance(86_400_000)
      const { id, asked } = await openPayout(doors, subject, 'sms', { ...withdraw, summary: much })
      expect(asked.body.next_action.code_length).toBe(8)
      const half = await doors.v1('POST', `/transactions/${id}/checks`, { code: doors.codeFor(subject.phone) })
      expect(half.body).toMatchObject({
        status: 'pending',
        next_action: { type: 'choose_factor', proven: ['sms'], factors: ['totp'] },
      })
      expect((await doors.v1('POST', `/transactions/${id}/release`)).body.code).toBe('transaction_not_approved')
      await doors.v1('POST', `/transactions/${id}/challenges`, { factor: 'totp' })
      const whole = await doors.v1('POST', `/transactions/${id}/checks`, { code: app.codeAt() })
      expect(whole.body).toMatchObject({ status: 'approved', approved_by: ['sms', 'totp'], assurance: 'high' })
      const { receipt } = (await doors.v1('POST', `/transactions/${id}/release`)).body
      expect(decodeJwt(receipt)).toMatchObject({ amr: ['sms', 'totp'], acr: 'high' })
    })

    it('is high by a passkey alone, once that is a day old', async () => {
      const { doors, subject } = await ready()
      const { authenticator } = await enrolPasskey(doors, subject)
      const body = { ...withdraw, subject: subject.subject, summary: much, payload: {} }
      const young = await doors.v1('POST', '/transactions', body)
      expect(young.body.code).toBe('assurance_not_reachable')
      doors.clock.advance(86_400_000)
      const { id, asked } = await openPayout(doors, subject, 'passkey', { ...withdraw, summary: much })
      const credential = authenticator.authenticate({ publicKey: asked.body.next_action.public_key })
      expect((await doors.v1('POST', `/transactions/${id}/checks`, { credential })).body.status).toBe('approved')
    })

    it('that the subject cannot reach opens nothing, and says what is missing', async () => {
      const { doors, subject } = await ready()
      const refused = await doors.v1('POST', '/transactions', {
        ...withdraw,
        subject: subject.subject,
        summary: much,
        payload: {},
      })
      expect([refused.status, refused.body.code]).toEqual([422, 'assurance_not_reachable'])
      expect((await doors.v1('GET', `/transactions?subject=${subject.subject}&status=pending`)).body.data).toEqual([])
    })

    it('is not raised by proving one thing twice', async () => {
      const { doors, subject } = await ready()
      await enrolApp(doors, subject)
      doors.clock.advance(86_400_000)
      const { id } = await openPayout(doors, subject, 'sms', { ...withdraw, summary: much })
      await doors.v1('POST', `/transactions/${id}/checks`, { code: doors.codeFor(subject.phone) })
      doors.clock.advance(60_000)
      const again = await doors.v1('POST', `/transactions/${id}/challenges`, { factor: 'call' })
      expect(again.body.code).toBe('factor_not_allowed')
    })

    it('begins anew with a change, and a change never lowers it', async () => {
      const { doors, subject } = await ready()
      const app = await enrolApp(doors, subject)
      doors.clock.advance(86_400_000)
      const { id } = await openPayout(doors, subject, 'sms', { ...withdraw, summary: much })
      await doors.v1('POST', `/transactions/${id}/checks`, { code: doors.codeFor(subject.phone) })
      const summary = { payee: 'Aurora', amount: { value: '10.00', currency: 'BRL' } }
      const changed = await doors.v1('PATCH', `/transactions/${id}`, { summary })
      expect(changed.body).toMatchObject({
        version: 2,
        assurance: 'high',
        next_action: { proven: [], factors: ['sms', 'whatsapp', 'call', 'totp'] },
      })
      await doors.v1('POST', `/transactions/${id}/challenges`, { factor: 'totp' })
      const half = await doors.v1('POST', `/transactions/${id}/checks`, { code: app.codeAt() })
      expect(half.body.status).toBe('pending')
    })

    it('that a change would raise beyond reach refuses the change', async () => {
      const { doors, subject } = await ready()
      const { id } = await openPayout(doors, subject, 'sms', withdraw)
      const raised = await doors.v1('PATCH', `/transactions/${id}`, { summary: much })
      expect(raised.body.code).toBe('assurance_not_reachable')
      expect((await doors.v1('GET', `/transactions/${id}`)).body.version).toBe(1)
    })

    it('counts two right answers at once once each, and approves once', async () => {
      const { doors, subject } = await ready()
      const app = await enrolApp(doors, subject)
      doors.clock.advance(86_400_000)
      const { id } = await openPayout(doors, subject, 'sms', { ...withdraw, summary: much })
      const code = doors.codeFor(subject.phone)
      await doors.v1('POST', `/transactions/${id}/checks`, { code })
      await doors.v1('POST', `/transactions/${id}/challenges`, { factor: 'totp' })
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => doors.v1('POST', `/transactions/${id}/checks`, { code: app.codeAt() })),
      )
      expect(answers.filter(({ body }) => body.status === 'approved')).toHaveLength(1)
      const { data } = (await doors.v1('GET', `/transactions/${id}/events`)).body
      expect(data.filter(({ type }: { type: string }) => type === 'transaction.approved')).toHaveLength(1)
    })

    it('of six digits becomes one of eight for much money, by the rules that are built in', async () => {
      const { doors, subject } = await ready(builtInPolicies)
      const summary = { payee: 'Aurora', amount: { value: '100000.00', currency: 'BRL' } }
      const { id, asked } = await openPayout(doors, subject, 'sms', { ...withdraw, summary })
      expect(asked.body.next_action.code_length).toBe(8)
      expect(doors.codeFor(subject.phone)).toMatch(/^\d{8}$/)
      expect((await doors.v1('POST', `/transactions/${id}/checks`, { code: '123456' })).status).toBe(422)
    })

    it('can ask that payee and amount stand in the message itself', async () => {
      const { doors, subject } = await ready(policies({ default: { show: 'message' } }))
      const { made } = await openPayout(doors, subject, 'sms')
      expect(made.body.next_action.factors).toEqual(['sms', 'call'])
      const refused = await openPayout(doors, subject, 'whatsapp')
      expect(refused.asked.status).toBe(422)
    })
  })
})

describe('a file of policies', () => {
  it('names every fault by its path', () => {
    const read = readPolicies({
      default: { code_length: 4, fallback: ['whatsapp', 'sms 30s'] },
      kinds: { 'contact.phone': {}, 'payout.withdraw': { assurance: 'maximal', colour: 'red' } },
      hold: -1,
    })
    expect('faults' in read && read.faults.join('\n')).toMatch(
      /default\.code_length[\s\S]*default\.fallback[\s\S]*payout\.withdraw/,
    )
  })

  it('changes what it names and leaves the rest as it is built in', () => {
    const { byKind, usual, holdMs } = policies({
      default: { fallback: ['whatsapp 20s', 'sms 30s', 'call'] },
      hold: 3600,
    })
    expect(usual.fallback).toEqual([
      { channel: 'whatsapp', waitS: 20 },
      { channel: 'sms', waitS: 30 },
      { channel: 'call', waitS: 0 },
    ])
    expect(byKind['payout.withdraw']?.shown.amount).toBe('required')
    expect(holdMs).toBe(3_600_000)
  })
})
