import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createAlarm } from '../../src/guard/alarm-hook.ts'
import type { Alarm } from '../../src/guard/caps.ts'
import type { SprayAlarm } from '../../src/guard/spraying.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { createOutbound } from '../../src/lib/outbound.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { loopback, parseNetworks } from '../../src/lib/reachable-address.ts'
import { Secret } from '../../src/lib/secret.ts'
import { accountSid, openDoors, payout, serviceSid } from '../support/doors.ts'
import { describeStores } from '../support/stores.ts'

const verifications = `/v2/Services/${serviceSid}/Verifications`

describeStores('a cap of spending', (openStore) => {
  async function ready(value: object, buckets = 'shadow') {
    const store = await openStore()
    const alarms: (Alarm | SprayAlarm)[] = []
    const doors = await openDoors(store.db, {
      guard: { buckets: buckets as never },
      onAlarm: (one) => alarms.push(one),
    })
    const set = (next: object, after: number) => doors.v1('PUT', '/caps', { value: next, why: 'test', after })
    expect((await set(value, 0)).status).toBe(200)
    let n = 0
    const start = async (more: Record<string, string> = {}, country = '+5511') =>
      (
        await doors.v2('POST', verifications, {
          To: `${country}${country === '+5511' ? 987000000 + 10_007 * n++ : 244100000 + 1009 * n++}`,
          Channel: 'sms',
          ...more,
        })
      ).status
    return { store, doors, start, set, alarms }
  }
  const times = async (n: number, run: () => Promise<number>) => {
    const answers = []
    for (let i = 0; i < n; i++) answers.push(await run())
    return answers
  }

  it('of a day holds also where buckets are only watched, and ends with the day', async () => {
    const { start, doors } = await ready({ day_usd: 0.5 })
    expect(await times(12, start)).toEqual([...Array(10).fill(201), 403, 403])
    doors.clock.advance(25 * 3_600_000)
    expect(await start()).toBe(201)
  })

  it('of a month holds when the day is over', async () => {
    const { start, doors } = await ready({ month_usd: 0.2, day_usd: 0.15 })
    expect(await times(4, start)).toEqual([201, 201, 201, 403])
    doors.clock.advance(86_400_000)
    const sameMonth = new Date(doors.clock.now() - 10_800_000).getUTCDate() > 1
    expect(await times(3, start)).toEqual(sameMonth ? [201, 403, 403] : [201, 201, 201])
  })

  it('of a channel, a country or an account holds them alone', async () => {
    const { start, doors } = await ready({
      by_channel: { call: { day_usd: 0.06 } },
      by_country: { GH: { day_usd: 0.3 } },
      by_service: { [accountSid]: { day_usd: 2 } },
    })
    expect(await start({ Channel: 'call' })).toBe(201)
    expect(await start({ Channel: 'call' })).toBe(403)
    expect(await start({}, '+233')).toBe(201)
    expect(await start({}, '+233')).toBe(403)
    expect(await start()).toBe(201)
    await times(40, start)
    expect(await start()).toBe(403)
    const gate = await doors.v1('POST', '/transactions', payout({ factor: 'sms' }))
    expect(gate.status).toBe(201)
  })

  it('raised meanwhile lends what was added, and no more', async () => {
    const { start, set, doors } = await ready({ day_usd: 0.2 })
    expect(await times(5, start)).toEqual([201, 201, 201, 201, 403])
    await set({ day_usd: 0.3 }, 1)
    doors.clock.advance(2_000)
    expect(await times(4, start)).toEqual([201, 201, 403, 403])
  })

  it('is one for two nodes, and each share of it is told once', async () => {
    const { store, start, doors, alarms } = await ready({ day_usd: 1 })
    const other = await openDoors(await store.another(), { clock: doors.clock, onAlarm: (one) => alarms.push(one) })
    const onOther = async (i: number) =>
      (await other.v2('POST', verifications, { To: `+5521998${100_000 + i * 997}`, Channel: 'sms' })).status
    const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => (i % 2 ? start() : onOther(i))))
    expect(answers.filter((status) => status === 201)).toHaveLength(20)
    expect(alarms.map((alarm) => 'percent' in alarm && alarm.percent).sort()).toEqual([100, 50, 80])
  })

  it('says so in the decision', async () => {
    const { start, doors } = await ready({ day_usd: 0 })
    expect(await start()).toBe(403)
    const { body } = await doors.v1('GET', '/decisions')
    expect(body.data[0].reasons[0].text).toMatch(
      /^the cap of everything, day \d{4}-\d\d-\d\d is spent: USD 0 of 0 are left, and a message costs 0.05$/,
    )
  })
})

describe('the alarm of a cap', () => {
  const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
  async function listen(answer: (n: number) => number) {
    const heard: { headers: Record<string, string>; body: string }[] = []
    const server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      heard.push({ headers: request.headers as Record<string, string>, body })
      response.writeHead(answer(heard.length)).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    return { heard, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/alarms` }
  }
  const alarm: Alarm = { label: 'sms, day 2026-11-23', percent: 80, spentUsd: 80.04, capUsd: 100 }
  function alarmTo(url: string, told: object[]) {
    return createAlarm({
      hook: { url, secret: new Secret(secret) },
      outbound: createOutbound({ networks: parseNetworks(loopback) }),
      clock: systemClock(),
      random: systemRandom(),
      log: { warn: (details) => told.push(details) },
      waits: [1, 1],
    })
  }

  it('is signed, and tried again under the same id until it is taken', async () => {
    const { heard, url } = await listen((n) => (n < 3 ? 503 : 204))
    await alarmTo(url, [])(alarm)
    expect(heard).toHaveLength(3)
    expect(new Set(heard.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    const { headers, body } = heard[2] as (typeof heard)[number]
    expect(new Webhook(secret).verify(body, headers)).toMatchObject({
      type: 'guard.cap_reached',
      data: { cap: 'sms, day 2026-11-23', percent: 80, spent_usd: 80.04, cap_usd: 100 },
    })
  })

  it('that nobody takes is in the log, and stops nothing', async () => {
    const told: object[] = []
    await alarmTo('http://127.0.0.1:9/', told)(alarm)
    expect(told).toHaveLength(2)
  })
})
