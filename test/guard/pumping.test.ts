import { expect, it } from 'vitest'
import { sql } from '../../src/store/db.ts'
import { openDoors, payout, serviceSid } from '../support/doors.ts'
import { describeStores } from '../support/stores.ts'

const verifications = `/v2/Services/${serviceSid}/Verifications`
const checks = `/v2/Services/${serviceSid}/VerificationCheck`

describeStores('pumping', (openStore) => {
  async function ready(guard: object = {}) {
    const store = await openStore()
    const doors = await openDoors(store.db, { guard: { buckets: 'enforce', ...guard } })
    const start = async (To: string, more: Record<string, string> = {}) =>
      doors.v2('POST', verifications, { To, Channel: 'sms', ...more })
    const enter = async (To: string) => doors.v2('POST', checks, { To, Code: doors.sent.at(-1)?.code ?? '' })
    return { store, doors, start, enter }
  }
  const angolan = (i: number) => `+24492${String(3_000_000 + i * 10_007).slice(0, 7)}`

  it('of one block of numbers ends after six codes that nobody enters, and another block goes on', async () => {
    const { start, doors } = await ready()
    const answers = []
    for (let i = 0; i < 10; i++) answers.push(await start(`+55119876500${10 + i}`))
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201, 201, 403, 403, 403, 403])
    expect(answers.at(-1)?.body.code).toBe(60410)
    expect(doors.sent).toHaveLength(6)
    expect((await start('+5511987660010')).status).toBe(201)
  })

  it('ends nothing where the codes are entered', async () => {
    const { start, enter } = await ready()
    for (let i = 0; i < 30; i++) {
      expect((await start(`+55119876500${10 + i}`)).status).toBe(201)
      expect((await enter(`+55119876500${10 + i}`)).body.status).toBe('approved')
    }
  })

  it('of another country costs what its bucket holds, whatever numbers and sources it takes', async () => {
    const { start, doors } = await ready()
    const answers = []
    for (let i = 0; i < 60; i++) answers.push((await start(angolan(i), { DeviceIp: `198.${18 + i}.7.9` })).status)
    // USD 1.75 at 8 cents a text.
    expect(doors.sent).toHaveLength(21)
    expect(answers.slice(21)).toEqual(Array(39).fill(403))
  })

  it('from one address ends after eight codes, and shares nothing with what a private address asks', async () => {
    const { start } = await ready()
    const from = (ip: string, n: number) =>
      Promise.all(Array.from({ length: n }, (_, i) => start(`+5511${900000000 + i * 1_010_101}`, { DeviceIp: ip })))
    const allowed = (answers: { status: number }[]) => answers.filter(({ status }) => status === 201).length
    expect(allowed(await from('203.0.114.9', 12))).toBe(8)
    expect(allowed(await from('::ffff:203.0.114.9', 4))).toBe(0)
  })

  it('of one number is bombing: five messages, then it waits', async () => {
    const { start, doors } = await ready()
    const to = '+5511987654321'
    for (let i = 0; i < 5; i++) expect((await start(to)).status).toBe(201)
    const refused = await start(to)
    expect([refused.status, refused.body.code]).toEqual([429, 60203])
    doors.clock.advance(11 * 60_000)
    const later = await start(to)
    expect([later.status, later.body.code]).toEqual([429, 60203])
    expect(Number(later.headers['retry-after'])).toBeGreaterThan(60)
    doors.clock.advance(3 * 3_600_000)
    expect((await start(to)).status).toBe(201)
  })

  it('does not stop the owner of a number that proved itself', async () => {
    const { start, enter } = await ready()
    const to = '+5511987650099'
    await start(to)
    await enter(to)
    for (let i = 0; i < 8; i++) await start(`+55119876500${10 + i}`)
    expect((await start('+5511987650077')).status).toBe(403)
    expect((await start(to)).status).toBe(201)
  })

  it('goes past the guard for the safe list and RiskCheck, and is written down', async () => {
    const { start, doors } = await ready()
    for (let i = 0; i < 7; i++) await start(`+55119876500${10 + i}`)
    expect((await start('+5511987650050', { RiskCheck: 'disable' })).status).toBe(201)
    await doors.v2('POST', '/v2/SafeList/Numbers', { PhoneNumber: '+5511987650051' })
    expect((await start('+5511987650051')).status).toBe(201)
    await doors.gate.guard.flush()
    const rows = await doors.gate.db.read(sql<{ reasons: string }>`select reasons from guard_decisions order by at, id`)
    expect(rows.at(-1)?.reasons).toContain('safe_listed')
  })

  it('is diverted at the gate: the answer names the ways that pay no fraudster', async () => {
    const { doors, start } = await ready()
    for (let i = 0; i < 7; i++) await start(`+55119876543${10 + i}`)
    const made = await doors.v1('POST', '/transactions', payout({ contact: { phone: '+5511987654350' } }))
    const refused = await doors.v1('POST', `/transactions/${made.body.id}/challenges`, { factor: 'sms' })
    expect([refused.status, refused.body.code]).toEqual([422, 'another_way_needed'])
    expect(JSON.stringify(refused.body)).toContain('whatsapp')
    expect(JSON.stringify(refused.body)).not.toContain('block')
    const { body } = await doors.v1('POST', `/transactions/${made.body.id}/challenges`, { factor: 'whatsapp' })
    expect(body.next_action.sends_left).toBe(4)
  })

  it('takes nothing for what is refused for another reason', async () => {
    const { start, doors } = await ready()
    const to = '+5511987650010'
    const balances = async () => {
      const rows = await doors.gate.db.read(sql<{ scope: string; sent: number }>`select scope, sent from guard_buckets`)
      return Object.fromEntries(rows.map(({ scope, sent }) => [scope, Math.round(sent)]))
    }
    expect((await start(to, { TemplateSid: `HJ${'a'.repeat(32)}` })).status).toBe(404)
    expect(await balances()).toEqual({})
    const service = `/v2/Services/${serviceSid}`
    const limit = await doors.v2('POST', `${service}/RateLimits`, { UniqueName: 'ip' })
    await doors.v2('POST', `${service}/RateLimits/${limit.body.sid}/Buckets`, { Max: '1', Interval: '60' })
    const limited = { RateLimits: '{"ip":"203.0.114.9"}' }
    expect((await start(to, limited)).status).toBe(201)
    expect((await start(to, limited)).status).toBe(429)
    expect(await balances()).toMatchObject({ num: 1, block: 1, 'home-': 1, stat: 1 })
  })

  it('is forgotten by no restart', async () => {
    const { store, start } = await ready()
    for (let i = 0; i < 6; i++) await start(`+55119876500${10 + i}`)
    const again = await openDoors(await store.another(), { guard: { buckets: 'enforce' } })
    const answer = await again.v2('POST', verifications, { To: '+5511987650050', Channel: 'sms' })
    expect(answer.status).toBe(403)
  })

  it('in shadow is only noted, with its reasons and no number', async () => {
    const { start, doors } = await ready({ buckets: 'shadow' })
    for (let i = 0; i < 8; i++) expect((await start(`+55119876500${10 + i}`)).status).toBe(201)
    await doors.gate.guard.flush()
    const rows = await doors.gate.db.read(
      sql<{ action: string; enforced: number; reasons: string }>`select * from guard_decisions order by at, id`,
    )
    expect(rows.map(({ action }) => action)).toEqual([...Array(6).fill('allow'), 'divert', 'divert'])
    expect(rows.at(-1)).toMatchObject({ enforced: 0 })
    expect(rows.at(-1)?.reasons).toMatch(/"scope":"block".*"sent":6,"entered":0/)
    const everything = JSON.stringify([rows, await doors.gate.db.read(sql`select * from guard_buckets`)])
    expect(everything).not.toMatch(/1198765001\d/)
  })
})
