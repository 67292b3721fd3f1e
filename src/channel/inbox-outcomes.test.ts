import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock, type TurnableClock } from '../lib/clock.ts'
import { systemRandom } from '../lib/random.ts'
import type { DeliveryReport } from '../model/delivery.ts'
import type { OutgoingMessage } from './carrier.ts'
import { createInbox, type InboxOptions } from './inbox.ts'
import { parseTestNumbers } from './inbox-test-numbers.ts'

const to = '+5511987654321'
const random = systemRandom()
const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** An inbox under a clock that only moves when it is turned, and what was reported. */
function opened(more: Partial<InboxOptions> = {}) {
  const start = systemClock().now()
  let turned = 0
  const clock: TurnableClock = {
    now: () => start + turned,
    advance: (ms) => {
      turned += ms
    },
    get offsetMs() {
      return turned
    },
  }
  const reports: DeliveryReport[] = []
  const inbox = createInbox({ clock, random, ...more })
  inbox.onReport(async (report) => void reports.push(report))
  return { clock, reports, inbox }
}

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'aval-inbox-'))
  folders.push(folder)
  return join(folder, 'inbox.jsonl')
}

function message(more: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return { id: 'msg_1', to, channel: 'sms', body: 'Aval: 123456', code: '123456', locale: 'pt-BR', ...more }
}

describe('chaos in the inbox', () => {
  it('leaves what it does not concern instant, and reports nothing of it', async () => {
    const { inbox, reports } = opened()
    inbox.setChaos({ whatsapp: { drop: 100 } })
    expect(inbox.isInstant(message())).toBe(true)
    expect(inbox.isInstant(message({ channel: 'whatsapp' }))).toBe(false)
    expect(await inbox.send(message())).toEqual({ carrierId: null, status: 'delivered' })
    await inbox.tick()
    expect(reports).toEqual([])
  })

  it('shows a delayed message at its time and not before, wakes who waits for it, and reports it once', async () => {
    const { inbox, clock, reports } = opened()
    inbox.setChaos({ sms: { delay_ms: 20_000 } })
    const { carrierId, status } = await inbox.send(message())
    expect([status, carrierId]).toEqual(['sent', expect.stringMatching(/^IN[0-9a-f]{32}$/)])
    const waiting = inbox.waitLatest({ to }, 60_000)
    clock.advance(19_999)
    await inbox.tick()
    expect([await inbox.list(), await inbox.latest(), reports]).toEqual([[], undefined, []])
    expect(inbox.unseen()).toEqual([expect.objectContaining({ to, state: 'under_way' })])
    expect(JSON.stringify(inbox.unseen())).not.toContain('123456')

    const { revision } = inbox
    clock.advance(1)
    await inbox.tick()
    await inbox.tick()
    expect(await waiting).toMatchObject({ code: '123456' })
    expect(inbox.revision).not.toBe(revision)
    expect(reports).toEqual([{ carrier: 'inbox', carrierId, messageId: 'msg_1', status: 'delivered' }])
    expect(inbox.unseen()).toEqual([])
  })

  it('orders by arrival, and shows by the clock even where nobody ticks', async () => {
    const { inbox, clock } = opened()
    inbox.setChaos({ sms: { delay_ms: 1000 } })
    await inbox.send(message({ body: 'slow' }))
    inbox.setChaos({ sms: {} })
    await inbox.send(message({ body: 'quick' }))
    clock.advance(1000)
    expect((await inbox.list()).map(({ body }) => body)).toEqual(['slow', 'quick'])
  })

  it('reports what is not delivered with the code and what it means, and shows it to nobody', async () => {
    const { inbox, clock, reports } = opened()
    inbox.setChaos({ call: { delay_ms: 500, undelivered: { percent: 100, code: '30006', kind: 'channel' } } })
    const { carrierId } = await inbox.send(message({ channel: 'call' }))
    await inbox.tick()
    expect(reports).toEqual([])
    clock.advance(500)
    await inbox.tick()
    const failure = { kind: 'channel', code: '30006' }
    expect(reports).toEqual([{ carrier: 'inbox', carrierId, messageId: 'msg_1', status: 'undelivered', failure }])
    expect(await inbox.list()).toEqual([])
    expect(inbox.unseen()).toEqual([expect.objectContaining({ state: 'undelivered', failureCode: '30006' })])
  })

  it('never tells of a dropped one', async () => {
    const { inbox, clock, reports } = opened()
    inbox.setChaos({ email: { drop: 100 } })
    expect(await inbox.send(message({ channel: 'email', to: 'a@example.com' }))).toMatchObject({ status: 'sent' })
    clock.advance(86_400_000)
    await inbox.tick()
    expect([await inbox.list(), reports]).toEqual([[], []])
    expect(inbox.unseen({ to: 'a@example.com' })).toEqual([expect.objectContaining({ state: 'dropped' })])
  })

  it('lets one arrive twice, and reports it once', async () => {
    const { inbox, reports } = opened()
    inbox.setChaos({ sms: { duplicate: 100 } })
    await inbox.send(message())
    await inbox.tick()
    expect((await inbox.list()).map(({ code }) => code)).toEqual(['123456', '123456'])
    expect(reports).toHaveLength(1)
  })

  it.each([
    ['rate_limit', '429'],
    ['fail', '500'],
  ])('refuses as a carrier that is out of breath (%s)', async (member, code) => {
    const { inbox, reports } = opened()
    inbox.setChaos({ sms: { [member]: 100 } })
    await expect(inbox.send(message())).rejects.toMatchObject({ name: 'CarrierRefusal', kind: 'temporary', code })
    await inbox.tick()
    expect([await inbox.list(), inbox.unseen(), reports]).toEqual([[], [], []])
  })

  it('replaces what is named and leaves the rest', () => {
    const { inbox } = opened()
    inbox.setChaos({ sms: { drop: 100 }, call: { fail: 5 } })
    inbox.setChaos({ sms: { delay_ms: 3 } })
    expect(inbox.chaos).toEqual({ sms: { delay_ms: 3 }, whatsapp: {}, call: { fail: 5 }, email: {} })
  })

  it('keeps what is under way over a restart, and reports what it had not reported', async () => {
    const file = newFile()
    const first = opened({ file })
    first.inbox.setChaos({
      sms: { delay_ms: 1000 },
      call: { duplicate: 1 },
      email: { undelivered: { percent: 100, code: '550', kind: 'permanent' } },
    })
    await first.inbox.send(message())
    await first.inbox.send(message({ channel: 'call' }))
    await first.inbox.tick()
    await first.inbox.send(message({ channel: 'email' }))
    await first.inbox.flush()
    expect(readFileSync(file, 'utf8')).toContain('"reported"')

    const second = opened({ file, clock: first.clock })
    expect((await second.inbox.list()).every(({ channel }) => channel === 'call')).toBe(true)
    await second.inbox.tick()
    expect(second.reports.map(({ status, failure }) => [status, failure?.code])).toEqual([['undelivered', '550']])
    first.clock.advance(1000)
    await second.inbox.tick()
    expect(second.reports.at(-1)?.status).toBe('delivered')
    expect(await second.inbox.latest()).toMatchObject({ channel: 'sms', code: '123456' })
    await second.inbox.flush()

    const third = opened({ file, clock: first.clock })
    await third.inbox.tick()
    expect(third.reports).toEqual([])
    expect(await third.inbox.list()).toEqual(await second.inbox.list())
    expect(third.inbox.unseen()).toEqual(second.inbox.unseen())
  })

  it('makes a report again that could not be taken, and waits for somebody to take any', async () => {
    const { clock } = opened()
    const inbox = createInbox({ clock, random })
    inbox.setChaos({ sms: { duplicate: 100 } })
    await inbox.send(message())
    await inbox.tick()
    const taken: DeliveryReport[] = []
    inbox.onReport(async () => {
      throw new Error('the store is away')
    })
    await expect(inbox.tick()).rejects.toThrow('the store is away')
    inbox.onReport(async (report) => void taken.push(report))
    await Promise.all([inbox.tick(), inbox.tick()])
    expect(taken).toHaveLength(1)
  })

  it('forgets what is under way when it is cleared', async () => {
    const { inbox, clock, reports } = opened()
    inbox.setChaos({ sms: { delay_ms: 1000 } })
    await inbox.send(message())
    inbox.clear()
    clock.advance(1000)
    await inbox.tick()
    expect([await inbox.list(), inbox.unseen(), reports]).toEqual([[], [], []])
  })

  it('shows each message from its own arrival on, in whatever order they were sent and delayed', async () => {
    const sends = fc.array(fc.record({ delayMs: fc.nat(5000), gapMs: fc.nat(2000) }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(sends, fc.nat(6000), async (all, lastMs) => {
        const { inbox, clock, reports } = opened()
        const due: [string, number][] = []
        for (const [i, { delayMs, gapMs }] of all.entries()) {
          inbox.setChaos({ sms: { delay_ms: delayMs, duplicate: 0.0001 } })
          await inbox.send(message({ body: `n ${i}`, to: `+551198765${i}` }))
          due.push([`n ${i}`, clock.now() + delayMs])
          clock.advance(gapMs)
        }
        clock.advance(lastMs)
        await inbox.tick()
        const now = clock.now()
        const expected = due.filter(([, at]) => at <= now).map(([body]) => body)
        expect(new Set((await inbox.list()).map(({ body }) => body))).toEqual(new Set(expected))
        expect(new Set(reports.map(({ carrierId }) => carrierId)).size).toBe(expected.length)
        expect(inbox.unseen()).toHaveLength(all.length - expected.length)
      }),
      { numRuns: 50 },
    )
  })
})

describe('test numbers in the inbox', () => {
  const testNumbers = parseTestNumbers(
    `${to}=undelivered:30003,+5511988880002=slow:20,+5511988880003=drop,bounce@example.com=undelivered:550,+5511988880004=429,+5511988880005=delivered`,
  )

  it('decide alone, whatever the chaos is', async () => {
    const { inbox, clock, reports } = opened({ testNumbers })
    inbox.setChaos({ sms: { fail: 100 }, email: { drop: 100 } })
    await inbox.send(message())
    await inbox.send(message({ to: '+5511988880002' }))
    await inbox.send(message({ to: '+5511988880003' }))
    await inbox.send(message({ to: 'BOUNCE@example.com', channel: 'email' }))
    await inbox.send(message({ to: '+5511988880005' }))
    await expect(inbox.send(message({ to: '+5511988880004' }))).rejects.toMatchObject({ code: '429' })
    await inbox.tick()
    expect(reports.map(({ status, failure }) => [status, failure])).toEqual([
      ['undelivered', { kind: 'temporary', code: '30003' }],
      ['undelivered', { kind: 'permanent', code: '550' }],
      ['delivered', undefined],
    ])
    clock.advance(20_000)
    await inbox.tick()
    expect(reports.at(-1)?.status).toBe('delivered')
    expect((await inbox.list()).map((one) => one.to)).toEqual(['+5511988880002', '+5511988880005'])
  })

  it('are never instant', () => {
    const { inbox } = opened({ testNumbers })
    for (const one of ['+5511988880005', 'Bounce@Example.com']) {
      expect(inbox.isInstant({ to: one, channel: 'sms' })).toBe(false)
    }
    expect(inbox.isInstant({ to: '+5511900000000', channel: 'sms' })).toBe(true)
  })
})
