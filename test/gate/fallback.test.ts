import { describe, expect, it } from 'vitest'
import { CarrierRefusal } from '../../src/channel/carrier.ts'
import { fallBack } from '../../src/gate/fall-back.ts'
import { readPolicies } from '../../src/gate/policy-file.ts'
import type { DeliveryReport, FailureKind } from '../../src/model/delivery.ts'
import { StoreUnavailable, sql } from '../../src/store/db.ts'
import { noteDelivery } from '../../src/verify/note-delivery.ts'
import { openDoors, payout, serviceSid } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

const read = readPolicies({ default: { fallback: ['whatsapp 20s', 'sms 30s', 'call'] } })
const policies = 'policies' in read ? read.policies : undefined

describe('fallback', () => {
  forEachStore((_name, openStore) => {
    async function ready() {
      const doors = await openDoors((await openStore()).db, { ...(policies && { policies }) })
      const work = () => fallBack(doors.gate)
      const channels = () => doors.sent.map(({ channel }) => channel)
      async function start(factor = 'whatsapp') {
        const { body } = await doors.v1('POST', '/transactions', payout({ factor }))
        return body.id as string
      }
      const report = (status: DeliveryReport['status'], kind?: FailureKind, nth = -1) =>
        noteDelivery(doors.gate, {
          carrier: 'test',
          carrierId: doors.sent.at(nth)?.id ?? '',
          status,
          ...(kind && { failure: { kind, code: '30003' } }),
        })
      return { doors, work, channels, start, report }
    }

    it('moves on when nothing is heard within the wait, through the order of the policy, with one code and its life', async () => {
      const { doors, work, channels, start } = await ready()
      const id = await start()
      const first = await doors.v1('GET', `/transactions/${id}`)
      doors.clock.advance(19_000)
      await work()
      expect(channels()).toEqual(['whatsapp'])
      doors.clock.advance(1_000)
      await work()
      await work()
      expect(channels()).toEqual(['whatsapp', 'sms'])
      doors.clock.advance(30_000)
      await work()
      expect(channels()).toEqual(['whatsapp', 'sms', 'call'])
      expect(new Set(doors.sent.map(({ code }) => code)).size).toBe(1)
      const last = await doors.v1('GET', `/transactions/${id}`)
      expect(last.body.next_action).toMatchObject({ sends_left: 2, channel: 'call' })
      expect(last.body.next_action.code_expires_at).toBe(first.body.next_action.code_expires_at)
    })

    it('moves on at once when the message was not delivered', async () => {
      const { work, channels, start, report } = await ready()
      await start()
      await report('undelivered', 'channel')
      await work()
      expect(channels()).toEqual(['whatsapp', 'sms'])
    })

    it('moves on at once when the carrier refused the message', async () => {
      const { doors, work, channels, start } = await ready()
      const send = doors.carrier.send
      doors.carrier.send = async (message) => {
        if (message.channel === 'whatsapp') throw new CarrierRefusal('channel', '131026')
        return send(message)
      }
      const id = await start()
      expect((await doors.v1('GET', `/transactions/${id}`)).body.next_action).toMatchObject({
        delivery: 'undelivered',
        sends_left: 4,
      })
      await work()
      expect(channels()).toEqual(['sms'])
    })

    it('stops at a permanent failure', async () => {
      const { doors, work, channels, start, report } = await ready()
      await start()
      await report('undelivered', 'permanent')
      doors.clock.advance(60_000)
      await work()
      expect(channels()).toEqual(['whatsapp'])
    })

    it('stops when the message arrived, and goes on when it was only sent', async () => {
      const { doors, work, channels, start, report } = await ready()
      await start()
      await report('sent')
      doors.clock.advance(20_000)
      await work()
      expect(channels()).toEqual(['whatsapp', 'sms'])
      await report('delivered')
      doors.clock.advance(60_000)
      await work()
      expect(channels()).toEqual(['whatsapp', 'sms'])
    })

    it('does not overtake who chose another way, approved or denied', async () => {
      const { doors, work, channels, start } = await ready()
      const chosen = await start()
      doors.clock.advance(30_000)
      await doors.v1('POST', `/transactions/${chosen}/challenges`, { factor: 'call' })
      const approved = await start('sms')
      await doors.v1('POST', `/transactions/${approved}/checks`, { code: doors.sent.at(-1)?.code })
      const denied = await start('sms')
      await doors.v1('POST', `/transactions/${denied}/deny`)
      doors.clock.advance(120_000)
      await work()
      expect(channels()).toEqual(['whatsapp', 'call', 'sms', 'sms'])
    })

    it('spends no more than five sends', async () => {
      const { doors, work, channels, start } = await ready()
      const id = await start('sms')
      for (const wait of [31_000, 41_000, 61_000]) {
        doors.clock.advance(wait - 2_000)
        await doors.gate.db.write(sql`update messages set next_at = null`)
        doors.clock.advance(2_000)
        await doors.v1('POST', `/transactions/${id}/challenges`, { factor: 'sms' })
      }
      doors.clock.advance(91_000)
      await work()
      doors.clock.advance(91_000)
      await work()
      expect(channels()).toEqual(['sms', 'sms', 'sms', 'sms', 'call'])
    })

    it('is done once by two nodes at the same moment', async () => {
      const { doors, channels, start } = await ready()
      await start()
      doors.clock.advance(20_000)
      await Promise.all([fallBack(doors.gate), fallBack(doors.gate), fallBack(doors.gate)])
      expect(channels()).toEqual(['whatsapp', 'sms'])
    })

    it('is taken up again when the worker died', async () => {
      const { doors, work, channels, start } = await ready()
      await start()
      doors.clock.advance(20_000)
      const send = doors.gate.verifier.start
      doors.gate.verifier.start = async () => {
        throw new StoreUnavailable(new Error('killed'))
      }
      await expect(work()).rejects.toThrow(StoreUnavailable)
      doors.gate.verifier.start = send
      await work()
      expect(channels()).toEqual(['whatsapp'])
      doors.clock.advance(30_000)
      await work()
      expect(channels()).toEqual(['whatsapp', 'sms'])
    })
  })
})

describe('a delivery report', () => {
  forEachStore((_name, openStore) => {
    async function ready() {
      const doors = await openDoors((await openStore()).db)
      const { id } = (await doors.v1('POST', '/transactions', payout({ factor: 'sms' }))).body
      const carrierId = doors.sent[0]?.id ?? ''
      const report = (status: DeliveryReport['status'], more: Partial<DeliveryReport> = {}) =>
        noteDelivery(doors.gate, { carrier: 'test', carrierId, status, ...more })
      const seen = async () => (await doors.v1('GET', `/transactions/${id}`)).body.next_action.delivery
      return { doors, id, report, seen }
    }

    it('only ever moves a message forward, however late, often and disordered it comes', async () => {
      const { doors, report, seen } = await ready()
      await report('delivered')
      for (const late of ['sent', 'undelivered', 'sent', 'delivered'] as const)
        await report(late, { failure: { kind: 'permanent', code: '1' } })
      expect(await seen()).toBe('delivered')
      doors.clock.advance(2 * 86_400_000)
      for (let i = 0; i < 100; i++) await report('read')
      const [message] = await doors.gate.db.read(sql<{ status: string }>`select status from messages`)
      expect(message?.status).toBe('read')
    })

    it('approves nothing, ends nothing, and is ignored when the message is not ours', async () => {
      const { doors, id, report, seen } = await ready()
      const before = (await doors.v1('GET', `/transactions/${id}/events`)).body
      await report('read', { carrierId: 'unknown' })
      await report('read', { carrier: 'another' })
      expect(await seen()).toBe('sent')
      await report('read')
      expect((await doors.v1('GET', `/transactions/${id}/events`)).body).toEqual(before)
      expect((await doors.v1('GET', `/transactions/${id}`)).body.status).toBe('pending')
    })

    it('of a verification shows in its attempts', async () => {
      const { doors } = await ready()
      const to = '+5511987653333'
      const { sid } = (await doors.v2('POST', `/v2/Services/${serviceSid}/Verifications`, { To: to, Channel: 'sms' }))
        .body
      await noteDelivery(doors.gate, {
        carrier: 'test',
        carrierId: doors.sent.at(-1)?.id ?? '',
        status: 'undelivered',
        failure: { kind: 'temporary', code: '30003' },
      })
      const [row] = await doors.gate.db.read(
        sql<{
          delivery: string
          error_code: string
        }>`select delivery, error_code from attempts where verification_sid = ${sid}`,
      )
      expect(row).toMatchObject({ delivery: 'failed', error_code: '30003' })
    })
  })
})
