import {
  type Action,
  type BudgetScope,
  type ConditionRule,
  durationMs,
  type Rule,
  strongFactors,
  tiers,
} from './ast.ts'
import { checkBudgetsOnce, checkLists, checkRule, countsOf } from './check.ts'
import { compileCondition, type Lists } from './compile-condition.ts'
import { type Counts, factsOf } from './facts.ts'
import { InvalidRules } from './fault.ts'
import { printRule } from './print.ts'
import type { SignalName, Signals } from './signals.ts'

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
    .map((rule) => ({ matched: describe(rule), holds: compileCondition(rule.when, lists) }))
  return {
    match(signals, counts) {
      const facts = factsOf(signals, counts)
      return conditions.filter(({ holds }) => holds(facts) === true).map(({ matched }) => ({ ...matched }))
    },
    budgets: rules.flatMap(budgetOf),
    counts: neededCounts(rules),
  }
}

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
