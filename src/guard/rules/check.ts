import {
  type Action,
  type BudgetRule,
  type CountTerm,
  type Expr,
  type ListRef,
  needsParentheses,
  type Rule,
  spanOf,
} from './ast.ts'
import { checkCountry, checkKey, checkPart } from './check-condition.ts'
import { limits, type RuleFault } from './fault.ts'
import { checkLength, type Finding, finding } from './finding.ts'
import { didYouMean } from './nearest-word.ts'
import { printLiteral, printScope } from './print.ts'

/** Scopes that are counted in USD, because what they guard against costs money; the others count messages. */
const priced: readonly string[] = ['country', 'home', 'abroad', 'growth']

/** What is wrong with a rule by the catalogue of signals: unknown names, values of another type, out of bounds, too large. */
export function checkRule(rule: Rule): RuleFault[] {
  const findings = rule.type === 'budget' ? checkBudget(rule) : [...checkAction(rule.action), ...checkExpr(rule.when)]
  return findings.slice(0, limits.faultsInLine).map((one) => faultAt(rule, one))
}

/** A second budget of one scope is a fault: which of the two would count? */
export function checkBudgetsOnce(rules: readonly Rule[]): RuleFault[] {
  const lines = new Map<string, number>()
  const faults: RuleFault[] = []
  for (const rule of rules) {
    if (rule.type !== 'budget') continue
    const scope = printScope(rule.scope)
    const earlier = lines.get(scope)
    if (earlier === undefined) lines.set(scope, rule.line)
    else faults.push(faultAt(rule, finding(rule.scope, `${scope} has a budget on line ${earlier}`, 'keep one of them')))
  }
  return faults
}

/** The lists that rules name and that do not exist, each where it is named. `known` are names to suggest. */
export function checkLists(
  rules: readonly Rule[],
  lists: (name: string) => object | undefined,
  known: Iterable<string> = [],
): RuleFault[] {
  const names = [...known].map((name) => `@${name}`)
  return rules.flatMap((rule) =>
    listsOf(rule)
      .filter(({ name }) => lists(name) === undefined)
      .map((list) => {
        const hint = didYouMean(`@${list.name}`, names) ?? 'make the list first'
        return faultAt(rule, finding(list, `there is no list @${list.name}`, hint, 'list'))
      }),
  )
}

/** The lists that a rule names, in its order. */
export function listsOf(rule: Rule): ListRef[] {
  if (rule.type === 'budget') return []
  return partsOf(rule.when).parts.flatMap((part) => (part.type === 'in' && part.set.type === 'list' ? [part.set] : []))
}

/** The counts that a rule asks for, in its order. */
export function countsOf(rule: Rule): CountTerm[] {
  if (rule.type === 'budget') return []
  return partsOf(rule.when)
    .parts.flatMap((part) => (part.type === 'compare' ? [part.left, part.right] : []))
    .filter((term) => term.type === 'count')
}

function faultAt({ line }: Rule, { node, code, message, hint }: Finding): RuleFault {
  // A rule that was made by hand has no places: the beginning of its line is pointed at.
  const span = spanOf(node) ?? { column: 1, length: 1 }
  return { code, line, ...span, message, ...(hint !== undefined && { hint }) }
}

function checkExpr(expr: Expr): Finding[] {
  const { parts, excess } = partsOf(expr)
  return excess ? [excess] : parts.flatMap(checkPart)
}

/** All parts of an expression in the order of the text, up to the limits. Asks nothing of the stack. */
function partsOf(expr: Expr): { parts: Expr[]; excess?: Finding } {
  const parts: Expr[] = []
  const stack: [part: Expr, depth: number][] = [[expr, 0]]
  let nodes = 0
  for (let top = stack.pop(); top; top = stack.pop()) {
    const [part, depth] = top
    nodes += 1 + leavesOf(part)
    if (depth > limits.depth) return { parts, excess: tooMuch(part, `${limits.depth} levels deep`) }
    if (nodes > limits.nodesInRule) return { parts, excess: tooMuch(part, `${limits.nodesInRule} words and values`) }
    parts.push(part)
    if (part.type === 'not') stack.push([part.of, depth + 1 + (needsParentheses(part, part.of) ? 1 : 0)])
    if (part.type === 'and' || part.type === 'or')
      for (const child of part.of.toReversed()) stack.push([child, depth + (needsParentheses(part, child) ? 1 : 0)])
  }
  return { parts }
}

function tooMuch(part: Expr, what: string): Finding {
  return finding(part, `a condition of more than ${what}`, 'write it as several rules, or name a list', 'limit')
}

function leavesOf(part: Expr): number {
  if (part.type === 'in') return part.set.type === 'items' ? 1 + part.set.of.length : 2
  return part.type === 'compare' || part.type === 'starts' ? 2 : part.type === 'known' ? 1 : 0
}

function checkAction(action: Action): Finding[] {
  if (action.type === 'hold') return checkLength(action.for, 90, 'a hold')
  return action.type === 'wait' ? checkLength(action.for, 7, 'a wait') : []
}

function checkBudget({ scope, base, per, tolerance, whenEmpty }: BudgetRule): Finding[] {
  const found = [...checkBase({ scope, base }), ...checkLength(per, 90, 'a time to refill')]
  if (scope.type === 'country') found.push(...checkCountry(scope.country, scope))
  if (scope.type === 'key') found.push(...checkKey(scope.signal))
  if (tolerance && !(tolerance.value > 0 && tolerance.value <= 1))
    found.push(finding(tolerance, 'a tolerance is above 0 and at most 1', 'write tolerance 0.8'))
  else if (tolerance && scope.type === 'growth')
    found.push(finding(tolerance, 'growth earns nothing back, so it tolerates nothing', 'delete tolerance'))
  if (whenEmpty) found.push(...checkAction(whenEmpty))
  if (whenEmpty?.type === 'allow')
    found.push(finding(whenEmpty, 'a budget that allows when it is empty is none', 'write then divert'))
  return found
}

function checkBase({ scope, base }: Pick<BudgetRule, 'scope' | 'base'>): Finding[] {
  const { value } = base
  if (!(value > 0)) return [finding(base, 'a base is above zero')]
  if (base.type === 'money' && base.currency !== 'USD')
    return [finding(base, `${printLiteral(base)} is not in USD`, `budgets count messages or USD: write ${value} USD`)]
  if (base.type === 'money' && scope.type !== 'key' && !priced.includes(scope.type))
    return [finding(base, `the budget of ${scope.type} counts messages`, `write ${value}`)]
  if (base.type === 'number' && priced.includes(scope.type))
    return [finding(base, `the budget of ${scope.type} counts money`, `write ${value} USD`)]
  return []
}
