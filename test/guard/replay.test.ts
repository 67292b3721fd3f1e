import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { defaultCuts } from '../../src/guard/buckets/scopes.ts'
import type { SendRules } from '../../src/guard/decide-send.ts'
import { builtInPrices } from '../../src/guard/prices.ts'
import { exportTrace } from '../../src/guard/replay/export-trace.ts'
import { createReplay } from '../../src/guard/replay/replay.ts'
import { BadTrace, readEvent, type TraceStart } from '../../src/guard/replay/trace.ts'
import { openDoors, serviceSid } from '../support/doors.ts'
import { describeStores } from '../support/stores.ts'

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
const rules: SendRules = {
  mode: 'enforce',
  buckets: 'enforce',
  countries: '*',
  home: 'BR',
  prices: builtInPrices,
  cuts: defaultCuts,
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'aval-replay-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return promisify(execFile)(process.execPath, [cli, 'guard', 'replay', ...args]).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    ({ code, stdout, stderr }) => ({ code, out: stdout, err: stderr }),
  )
}

const start = (id: string, t: number, more: object = {}) => ({
  type: 'start',
  id,
  t,
  to: `+23324${String(1_000_000 + t * 7919).slice(0, 7)}`,
  channel: 'sms',
  ip: '10.1.2.3',
  ...more,
})

describe('aval guard replay', () => {
  it('prints a decision for each start, and then the summary', async () => {
    const path = join(folder(), 'trace.jsonl')
    const honest = Array.from({ length: 30 }, (_, i) => [
      start(`h${i}`, i * 1000, { to: `+5511${987_000_000 + i * 10_007}`, ip: `10.9.${i}.1` }),
      { type: 'check', id: `h${i}`, t: i * 1000 + 500, correct: true },
      { type: 'delivered', id: `h${i}`, t: i * 1000 + 500 },
    ]).flat()
    const attack = Array.from({ length: 100 }, (_, i) => start(`a${i}`, 60_000 + i * 200, { price: 0.3 }))
    // A try at what was not sent is ignored, also a right one.
    const ignored = { type: 'check', id: 'a99', t: 90_000, correct: true }
    writeFileSync(path, [...honest, ...attack, ignored].map((event) => JSON.stringify(event)).join('\n'))
    const { code, out } = await run('--trace', path, '--json')
    expect(code).toBe(0)
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const { summary } = lines.pop()
    expect(lines).toHaveLength(130)
    expect(lines.slice(0, 30).every(({ action }) => action === 'allow')).toBe(true)
    expect(summary).toMatchObject({ starts: 130, entered: 30, actions: { allow: 35, divert: 95 } })
    expect(lines.at(-1)).toMatchObject({ id: 'a99', t: 79_800, action: 'divert' })
    expect(lines.at(-1).reasons[0].text).toMatch(/has sent \d codes lately, 0 of them entered/)
    expect(summary.saved_usd).toBeCloseTo(95 * 0.3, 3)
  })

  it('takes a candidate, and tells what is wrong with one', async () => {
    const path = folder()
    writeFileSync(join(path, 'trace.jsonl'), JSON.stringify(start('a', 0)))
    writeFileSync(
      join(path, 'closed.toml'),
      '[geo]\ncountries = ["BR"]\n[prices]\nas_of = "2026-11-01"\n[prices.usd.GH]\nsms = 0.5\n',
    )
    writeFileSync(join(path, 'bad.toml'), 'hom = "BR"\n[budgets]\nwide_tolerance = 4\n')
    const closed = await run('--trace', join(path, 'trace.jsonl'), '--policy', join(path, 'closed.toml'), '--json')
    expect(JSON.parse(closed.out.split('\n')[0] ?? '')).toMatchObject({
      action: 'block',
      reasons: [{ code: 'country_closed', country: 'GH' }],
    })
    const bad = await run('--trace', join(path, 'trace.jsonl'), '--policy', join(path, 'bad.toml'))
    expect([bad.code, bad.out]).toEqual([2, ''])
    expect(bad.err).toMatch(/hom is no rule of the guard/)
    expect(bad.err).toMatch(/wide_tolerance/)
  })

  it('takes rules that an operator wrote, and points at the word that is wrong', async () => {
    const path = folder()
    writeFileSync(join(path, 'trace.jsonl'), JSON.stringify(start('a', 0, { ip_country: 'NG', subject: 'org_1' })))
    writeFileSync(join(path, 'rules'), 'shadow block if subject = "org_1"\nhold 72h if ip_country != country\n')
    writeFileSync(join(path, 'wrong'), 'divert if contry = AO')
    const ruled = await run('--trace', join(path, 'trace.jsonl'), '--rules', join(path, 'rules'), '--json')
    expect(JSON.parse(ruled.out.split('\n')[0] ?? '')).toMatchObject({
      action: 'hold',
      reasons: [
        { code: 'rule', line: 1, shadow: true },
        { code: 'rule', line: 2, shadow: false },
      ],
    })
    const wrong = await run('--trace', join(path, 'trace.jsonl'), '--rules', join(path, 'wrong'))
    expect(wrong.code).toBe(2)
    expect(wrong.err).toMatch(/line 1, column 11: .*contry/)
  })

  it.each([
    ['no JSON', '{"t":', /line 2 of the trace is no JSON/],
    ['no event', '{"t":1,"type":"stop","id":"x"}', /line 2 of the trace is no event: type/],
    ['an unknown member', '{"t":9,"type":"check","id":"x","correct":true,"code":"123456"}', /code.*no member/],
    ['an earlier time', '{"t":1,"type":"check","id":"x","correct":true}', /line 2 .*before the line above/],
  ])('stops at a line that is %s', async (_title, line, message) => {
    const path = join(folder(), 'trace.jsonl')
    writeFileSync(path, `${JSON.stringify(start('a', 5))}\n${line}\n`)
    const { code, err } = await run('--trace', path)
    expect(code).toBe(2)
    expect(err).toMatch(message)
    expect(err).not.toContain('123456')
  })

  it('says what is wrong with its arguments and files', async () => {
    for (const [args, message] of [
      [[], /needs --trace/],
      [['--trace', '/nowhere/trace'], /cannot be read \(ENOENT\)/],
      [['--speed', '9'], /--speed/],
    ] as const) {
      const { code, err } = await run(...args)
      expect(code).toBe(2)
      expect(err).toMatch(message)
    }
  })

  it('reads or refuses any line, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((value) => JSON.stringify(value)),
        ),
        (text) => {
          try {
            readEvent(text, 1)
          } catch (error) {
            expect(error).toBeInstanceOf(BadTrace)
          }
        },
      ),
    )
  })

  it('counts a number that was once spelled without its ninth digit as the same', () => {
    const replay = createReplay(rules)
    const ask = (to: string, i: number) => replay.start(start(`n${i}`, 0, { to }) as TraceStart).action
    const answers = Array.from({ length: 7 }, (_, i) => ask(i % 2 ? '+551187654321' : '+5511987654321', i))
    expect(answers).toEqual(['allow', 'allow', 'allow', 'allow', 'allow', 'wait', 'wait'])
  })
})

describeStores('a replay', (openStore) => {
  it('decides as the service did', async () => {
    const doors = await openDoors((await openStore()).db, { guard: { buckets: 'enforce' } })
    const replay = createReplay(rules)
    const first = doors.clock.now()
    const differing: string[] = []
    const chance = Array.from({ length: 120 }, (_, i) => (i * 7919) % 101)
    for (const [i, n] of chance.entries()) {
      const to =
        n % 3 === 0
          ? `+5511987${650_000 + n}`
          : n % 3 === 1
            ? `+233244${100_000 + n * 31}`
            : `+5521998${100_000 + n * 997}`
      const ip = n % 4 === 0 ? undefined : `198.${60 + (n % 5)}.7.${n % 7}`
      const t = doors.clock.now() - first
      const answer = await doors.v2('POST', `/v2/Services/${serviceSid}/Verifications`, {
        To: to,
        Channel: 'sms',
        ...(ip && { DeviceIp: ip }),
      })
      const replayed = replay.start({ t, type: 'start', id: `v${i}`, to, channel: 'sms', ip })
      const served = answer.status === 201 ? 'allow' : answer.body.code === 60203 ? 'wait' : 'divert'
      if (served !== replayed.action) differing.push(`${i}: ${served}, replayed ${replayed.action}`)
      if (answer.status === 201 && n % 5 === 0) {
        doors.clock.advance(5_000)
        const Code = doors.sent.at(-1)?.code ?? ''
        await doors.v2('POST', `/v2/Services/${serviceSid}/VerificationCheck`, { To: to, Code })
        await doors.gate.guard.flush()
        replay.check({ t: doors.clock.now() - first, type: 'check', id: `v${i}`, correct: true })
      }
      doors.clock.advance(3_000 + n * 50)
    }
    expect(differing).toEqual([])
  })

  it('decides of what was exported as the service did, and shows no number on the way', async () => {
    const { db } = await openStore()
    const doors = await openDoors(db, { guard: { buckets: 'enforce' } })
    const from = doors.clock.now()
    const served: string[] = []
    for (let i = 0; i < 30; i++) {
      const to = i % 3 ? `+551198765${1000 + i}` : `+5521998${100_000 + i * 997}`
      const answer = await doors.v2('POST', `/v2/Services/${serviceSid}/Verifications`, { To: to, Channel: 'sms' })
      served.push(answer.status === 201 ? 'allow' : 'divert')
      doors.clock.advance(2_000)
      if (answer.status !== 201 || i % 3) continue
      const Code = doors.sent.at(-1)?.code ?? ''
      await doors.v2('POST', `/v2/Services/${serviceSid}/VerificationCheck`, { To: to, Code })
    }
    await doors.gate.guard.flush()
    doors.clock.advance(1)
    const { events, left } = await exportTrace(doors.gate, from, doors.clock.now())
    expect([left, events.filter(({ type }) => type === 'check').length]).toEqual([0, 10])
    const replay = createReplay(rules)
    const replayed = events.flatMap((event) => {
      if (event.type === 'start') return [replay.start(event).action]
      if (event.type === 'check') replay.check(event)
      return []
    })
    expect(replayed).toEqual(served)
    expect(served).toContain('divert')
    const text = events.map((event) => JSON.stringify(event))
    for (const [line, one] of text.entries()) expect(readEvent(one, line + 1)).toBeDefined()
  })
})
