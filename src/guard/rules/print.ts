import {
  type Action,
  type BudgetRule,
  type BudgetScope,
  type Expr,
  type Literal,
  needsParentheses,
  type Rule,
  type Term,
} from './ast.ts'
import { bareWord } from './lexer.ts'
import { signalSpec } from './signals.ts'

/** Words that mean something inside an expression, and so are no text without quotes. */
export const reserved: ReadonlySet<string> = new Set([
  'and',
  'or',
  'not',
  'in',
  'is',
  'if',
  'starts',
  'with',
  'count',
  'then',
])

/** A rule as Aval writes it: one space between words, parentheses only where they change something. Reading it gives the rule again. */
export function printRule(rule: Rule): string {
  if (rule.type === 'budget') return printBudget(rule)
  return `${rule.shadow ? 'shadow ' : ''}${printAction(rule.action)} if ${printExpr(rule.when)}`
}

/** Rules as Aval writes them, a line each. Comments and empty lines are not kept. */
export function printRules(rules: readonly Rule[]): string {
  return rules.map(printRule).join('\n')
}

function printBudget({ scope, base, per, tolerance, whenEmpty }: BudgetRule): string {
  const words = ['budget', printScope(scope), 'base', printLiteral(base), 'per', printLiteral(per)]
  if (tolerance) words.push('tolerance', printLiteral(tolerance))
  if (whenEmpty) words.push('then', printAction(whenEmpty))
  return words.join(' ')
}

/** A scope as it is written: `country AO`, `key(asn)`, `home`. Two budgets of one scope are one too many. */
export function printScope(scope: BudgetScope): string {
  if (scope.type === 'country') return `country ${scope.country}`
  return scope.type === 'key' ? `key(${scope.signal.name})` : scope.type
}

/** An action as it is written: `hold 72h`, `require passkey`, `block`. */
export function printAction(action: Action): string {
  if (action.type === 'hold' || action.type === 'wait') return `${action.type} ${printLiteral(action.for)}`
  return action.type === 'require' ? `require ${action.factor}` : action.type
}

function printExpr(expr: Expr): string {
  switch (expr.type) {
    case 'and':
    case 'or':
      return expr.of.map((part) => printPart(expr, part)).join(` ${expr.type} `)
    case 'not':
      return `not ${printPart(expr, expr.of)}`
    case 'signal':
      return expr.name
    case 'compare':
      return `${printTerm(expr.left)} ${expr.op} ${printTerm(expr.right)}`
    case 'in': {
      const set = expr.set.type === 'list' ? `@${expr.set.name}` : `(${expr.set.of.map(printLiteral).join(', ')})`
      return `${printTerm(expr.left)} ${expr.negated ? 'not in' : 'in'} ${set}`
    }
    case 'starts':
      return `${printTerm(expr.left)} starts with ${quote(expr.prefix.value)}`
    case 'known':
      return `${expr.signal.name} is ${expr.negated ? 'unknown' : 'known'}`
  }
}

function printPart(parent: Expr, part: Expr): string {
  return needsParentheses(parent, part) ? `(${printExpr(part)})` : printExpr(part)
}

function printTerm(term: Term | Literal): string {
  if (term.type === 'signal') return term.name
  if (term.type === 'count') return `count(${term.kind}, ${term.key.name}, ${printLiteral(term.window)})`
  return printLiteral(term)
}

/** A literal as it is written: `0.8`, `72h`, `5000 BRL`, `AO`, `"two words"`. */
export function printLiteral(literal: Literal): string {
  switch (literal.type) {
    case 'number':
      return String(literal.value)
    case 'duration':
      return `${literal.amount}${literal.unit}`
    case 'money':
      return `${literal.value} ${literal.currency}`
    case 'text':
      return isBare(literal.value) ? literal.value : quote(literal.value)
  }
}

function isBare(text: string): boolean {
  return bareWord.test(text) && !reserved.has(text) && !signalSpec(text)
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
