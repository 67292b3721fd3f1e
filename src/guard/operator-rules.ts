import type { DecisionAction, Reason } from '../model/decision.ts'
import type { Conditions } from './buckets/conditions.ts'
import type { Draw } from './buckets/draw.ts'
import type { Message } from './buckets/scopes.ts'
import { moneyScopes } from './buckets/scopes.ts'
import type { KeyMaker, SendRules } from './decide-send.ts'
import { unkeptKinds } from './rule-counts.ts'
import type { Action } from './rules/ast.ts'
import { type Budget, type CompiledRules, compileRules } from './rules/compile.ts'
import type { Counts } from './rules/facts.ts'
import { InvalidRules, type RuleFault } from './rules/fault.ts'
import { parseRules } from './rules/parse.ts'
import type { Signals } from './rules/signals.ts'

/** Rules that operators wrote, compiled. */
export type OperatorRules = CompiledRules

/** Lists by their names; undefined: there is none. */
export type NamedLists = (name: string) => { has(value: string | number): boolean } | undefined

/**
 * Compiles the text of rules, or gives every fault with the line and the words that it is about. What a message's guard cannot know is a
 * fault as well, so that no rule stands there and never matches.
 */
export function compileOperatorRules(text: string, lists: NamedLists): { rules: OperatorRules } | { faults: string[] } {
  const read = parseRules(text)
  if ('faults' in read) return { faults: read.faults.map(wordsOfFault) }
  try {
    const rules = compileRules(read.rules, lists)
    const unkept = unkeptKinds(rules.counts)
    if (unkept.length === 0) return { rules }
    return { faults: unkept.map((kind) => `count(${kind}, ...): only sent, entered and refused messages are counted`) }
  } catch (error) {
    if (!(error instanceof InvalidRules)) throw error
    return { faults: error.faults.map(wordsOfFault) }
  }
}

function wordsOfFault({ line, column, message, hint }: RuleFault): string {
  return `line ${line}, column ${column}: ${message}${hint ? ` (${hint})` : ''}`
}

/**
 * What the rules say of a message: the strictest that is not only watched, or that it is let past; and all that matched. Those that hold,
 * review or require speak of a transaction: where the message belongs to one, it was judged by them when it was opened.
 * Where a proof of work was done, rules that ask for one have what they ask for.
 */
export function applyRules(
  rules: OperatorRules | undefined,
  signals: Partial<Signals>,
  { counts, isOfTransaction, worked = false }: { counts: Counts; isOfTransaction: boolean; worked?: boolean },
): { action: DecisionAction | undefined; reasons: Reason[] } {
  const all = rules?.match(signals, counts) ?? []
  const matched = isOfTransaction ? all.filter(({ action }) => !isOfRelease(action)) : all
  const reasons = matched.map(({ line, text, shadow }): Reason => ({ code: 'rule', line, rule: text, shadow }))
  const first = matched.find(({ shadow, action }) => !shadow && !(worked && action.type === 'challenge'))
  return { action: first && ofMessage(first.action), reasons }
}

/** Whether an action speaks of what is released, and not of a message. */
function isOfRelease({ type }: Action): boolean {
  return type === 'hold' || type === 'review' || type === 'require'
}

/** A message that is to be held or reviewed is not sent, and one that needs a stronger factor goes another way. */
function ofMessage({ type }: Action): DecisionAction {
  if (type === 'review') return 'hold'
  return type === 'require' ? 'divert' : type
}

const scopesOf: Record<string, readonly string[]> = {
  number: ['num', 'own'],
  home: ['home-', 'home+'],
}

/** The draws with the budgets that operators tuned, and those of scopes of their own; and what happens where one is empty. */
export function applyBudgets(
  { operator, cuts }: SendRules,
  usual: readonly Draw[],
  message: Message,
  signals: Partial<Signals>,
  { normal, incident }: Conditions,
  keyOf: KeyMaker,
): { draws: Draw[]; whenEmpty: Record<string, DecisionAction> } {
  const draws = [...usual]
  const whenEmpty: Record<string, DecisionAction> = {}
  for (const budget of operator?.budgets ?? []) {
    const { scope, base, unit, perMs, tolerance = cuts.narrowTolerance } = budget
    if (scope.type === 'key') {
      const value = signals[scope.signal.name as keyof Signals]
      if (value === undefined) continue
      const name = `key(${scope.signal.name})`
      const cost = (unit === 'USD' ? message.price : 1) * incident
      draws.push({
        key: `${name}|${keyOf(name, String(value))}`,
        scope: name,
        label: '',
        rule: { base, cap: base, refillMs: perMs, fadeMs: perMs, memoryMs: 86_400_000 },
        cost,
        pay: cost / incident / (tolerance * normal),
        classes: 7,
        effect: 'refuse',
      })
      if (budget.whenEmpty) whenEmpty[name] = ofMessage(budget.whenEmpty)
      continue
    }
    if (scope.type === 'country' && scope.country !== message.country) continue
    for (const name of scopesOf[scope.type] ?? [scope.type]) {
      for (const [i, draw] of draws.entries()) if (draw.scope === name) draws[i] = tuned(draw, budget, cuts)
      if (budget.whenEmpty) whenEmpty[name] = ofMessage(budget.whenEmpty)
    }
  }
  return { draws, whenEmpty }
}

function tuned(draw: Draw, { base, perMs, tolerance }: Budget, cuts: SendRules['cuts']): Draw {
  const { rule, pay, scope } = draw
  const before = moneyScopes.has(scope) ? cuts.wideTolerance : cuts.narrowTolerance
  return {
    ...draw,
    rule: { ...rule, base, cap: base + (rule.cap - rule.base), refillMs: perMs },
    pay: tolerance === undefined ? pay : (pay * before) / tolerance,
  }
}
