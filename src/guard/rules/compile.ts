import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Money } from '../../lib/money.ts'
import {
  type Action,
  type BudgetScope,
  type ConditionRule,
  durationMs,
  type Expr,
  type Literal,
  type Rule,
  strongFactors,
  type Term,
  tiers,
} from './ast.ts'
import { checkBudgetsOnce, checkLists, checkRule, countsOf } from './check.ts'
import { InvalidRules } from './fault.ts'
import { printRule } from './print.ts'
import { type SignalName, type SignalSpec, type Signals, signalSpec } from './signals.ts'

/** A list by its name, as it stands now; undefined where there is none. Addresses are asked for in their shortest form. */
export type Lists = (name: string) => { has(value: string | number): boolean } | undefined

/** How many events of `kind` had the request's value of the signal `key` in the last `windowMs`; undefined where that is not known. */
export type Counts = (kind: string, key: string, windowMs: number) => number | undefined

/** A rule whose condition is true for sure. */
export interface Matched {
  line: number
  shadow: boolean
  action: Action
  /** The rule as Aval writes it. */
  text: string
  /** For the record and the console, never for the user: which rule, and what it says. */
  reason: string
}

/** A bucket as operators tune it. */
export interface Budget {
  line: number
  text: string
  scope: BudgetScope
  base: number
  unit: 'messages' | 'USD'
  perMs: number
  tolerance?: number
  whenEmpty?: Action
}

export interface CompiledRules {
  /**
   * Every rule that matches: by tier (allow, block, hold, review, require, divert, challenge, wait), the strongest of a tier first, then by
   * line. Shadow rules stand among them and are marked. What is unknown, or of another type than it should be, matches nothing.
   */
  match(signals: Partial<Signals>, counts: Counts): Matched[]
  budgets: readonly Budget[]
  /** What `match` will ask `counts` for, each once, so that it can be read from a store first. */
  counts: readonly { kind: string; key: SignalName; windowMs: number }[]
}

/** Makes closures of rules. Throws InvalidRules where a rule is not what the catalogue allows, or a list does not exist. */
export function compileRules(rules: readonly Rule[], lists: Lists): CompiledRules {
  const wrong = rules.flatMap(checkRule)
  if (wrong.length === 0) wrong.push(...checkBudgetsOnce(rules), ...checkLists(rules, lists))
  if (wrong.length > 0) throw new InvalidRules(wrong)

  const conditions = rules
    .filter((rule) => rule.type === 'rule')
    .toSorted((a, b) => tierOf(a) - tierOf(b) || strengthOf(b.action) - strengthOf(a.action) || a.line - b.line)
    .map((rule) => ({ matched: describe(rule), holds: compileExpr(rule.when, lists) }))
  return {
    match(signals, counts) {
      const facts = { read: readOnce(signals), count: countOnce(counts) }
      return conditions.filter(({ holds }) => holds(facts) === true).map(({ matched }) => ({ ...matched }))
    },
    budgets: rules.flatMap(budgetOf),
    counts: neededCounts(rules),
  }
}

/** Kleene's three values; undefined is unknown. */
type Truth = boolean | undefined
type Value = string | number | boolean | Money
interface Facts {
  read(name: string): Value | undefined
  count(kind: string, key: string, windowMs: number): number | undefined
}
type Condition = (facts: Facts) => Truth
type Reader = (facts: Facts) => Value | undefined

function describe(rule: ConditionRule): Matched {
  const text = printRule(rule)
  return { line: rule.line, shadow: rule.shadow, action: rule.action, text, reason: `rule ${rule.line}: ${text}` }
}

function tierOf({ action }: ConditionRule): number {
  return tiers.indexOf(action.type)
}

function strengthOf(action: Action): number {
  if (action.type === 'hold' || action.type === 'wait') return durationMs(action.for)
  return action.type === 'require' ? -strongFactors.indexOf(action.factor) : 0
}

function budgetOf(rule: Rule): Budget[] {
  if (rule.type !== 'budget') return []
  const { line, scope, base, per, tolerance, whenEmpty } = rule
  const unit = base.type === 'money' ? 'USD' : 'messages'
  return [
    {
      ...{ line, text: printRule(rule), scope, base: base.value, unit, perMs: durationMs(per) },
      ...(tolerance && { tolerance: tolerance.value }),
      ...(whenEmpty && { whenEmpty }),
    },
  ]
}

function neededCounts(rules: readonly Rule[]): CompiledRules['counts'] {
  const needed = rules.flatMap(countsOf).map(({ kind, key, window }) => {
    const windowMs = durationMs(window)
    return [`${kind} ${key.name} ${windowMs}`, { kind, key: key.name as SignalName, windowMs }] as const
  })
  return [...new Map(needed).values()]
}

// Conditions

function compileExpr(expr: Expr, lists: Lists): Condition {
  switch (expr.type) {
    case 'and':
      return all(expr.of.map((part) => compileExpr(part, lists)))
    case 'or':
      return some(expr.of.map((part) => compileExpr(part, lists)))
    case 'not':
      return not(compileExpr(expr.of, lists))
    case 'signal':
      return (facts) => facts.read(expr.name) as Truth
    case 'compare':
      return compileCompare(expr)
    case 'in': {
      const isIn = compileIn(expr, lists)
      return expr.negated ? not(isIn) : isIn
    }
    case 'starts': {
      const read = readerOf(expr.left)
      return (facts) => known(read(facts), (value) => (value as string).startsWith(expr.prefix.value))
    }
    case 'known': {
      const { signal, negated } = expr
      return ({ read }) => {
        const value = read(signal.name)
        const isKnown = value !== undefined && !(signal.name === 'line_type' && value === 'unknown')
        return isKnown !== negated
      }
    }
  }
}

function all(parts: readonly Condition[]): Condition {
  return (facts) => {
    let truth: Truth = true
    for (const part of parts) {
      const one = part(facts)
      if (one === false) return false
      if (one === undefined) truth = undefined
    }
    return truth
  }
}

function some(parts: readonly Condition[]): Condition {
  return (facts) => {
    let truth: Truth = false
    for (const part of parts) {
      const one = part(facts)
      if (one === true) return true
      if (one === undefined) truth = undefined
    }
    return truth
  }
}

function not(part: Condition): Condition {
  return (facts) => known(part(facts), (truth) => !truth)
}

function known<T>(value: T | undefined, then: (value: T) => Truth): Truth {
  return value === undefined ? undefined : then(value)
}

function compileCompare({ left, op, right }: Expr & { type: 'compare' }): Condition {
  const readLeft = readerOf(left)
  const readRight = right.type === 'signal' || right.type === 'count' ? readerOf(right) : literalReader(left, right)
  return (facts) => {
    const order = compare(readLeft(facts), readRight(facts))
    if (order === undefined) return undefined
    switch (op) {
      case '=':
        return order === 0
      case '!=':
        return order !== 0
      case '<':
        return order < 0
      case '<=':
        return order <= 0
      case '>':
        return order > 0
      case '>=':
        return order >= 0
    }
  }
}

/** Below zero, zero or above zero; undefined where one is unknown, or they cannot be compared, as money of two currencies. */
function compare(a: Value | undefined, b: Value | undefined): number | undefined {
  if (typeof a === 'object' && typeof b === 'object') {
    // Canonical amounts have at most 15 digits, which doubles keep apart and in order.
    return a.currency === b.currency ? compare(Number(a.value), Number(b.value)) : undefined
  }
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0
  if (typeof a === 'string' && typeof b === 'string') return a === b ? 0 : 1
  return undefined
}

function compileIn({ left, set }: Expr & { type: 'in' }, lists: Lists): Condition {
  const read = readerOf(left)
  if (set.type === 'items') {
    const values = new Set(set.of.map(literalValue))
    return (facts) => known(read(facts), (value) => values.has(value))
  }
  // Asked for each time: lists change while rules are in force. A list that went away makes the answer unknown.
  return (facts) => known(read(facts), (value) => lists(set.name)?.has(value as string | number))
}

function readerOf(term: Term): Reader {
  if (term.type === 'signal') return ({ read }) => read(term.name)
  const { kind, key, window } = term
  const windowMs = durationMs(window)
  return ({ count }) => count(kind, key.name, windowMs)
}

/** A price is a number of USD, also where it is compared with money in USD. */
function literalReader(left: Term, literal: Literal): Reader {
  const isPrice = left.type === 'signal' && signalSpec(left.name)?.type === 'usd'
  const value = isPrice && literal.type === 'money' ? literal.value : literalValue(literal)
  return () => value
}

function literalValue(literal: Literal): Value {
  if (literal.type === 'duration') return durationMs(literal)
  if (literal.type === 'money') return { value: String(literal.value), currency: literal.currency }
  return literal.value
}

// What is known of a request

/** Reads each signal once. A value that is not what its type says counts as unknown, never as something. */
function readOnce(signals: Partial<Signals>): Facts['read'] {
  const seen = new Map<string, Value | undefined>()
  return (name) => {
    if (seen.has(name)) return seen.get(name)
    const spec = signalSpec(name)
    const given: unknown = Object.hasOwn(signals, name) ? signals[name as SignalName] : undefined
    const value = spec && cleanValue(spec, given)
    seen.set(name, value)
    return value
  }
}

function countOnce(counts: Counts): Facts['count'] {
  const seen = new Map<string, number | undefined>()
  return (kind, key, windowMs) => {
    const name = `${kind} ${key} ${windowMs}`
    if (!seen.has(name)) seen.set(name, cleanNumber(counts(kind, key, windowMs), 0))
    return seen.get(name)
  }
}

function cleanValue(spec: SignalSpec, given: unknown): Value | undefined {
  switch (spec.type) {
    case 'boolean':
      return typeof given === 'boolean' ? given : undefined
    case 'number':
    case 'usd': {
      const value = cleanNumber(given, spec.min, spec.max)
      return spec.whole && !Number.isInteger(value) ? undefined : value
    }
    case 'duration':
      return cleanNumber(given, 0)
    case 'money':
      return cleanMoney(given)
    case 'address':
      return typeof given === 'string' && isIP(given) && ipaddr.isValid(given)
        ? ipaddr.process(given).toString()
        : undefined
    case 'phone':
      return typeof given === 'string' && /^\+[1-9][0-9]{1,14}$/.test(given) ? given : undefined
    case 'text':
    case 'country':
      return typeof given === 'string' && given !== '' ? given : undefined
  }
}

function cleanNumber(
  given: unknown,
  min = Number.NEGATIVE_INFINITY,
  max = Number.POSITIVE_INFINITY,
): number | undefined {
  return typeof given === 'number' && given >= min && given <= max ? given : undefined
}

function cleanMoney(given: unknown): Money | undefined {
  if (typeof given !== 'object' || given === null || !('value' in given) || !('currency' in given)) return undefined
  const { value, currency } = given
  if (typeof value !== 'string' || typeof currency !== 'string') return undefined
  return /^[0-9]{1,15}(?:\.[0-9]{1,4})?$/.test(value) ? { value, currency } : undefined
}
