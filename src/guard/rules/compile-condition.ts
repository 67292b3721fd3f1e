import { durationMs, type Expr, type Literal, type Term } from './ast.ts'
import type { Facts, Value } from './facts.ts'
import { signalSpec } from './signals.ts'

/** A list by its name, as it stands now; undefined where there is none. Addresses are asked for in their shortest form. */
export type Lists = (name: string) => { has(value: string | number): boolean } | undefined

/** Kleene's three values; undefined is unknown. */
export type Truth = boolean | undefined
export type Condition = (facts: Facts) => Truth
type Reader = (facts: Facts) => Value | undefined

/** A condition as a closure. Takes one that was checked, so that it is neither too deep nor of other types. */
export function compileCondition(expr: Expr, lists: Lists): Condition {
  switch (expr.type) {
    case 'and':
      return all(expr.of.map((part) => compileCondition(part, lists)))
    case 'or':
      return some(expr.of.map((part) => compileCondition(part, lists)))
    case 'not':
      return not(compileCondition(expr.of, lists))
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
