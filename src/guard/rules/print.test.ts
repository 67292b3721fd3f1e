import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Action,
  type BudgetScope,
  compareOps,
  type DurationLiteral,
  type Expr,
  type Literal,
  type MoneyLiteral,
  type NumberLiteral,
  plainScopes,
  type Rule,
  type SignalRef,
  strongFactors,
  type TextLiteral,
  units,
} from './ast.ts'
import { parseRules } from './parse.ts'
import { printRule, printRules } from './print.ts'
import { countKinds, isNaming, type SignalSpec, type SignalType, signalNames, signalSpec } from './signals.ts'

describe('a rule that is printed', () => {
  it('is read again as itself, and printed again as itself', () => {
    fc.assert(
      fc.property(rule, (one) => {
        const text = printRule(one)
        const result = parseRules(text)
        expect(result).toEqual({ rules: [one] })
        if ('rules' in result) expect(printRules(result.rules)).toBe(text)
      }),
      { numRuns: 3000 },
    )
  })

  it('has a line of its own among others', () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 20 }), (rules) => {
        const conditions = rules
          .filter(({ type }) => type === 'rule')
          .map((one, index) => ({ ...one, line: index + 1 }))
        expect(parseRules(printRules(conditions))).toEqual({ rules: conditions })
      }),
    )
  })

  it('has parentheses only where they change something', () => {
    const cases = [
      'block if ((new_device)) and ((payee_new) and not (known_number))',
      'block if (new_device and payee_new) or (known_number or known_device)',
      'block if not (not (new_device or payee_new))',
    ]
    expect(cases.map((text) => (parseRules(text) as { rules: Rule[] }).rules.map(printRule).join())).toEqual([
      'block if new_device and (payee_new and not known_number)',
      'block if new_device and payee_new or (known_number or known_device)',
      'block if not not (new_device or payee_new)',
    ])
  })
})

// Rules that the catalogue allows.

const literal = {
  duration: (most: number, least = 1) =>
    fc.record<DurationLiteral>({
      type: fc.constant('duration'),
      amount: fc.integer({ min: least, max: most }),
      unit: fc.constantFrom(...units),
    }),
  number: ({ min = -1_000_000, max = 1_000_000, whole }: Partial<SignalSpec>) =>
    fc.record<NumberLiteral>({
      type: fc.constant('number'),
      value: whole ? fc.integer({ min, max }) : fc.integer({ min: min * 1000, max: max * 1000 }).map((n) => n / 1000),
    }),
  money: (...currencies: string[]) =>
    fc.record<MoneyLiteral>({
      type: fc.constant('money'),
      value: fc.oneof(
        fc.integer({ min: 100, max: 1_000_000_000_000 }).map((n) => n / 100),
        fc.integer({ min: 1, max: 999_999 }).map((n) => n / 1_000_000),
      ),
      currency: fc.constantFrom(...currencies),
    }),
  text: (value: fc.Arbitrary<string>) => fc.record<TextLiteral>({ type: fc.constant('text'), value }),
}

const anyText = fc.oneof(
  fc.constantFrom(
    'payout',
    'not',
    'in',
    'number',
    'a"b',
    'c\\',
    '#',
    'two words',
    'true',
    'é',
    '5',
    '72h',
    '@x',
    '\\"',
  ),
  fc.string({ minLength: 1, maxLength: 40 }).filter((text) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(text)),
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,9}$/),
)

const naming = fc.constantFrom(...namesOf((spec) => isNaming(spec))).map(signal)
const count = fc.record({
  type: fc.constant('count' as const),
  kind: fc.constantFrom(...Object.keys(countKinds)),
  key: naming,
  window: literal.duration(90),
})
const listRef = fc.record({
  type: fc.constant('list' as const),
  name: fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,9}$/),
})

const compared = fc.constantFrom(
  ...namesOf(({ type }) => ['number', 'usd', 'duration', 'money', 'text', 'country'].includes(type)),
)
const comparison: fc.Arbitrary<Expr> = compared.chain((name) => {
  const spec = signalSpec(name)!
  const words = spec.type === 'text' || spec.type === 'country'
  const twin = fc
    .constantFrom(...namesOf((other) => other.type === spec.type && other.values === spec.values))
    .map(signal)
  return fc.record({
    type: fc.constant('compare' as const),
    left: fc.constant(signal(name)),
    op: words ? fc.constantFrom('=' as const, '!=' as const) : fc.constantFrom(...compareOps),
    right: fc.oneof(
      { weight: 4, arbitrary: fc.oneof(...literalsOf(spec)) },
      { weight: 1, arbitrary: spec.type === 'number' ? fc.oneof(twin, count) : twin },
    ),
  })
})
const counting: fc.Arbitrary<Expr> = fc.record({
  type: fc.constant('compare' as const),
  left: count,
  op: fc.constantFrom(...compareOps),
  right: fc.oneof(literal.number({ min: 0 }), count),
})
const membership: fc.Arbitrary<Expr> = fc
  .constantFrom(...namesOf((spec) => isNaming(spec) || spec.type === 'number'))
  .chain((name) => {
    const spec = signalSpec(name)!
    const open = spec.type === 'address' || spec.type === 'phone'
    const items = () =>
      fc.record({
        type: fc.constant('items' as const),
        of: fc.array(fc.oneof(...literalsOf(spec)), { minLength: 1, maxLength: 5 }),
      })
    return fc.record({
      type: fc.constant('in' as const),
      left: fc.constant(signal(name)),
      negated: fc.boolean(),
      set: open ? listRef : isNaming(spec) ? fc.oneof(listRef, items()) : items(),
    })
  })
const beginning: fc.Arbitrary<Expr> = fc.oneof(
  fc.stringMatching(/^\+[0-9]{1,15}$/).map((value) => starts('number', value)),
  fc.tuple(fc.constantFrom('kind', 'subject'), anyText).map(([name, value]) => starts(name, value)),
)
const knowing: fc.Arbitrary<Expr> = fc.record({
  type: fc.constant('known' as const),
  signal: fc.constantFrom(...signalNames).map(signal),
  negated: fc.boolean(),
})
const bare: fc.Arbitrary<Expr> = fc.constantFrom(...namesOf(({ type }) => type === 'boolean')).map(signal)

const { expr } = fc.letrec<{ expr: Expr }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    fc.oneof(bare, comparison, counting, membership, beginning, knowing),
    fc.record({
      type: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(tie('expr'), { minLength: 2, maxLength: 4 }),
    }),
    fc.record({ type: fc.constant('not' as const), of: tie('expr') }),
  ),
}))

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ type: fc.constantFrom('block' as const, 'review' as const, 'divert' as const, 'challenge' as const) }),
  fc.record({ type: fc.constantFrom('hold' as const, 'wait' as const), for: literal.duration(7) }),
  fc.record({ type: fc.constant('require' as const), factor: fc.constantFrom(...strongFactors) }),
)

const condition: fc.Arbitrary<Rule> = fc.record({
  type: fc.constant('rule' as const),
  line: fc.constant(1),
  shadow: fc.boolean(),
  action: fc.oneof(action, fc.constant<Action>({ type: 'allow' })),
  when: expr,
})

const scope: fc.Arbitrary<BudgetScope> = fc.oneof(
  fc.record({ type: fc.constantFrom(...plainScopes) }),
  fc.record({ type: fc.constant('country' as const), country: fc.constantFrom('AO', 'MZ', 'GB') }),
  fc.record({ type: fc.constant('key' as const), signal: naming }),
)
const budget: fc.Arbitrary<Rule> = scope.chain((one) => {
  const usd = literal.money('USD')
  const messages = literal.number({ min: 1, whole: true })
  const base = ['country', 'home', 'abroad', 'growth'].includes(one.type)
    ? usd
    : one.type === 'key'
      ? fc.oneof(usd, messages)
      : messages
  const share = literal.number({ min: 0, max: 1 }).filter(({ value }) => value > 0)
  return fc.record(
    {
      type: fc.constant('budget' as const),
      line: fc.constant(1),
      scope: fc.constant(one),
      base,
      per: literal.duration(90),
      ...(one.type !== 'growth' && { tolerance: share }),
      whenEmpty: action,
    },
    { requiredKeys: ['type', 'line', 'scope', 'base', 'per'] },
  ) as fc.Arbitrary<Rule>
})

const rule = fc.oneof({ weight: 3, arbitrary: condition }, { weight: 1, arbitrary: budget })

function literalsOf(spec: SignalSpec): fc.Arbitrary<Literal>[] {
  const of: Record<SignalType, fc.Arbitrary<Literal>[]> = {
    boolean: [],
    address: [],
    phone: [],
    number: [literal.number(spec)],
    usd: [literal.number({ min: 0 }), literal.money('USD')],
    duration: [literal.duration(36_500, 0)],
    money: [literal.money('BRL', 'USD', 'KWD')],
    country: [literal.text(fc.constantFrom('BR', 'AO', 'IN', 'IS', 'GB'))],
    text: [literal.text(spec.values ? fc.constantFrom(...spec.values) : anyText)],
  }
  return of[spec.type]
}

function namesOf(wanted: (spec: SignalSpec) => boolean): string[] {
  return signalNames.filter((name) => wanted(signalSpec(name)!))
}

function signal(name: string): SignalRef {
  return { type: 'signal', name }
}

function starts(name: string, value: string): Expr {
  return { type: 'starts', left: signal(name), prefix: { type: 'text', value } }
}
