import {
  type Action,
  type BudgetRule,
  type BudgetScope,
  placed,
  plainScopes,
  type Rule,
  type Span,
  spanOf,
  strongFactors,
  tiers,
} from './ast.ts'
import { checkBudgetsOnce, checkRule } from './check.ts'
import { limits, quoted, type RuleFault } from './fault.ts'
import { lexLine, type Token } from './lexer.ts'
import { didYouMean } from './nearest-word.ts'
import { readCondition, readDuration, readNumber, readSignal } from './parse-condition.ts'
import {
  expectSign,
  expectWord,
  fail,
  isWord,
  LineEnds,
  next,
  note,
  type Parser,
  peek,
  stop,
  takeWord,
} from './parser.ts'

/**
 * Reads the rules of a text, one a line, `#` before a comment. Gives all faults at once where there are any, and then no rules. Never throws,
 * takes a time that is linear in the text, and asks no more of the stack than a fixed depth.
 */
export function parseRules(text: string): { rules: Rule[] } | { faults: RuleFault[] } {
  if (text.length > limits.textBytes || Buffer.byteLength(text) > limits.textBytes)
    return { faults: [tooMuch(1, { column: 1, length: 1 }, `a text of more than ${limits.textBytes / 1024} KB`)] }
  const rules: Rule[] = []
  const faults: RuleFault[] = []
  let seen = 0
  for (const [index, source] of text.split(/\r\n|\r|\n/).entries()) {
    const line = index + 1
    const { tokens, faults: unread } = lexLine(source)
    faults.push(...unread.map((fault) => ({ ...fault, line })))
    if (unread.length > 0 || tokens.length > 1) seen++
    if (seen > limits.rules) {
      faults.push(tooMuch(line, tokens[0] as Token, `more than ${limits.rules} rules`))
      break
    }
    if (unread.length > 0 || tokens.length === 1) continue
    const { rule, faults: found } = parseLine(tokens, line)
    if (rule) rules.push(rule)
    faults.push(...found)
  }
  faults.push(...checkBudgetsOnce(rules))
  return faults.length > 0 ? { faults: faults.sort((a, b) => a.line - b.line || a.column - b.column) } : { rules }
}

function tooMuch(line: number, { column, length }: Span, message: string): RuleFault {
  return { code: 'limit', line, column, length, message }
}

function parseLine(tokens: readonly Token[], line: number): { rule?: Rule; faults: RuleFault[] } {
  const p: Parser = { tokens, at: 0, depth: 0, faults: [] }
  let rule: Rule | undefined
  try {
    rule = readRule(p, line)
  } catch (error) {
    if (!(error instanceof LineEnds)) throw error
  }
  const faults = p.faults.map((fault) => ({ ...fault, line }))
  if (!rule) return { faults }
  const all = [...faults, ...checkRule(rule)]
  return all.length > 0 ? { faults: all.slice(0, limits.faultsInLine) } : { rule, faults: [] }
}

function readRule(p: Parser, line: number): Rule {
  const shadow = takeWord(p, 'shadow')
  if (isWord(peek(p), 'budget')) {
    if (shadow) fail(p, peek(p), 'a budget has no shadow', 'delete shadow')
    return readBudget(p, line)
  }
  const action = readAction(p, ['shadow', 'budget'])
  // The condition is read also behind an action that is no action: all faults at once.
  if (!action) while (!isWord(peek(p), 'if')) if (next(p).type === 'end') throw new LineEnds()
  expectWord(p, 'if', 'a rule needs a condition: if new_device')
  const when = readCondition(p)
  return { type: 'rule', line, shadow, action: action ?? { type: 'review' }, when }
}

// Actions

/** The action that stands here; undefined, with its fault noted, for a word that is none. */
function readAction(p: Parser, others: readonly string[] = []): Action | undefined {
  const word = next(p)
  if (word.type === 'end') fail(p, word, 'an action is expected here', `write one of ${tiers.join(', ')}`)
  const type = tiers.find((tier) => isWord(word, tier))
  if (type === undefined) {
    const hint = didYouMean(word.text, [...tiers, ...others]) ?? `write one of ${[...tiers, ...others].join(', ')}`
    note(p, word, `${quoted(word.text)} is no action`, hint, 'unknown_word')
    return undefined
  }
  if (type === 'hold' || type === 'wait') {
    const length = readDuration(p, `${type} 24h`)
    return length && placed<Action>({ type, for: length }, word)
  }
  if (type !== 'require') return placed({ type }, word)
  const named = peek(p)
  const factor = strongFactors.find((one) => isWord(named, one))
  if (factor === undefined) {
    const hint = didYouMean(named.text, strongFactors) ?? `write one of ${strongFactors.join(', ')}`
    note(p, named, 'require takes the name of a factor', hint, 'unknown_word')
    return undefined
  }
  next(p)
  return placed({ type, factor }, word)
}

// Budgets

function readBudget(p: Parser, line: number): BudgetRule {
  next(p)
  const scope = readScope(p)
  expectWord(p, 'base', 'a budget needs a base: base 5 USD per 24h')
  const base = readNumber(p, 'per')
  expectWord(p, 'per', 'a budget needs a time to refill: per 24h')
  const per = readDuration(p, 'per 24h') ?? stop()
  const budget: BudgetRule = { type: 'budget', line, scope, base, per }
  if (takeWord(p, 'tolerance')) {
    const share = readNumber(p, 'then')
    if (share.type === 'money') fail(p, spanOf(share) ?? peek(p), 'a tolerance is a share', 'write tolerance 0.8')
    budget.tolerance = share
  }
  if (takeWord(p, 'then')) budget.whenEmpty = readAction(p) ?? stop()
  const token = peek(p)
  if (token.type === 'end') return budget
  const hint = isWord(token, 'tolerance')
    ? 'write tolerance once, before then'
    : didYouMean(token.text, ['tolerance', 'then'])
  return fail(
    p,
    token,
    `${quoted(token.text)} is not expected here`,
    hint ?? 'write tolerance 0.8, then divert, or nothing',
  )
}

function readScope(p: Parser): BudgetScope {
  const word = next(p)
  const plain = plainScopes.find((scope) => isWord(word, scope))
  if (plain) return placed({ type: plain }, word)
  if (isWord(word, 'country')) {
    const code = peek(p)
    if (code.type !== 'word') fail(p, code, 'a country is expected here', 'write its code: country AO')
    next(p)
    return placed({ type: 'country', country: code.text }, code)
  }
  if (isWord(word, 'key')) {
    expectSign(p, '(', 'write key(asn)')
    const signal = readSignal(p)
    expectSign(p, ')', 'write key(asn)')
    return placed({ type: 'key', signal }, word)
  }
  const scopes = ['country', 'key', ...plainScopes]
  return fail(
    p,
    word,
    word.type === 'end' ? 'a scope is expected here' : `${quoted(word.text)} is no scope`,
    didYouMean(word.text, scopes) ??
      'write country AO, key(asn), number, block, ip, net, home, abroad, newdev or growth',
    'unknown_word',
  )
}
