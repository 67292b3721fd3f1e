import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Expr, Rule, SignalRef } from './ast.ts'
import { checkLists } from './check.ts'
import { compileRules } from './compile.ts'
import type { Lists } from './compile-condition.ts'
import type { Counts } from './facts.ts'
import { InvalidRules } from './fault.ts'
import { parseRules } from './parse.ts'
import type { Signals } from './signals.ts'

const lists: Lists = (name) => {
  if (name === 'office') return new Set<string | number>(['203.0.113.7', '2001:db8::1'])
  if (name === 'hosting') return new Set<string | number>([16509])
  return name === 'vips' ? new Set<string | number>(['usr_1', '+5511965430000']) : undefined
}
const noCounts: Counts = () => undefined

describe('what is known', () => {
  const cases: [condition: string, signals: Partial<Signals>, holds: boolean][] = [
    ['class = 0', { class: 0 }, true],
    ['class != 0', { class: 1 }, true],
    ['class < 1', { class: 1 }, false],
    ['class <= 1', { class: 1 }, true],
    ['class > 1', { class: 1 }, false],
    ['class >= 1', { class: 1 }, true],
    ['sim_changed < 72h', { sim_changed: 72 * 3_600_000 - 1 }, true],
    ['sim_changed < 72h', { sim_changed: 72 * 3_600_000 }, false],
    ['sim_changed < 72h', { sim_changed: Number.POSITIVE_INFINITY }, false],
    ['account_age > 7d', { account_age: 8 * 86_400_000 }, true],
    ['amount > 5000 BRL', { amount: { value: '5000.01', currency: 'BRL' } }, true],
    ['amount > 5000 BRL', { amount: { value: '5000.00', currency: 'BRL' } }, false],
    ['amount = 9999999999999.98 BRL', { amount: { value: '9999999999999.98', currency: 'BRL' } }, true],
    ['amount = 9999999999999.98 BRL', { amount: { value: '9999999999999.99', currency: 'BRL' } }, false],
    ['amount > 5000 BRL or not amount > 5000 BRL', { amount: { value: '9', currency: 'BRL' } }, true],
    ['price > 0.05 USD', { price: 0.0501 }, true],
    ['price > 0.05', { price: 0.05 }, false],
    ['decibans >= -4', { decibans: -4 }, true],
    ['line_type in (nonFixedVoip, unknown)', { line_type: 'unknown' }, true],
    ['country not in (AO, MZ)', { country: 'BR' }, true],
    ['country not in (AO, MZ)', { country: 'AO' }, false],
    ['ip_country != country', { country: 'BR', ip_country: 'AO' }, true],
    ['ip_country != country', { country: 'BR', ip_country: 'BR' }, false],
    ['ip in @office', { ip: '203.0.113.7' }, true],
    ['ip in @office', { ip: '::ffff:203.0.113.7' }, true],
    ['ip in @office', { ip: '2001:0DB8:0::1' }, true],
    ['ip not in @office', { ip: '203.0.113.8' }, true],
    ['asn in @hosting', { asn: 16509 }, true],
    ['subject in @vips and number in @vips', { subject: 'usr_1', number: '+5511965430000' }, true],
    ['number starts with "+55119"', { number: '+5511965430000' }, true],
    ['number starts with "+55119"', { number: '+5521965430000' }, false],
    ['kind starts with "pay"', { kind: 'payout' }, true],
    ['new_device and not known_device', { new_device: true, known_device: false }, true],
    ['sim_changed is unknown', {}, true],
    ['sim_changed is known', { sim_changed: 5 }, true],
    ['line_type is unknown', { line_type: 'unknown' }, true],
  ]
  it.each(cases)('%s of %j', (condition, signals, holds) => {
    expect(matches(`block if ${condition}`, signals)).toBe(holds)
  })

  it('of a count is asked for once, by kind, key and window', () => {
    const asked: unknown[] = []
    const counts: Counts = (...all) => {
      asked.push(all)
      return 6
    }
    const rules = compile(
      'block if count(sent, ip, 1h) > 5\nreview if count(sent, ip, 60m) >= 6\nallow if count(wrong, number, 1d) > 9',
    )
    expect(rules.match({}, counts).map(({ line }) => line)).toEqual([1, 2])
    expect(asked).toEqual([
      ['wrong', 'number', 86_400_000],
      ['sent', 'ip', 3_600_000],
    ])
    expect(rules.counts).toEqual([
      { kind: 'sent', key: 'ip', windowMs: 3_600_000 },
      { kind: 'wrong', key: 'number', windowMs: 86_400_000 },
    ])
  })
})

describe('what is unknown', () => {
  const conditions = [
    ...[
      'new_device',
      'class = 0',
      'class != 0',
      'amount > 5 BRL',
      'not amount > 5 BRL',
      'sim_changed < 72h',
      'ip in @office',
    ],
    ...[
      'ip not in @office',
      'country not in (AO)',
      'ip_country != country',
      'number starts with "+5"',
      'line_type = unknown',
    ],
    ...[
      'count(sent, ip, 1h) < 5',
      'not count(sent, ip, 1h) > 5',
      'new_device or not new_device',
      'sim_changed is known',
    ],
  ]
  it.each(conditions)('makes no rule match: %s', (condition) => {
    expect(matches(`block if ${condition}`, {})).toBe(false)
    expect(matches(`block if not (${condition})`, {})).toBe(condition.endsWith('is known'))
  })

  it('gives way to what decides alone', () => {
    expect(matches('block if new_device or payee_new', { payee_new: true })).toBe(true)
    expect(matches('block if not (new_device and payee_new)', { payee_new: false })).toBe(true)
    expect(matches('block if new_device and payee_new', { payee_new: true })).toBe(false)
  })

  it('is money of another currency than the one it is compared with', () => {
    const amount = { value: '9000.00', currency: 'USD' }
    for (const op of ['>', '<', '=', '!=']) expect(matches(`block if amount ${op} 5000 BRL`, { amount })).toBe(false)
    expect(matches('block if not amount < 5000 BRL', { amount })).toBe(false)
  })

  it('is a value that is not what its type says', () => {
    const odd = {
      ...{ class: 7, hour: 2.5, sim_changed: -1, price: Number.NaN, decibans: '30', new_device: 'yes', country: '' },
      ...{ ip: '1.2.3.999', number: '965430000', amount: { value: '1e9', currency: 'BRL' }, subject: 5, asn: {} },
    } as unknown as Partial<Signals>
    for (const name of Object.keys(odd))
      expect([name, matches(`block if ${name} is unknown`, odd)]).toEqual([name, true])
    expect(matches('block if new_device', odd)).toBe(false)
  })

  it('is what only a prototype holds', () => {
    expect(matches('block if new_device', Object.create({ new_device: true }) as Partial<Signals>)).toBe(false)
  })

  it('is membership of a list that went away while the rules were in force', () => {
    const names = new Map<string, Set<string | number>>([['office', new Set(['203.0.113.7'])]])
    const rules = compile('allow if ip in @office\nblock if ip not in @office', (name) => names.get(name))
    const lines = () => rules.match({ ip: '203.0.113.7' }, noCounts).map(({ line }) => line)
    expect(lines()).toEqual([1])
    names.set('office', new Set())
    expect(lines()).toEqual([2])
    names.delete('office')
    expect(lines()).toEqual([])
  })

  it('never matches a rule that some value behind it would not', () => {
    const names = ['new_device', 'payee_new', 'known_number', 'known_device'] as const
    const { expr } = fc.letrec<{ expr: Expr }>((tie) => ({
      expr: fc.oneof(
        { maxDepth: 4, depthSize: 'small' },
        fc.constantFrom(...names).map((name): Expr => ({ type: 'signal', name })),
        fc.record({
          type: fc.constantFrom('and' as const, 'or' as const),
          of: fc.array(tie('expr'), { minLength: 2, maxLength: 3 }),
        }),
        fc.record({ type: fc.constant('not' as const), of: tie('expr') }),
      ),
    }))
    const seen = fc.tuple(...names.map(() => fc.constantFrom(true, false, undefined)))
    fc.assert(
      fc.property(expr, seen, (when, values) => {
        const rule: Rule = { type: 'rule', line: 1, shadow: false, action: { type: 'block' }, when }
        const known = Object.fromEntries(names.map((name, i) => [name, values[i]])) as Partial<Signals>
        const matched = compileRules([rule], lists).match(known, noCounts).length === 1
        const worlds = completions(values).map((world) =>
          holdsIn(when, new Map(names.map((name, i) => [name as string, world[i]!]))),
        )
        if (matched) expect(worlds).not.toContain(false)
        if (!values.includes(undefined)) expect([matched]).toEqual(worlds)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('what matches', () => {
  it('is every rule, by tier and then the strongest first, with the shadow ones marked', () => {
    const text = [
      ...['wait 5m if new_device', 'challenge if new_device', 'divert if new_device', 'require strong if new_device'],
      ...[
        'require passkey if new_device',
        'review if new_device',
        'hold 24h if new_device',
        'shadow hold 3d if new_device',
      ],
      ...['hold 72h if new_device', 'block if new_device', 'shadow allow if new_device', 'allow if payee_new'],
    ].join('\n')
    expect(
      compile(text)
        .match({ new_device: true }, noCounts)
        .map(({ line, shadow }) => (shadow ? -line : line)),
    ).toEqual([-11, 10, -8, 9, 7, 6, 5, 4, 3, 2, 1])
  })

  it('says which rule it was, in words', () => {
    const rules = compile('# one\n\n\n  divert   if line_type in (nonFixedVoip)   # two')
    expect(rules.match({ line_type: 'nonFixedVoip' }, noCounts)).toEqual([
      {
        ...{ line: 4, shadow: false, action: { type: 'divert' } },
        text: 'divert if line_type in (nonFixedVoip)',
        reason: 'rule 4: divert if line_type in (nonFixedVoip)',
      },
    ])
  })
})

it('budgets are given with their scope, unit and time', () => {
  const rules = compile(
    'budget country AO base 5 USD per 24h tolerance 0.8\nbudget key(asn) base 30 per 12h then wait 1h',
  )
  expect(rules.budgets).toMatchObject([
    { line: 1, scope: { type: 'country', country: 'AO' }, base: 5, unit: 'USD', perMs: 86_400_000, tolerance: 0.8 },
    {
      ...{ line: 2, scope: { type: 'key', signal: { name: 'asn' } }, base: 30, unit: 'messages', perMs: 43_200_000 },
      whenEmpty: { type: 'wait', for: { amount: 1, unit: 'h' } },
    },
  ])
})

describe('rules that cannot be in force', () => {
  it('name lists that do not exist, and are told where', () => {
    const rules = read('allow if ip in @office\nblock if new_device or not (ip in @ofice and asn not in @nowhere)')
    expect(checkLists(rules, lists, ['office', 'hosting'])).toMatchObject([
      {
        code: 'list',
        line: 2,
        column: 35,
        length: 6,
        message: 'there is no list @ofice',
        hint: 'did you mean @office?',
      },
      { code: 'list', line: 2, column: 57, length: 8, hint: 'make the list first' },
    ])
    expect(() => compileRules(rules, lists)).toThrow(InvalidRules)
  })

  it('are made by hand against the catalogue, or deeper than the stack', () => {
    const device: SignalRef = { type: 'signal', name: 'new_device' }
    const nots = (depth: number) => {
      let when: Expr = { ...device }
      for (let i = 0; i < depth; i++) when = { type: 'not', of: when }
      return when
    }
    const wrong: Expr[] = [
      nots(51),
      nots(200_000),
      { type: 'signal', name: 'amount' },
      { type: 'signal', name: 'hasOwnProperty' },
      { type: 'and', of: [] },
    ]
    for (const when of wrong) {
      const rule: Rule = { type: 'rule', line: 1, shadow: false, action: { type: 'block' }, when }
      expect(() => compileRules([rule], lists)).toThrow(InvalidRules)
    }
    const fits: Rule = { type: 'rule', line: 1, shadow: false, action: { type: 'block' }, when: nots(50) }
    expect(compileRules([fits], lists).match({ new_device: true }, noCounts)).toHaveLength(1)
  })
})

function read(text: string): Rule[] {
  const result = parseRules(text)
  if ('faults' in result) throw new Error(JSON.stringify(result.faults))
  return result.rules
}

function compile(text: string, of = lists) {
  return compileRules(read(text), of)
}

function matches(text: string, signals: Partial<Signals>): boolean {
  return compile(text).match(signals, noCounts).length > 0
}

function completions(values: readonly (boolean | undefined)[]): boolean[][] {
  return values.reduce<boolean[][]>(
    (worlds, value) =>
      worlds.flatMap((world) => (value === undefined ? [true, false] : [value]).map((one) => [...world, one])),
    [[]],
  )
}

function holdsIn(expr: Expr, world: ReadonlyMap<string, boolean>): boolean {
  if (expr.type === 'and') return expr.of.every((part) => holdsIn(part, world))
  if (expr.type === 'or') return expr.of.some((part) => holdsIn(part, world))
  if (expr.type === 'not') return !holdsIn(expr.of, world)
  if (expr.type !== 'signal') throw new Error('not of this test')
  return world.get(expr.name) === true
}
