import { minorDigits } from '../../lib/money.ts'
import {
  type Action,
  type BudgetRule,
  type BudgetScope,
  type CompareOp,
  compareOps,
  type DurationLiteral,
  type Expr,
  type Items,
  type ListRef,
  type Literal,
  type MoneyLiteral,
  type NumberLiteral,
  placed,
  plainScopes,
  type Rule,
  type SignalRef,
  type Span,
  strongFactors,
  type Term,
  tiers,
} from './ast.ts'
import { checkBudgetsOnce, checkRule } from './check.ts'
import { limits, quoted, type RuleFault } from './fault.ts'
import { lexLine, type Token } from './lexer.ts'
import { didYouMean } from './nearest-word.ts'
import { reserved } from './print.ts'
import { countKinds, currencies, signalNames, signalSpec } from './signals.ts'

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

interface Parser {
  tokens: readonly Token[]
  at: number
  depth: number
  faults: Omit<RuleFault, 'line'>[]
}

/** The rest of the line cannot be read. The fault is noted already. */
class LineEnds extends Error {}

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
  const when = readOr(p)
  endLine(p)
  return { type: 'rule', line, shadow, action: action ?? { type: 'review' }, when }
}

function endLine(p: Parser): void {
  const token = peek(p)
  if (token.type === 'end') return
  if (token.text === ')') fail(p, token, 'a parenthesis that nothing opened', 'delete it')
  if (token.text === ',') fail(p, token, 'a comma is not expected here', 'thousands are written without it: 5000')
  const words = ['and', 'or', 'not', 'in', 'is', 'starts']
  fail(
    p,
    token,
    `${quoted(token.text)} is not expected here`,
    didYouMean(token.text, words) ?? 'write and, or, or nothing',
  )
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

/** The duration that stands here; undefined, with its fault noted, where there is none. */
function readDuration(p: Parser, example: string): DurationLiteral | undefined {
  const token = peek(p)
  if (token.type !== 'duration') {
    note(p, token, 'a duration is expected here', `write a number and one of s, m, h, d: ${example}`)
    return undefined
  }
  next(p)
  return placed<DurationLiteral>({ type: 'duration', amount: token.amount, unit: token.unit }, token)
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
    if (share.type === 'money') fail(p, peek(p), 'a tolerance is a share', 'write tolerance 0.8')
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

// Expressions

function readOr(p: Parser): Expr {
  return readChain(p, 'or', readAnd)
}

function readAnd(p: Parser): Expr {
  return readChain(p, 'and', readNot)
}

function readChain(p: Parser, type: 'and' | 'or', readPart: (p: Parser) => Expr): Expr {
  const first = readPart(p)
  const joint = peek(p)
  if (!isWord(joint, type)) return first
  const of = [first]
  while (takeWord(p, type)) of.push(readPart(p))
  return placed({ type, of }, joint)
}

function readNot(p: Parser): Expr {
  const token = peek(p)
  if (isWord(token, 'not')) {
    next(p)
    return placed({ type: 'not', of: deeper(p, token, readNot) }, token)
  }
  if (token.text !== '(') return readPredicate(p)
  next(p)
  const inner = deeper(p, token, readOr)
  const close = peek(p)
  if (close.text === ')') next(p)
  else if (close.type === 'end') fail(p, token, 'a parenthesis that nothing closes', 'write ) at its end')
  else endLine(p)
  return inner
}

/** The only recursion there is goes through here, so the stack holds at most `limits.depth` rounds of it. */
function deeper(p: Parser, token: Token, read: (p: Parser) => Expr): Expr {
  if (p.depth >= limits.depth)
    fail(p, token, `more than ${limits.depth} levels deep`, 'write it as several rules', 'limit')
  p.depth++
  const expr = read(p)
  p.depth--
  return expr
}

function readPredicate(p: Parser): Expr {
  const left = readTerm(p)
  const word = peek(p)
  const op = compareOps.find((one) => word.type === 'sign' && word.text === one)
  if (op) {
    next(p)
    return placed({ type: 'compare', left, op, right: readValue(p, op) }, word)
  }
  if (isWord(word, 'not') && isWord(p.tokens[p.at + 1], 'in')) {
    next(p)
    next(p)
    return placed({ type: 'in', left, negated: true, set: readSet(p) }, word)
  }
  if (takeWord(p, 'in')) return placed({ type: 'in', left, negated: false, set: readSet(p) }, word)
  if (takeWord(p, 'starts')) {
    expectWord(p, 'with', 'write starts with "+55119"')
    const prefix = next(p)
    if (prefix.type !== 'text') fail(p, prefix, 'a text in quotes is expected here', 'write starts with "+55119"')
    return placed({ type: 'starts', left, prefix: placed({ type: 'text', value: prefix.value }, prefix) }, word)
  }
  if (takeWord(p, 'is')) return readKnown(p, left, word)
  if (left.type === 'count') fail(p, word, 'a count is compared with a number', 'write count(sent, ip, 1h) > 5')
  return left
}

function readKnown(p: Parser, left: Term, word: Token): Expr {
  const state = next(p)
  const negated = isWord(state, 'unknown')
  if (!negated && !isWord(state, 'known'))
    fail(
      p,
      state,
      '"known" or "unknown" is expected here',
      didYouMean(state.text, ['known', 'unknown']) ?? 'to compare, write =',
    )
  if (left.type === 'count') fail(p, word, 'only a signal is known or unknown', 'compare the count: > 5')
  return placed({ type: 'known', signal: left, negated }, word)
}

/** What stands on the left: a signal, known or not (the check tells), or a count. */
function readTerm(p: Parser): Term {
  const token = peek(p)
  if (isWord(token, 'count')) return readCount(p)
  return readSignal(p)
}

function readSignal(p: Parser): SignalRef {
  const token = next(p)
  if (token.type === 'word' && !reserved.has(token.text)) return placed({ type: 'signal', name: token.text }, token)
  const value = token.type !== 'end' && token.type !== 'sign' && token.type !== 'word'
  const hint = value ? 'write the signal first: amount > 5000 BRL' : didYouMean(token.text, signalNames)
  return fail(p, token, 'a signal is expected here', hint)
}

function readCount(p: Parser): Term {
  const word = next(p)
  const example = 'write count(sent, ip, 1h)'
  expectSign(p, '(', example)
  const kind = next(p)
  if (kind.type !== 'word')
    fail(p, kind, 'what to count is expected here', `write one of ${Object.keys(countKinds).join(', ')}`)
  if (!Object.hasOwn(countKinds, kind.text)) {
    const known = Object.keys(countKinds)
    const hint = didYouMean(kind.text, known) ?? `write one of ${known.join(', ')}`
    fail(p, kind, `${quoted(kind.text)} is nothing that is counted`, hint, 'unknown_word')
  }
  expectSign(p, ',', example)
  const key = readSignal(p)
  expectSign(p, ',', example)
  const window = readDuration(p, '1h') ?? stop()
  expectSign(p, ')', example)
  return placed({ type: 'count', kind: kind.text, key, window }, word)
}

function readSet(p: Parser): ListRef | Items {
  const open = next(p)
  if (open.type === 'list') return placed({ type: 'list', name: open.value }, open)
  if (open.text !== '(') fail(p, open, 'a list is expected here', 'write (AO, MZ) or the name of a list: @office')
  const of: Literal[] = []
  do of.push(readItem(p))
  while (takeSign(p, ','))
  expectSign(p, ')', 'write a comma between the values and ) at the end')
  return placed({ type: 'items', of }, open)
}

function readItem(p: Parser): Literal {
  const token = peek(p)
  const value = readValue(p)
  if (value.type === 'signal')
    fail(
      p,
      token,
      `${quoted(token.text)} is a signal, and a list holds values`,
      `if a value is meant, write "${value.name}"`,
    )
  if (value.type === 'count') fail(p, token, 'a list holds values, not counts')
  return value as Literal
}

/** What stands on the right: a literal, or a signal or count to compare with. */
function readValue(p: Parser, op?: CompareOp): Term | Literal {
  const token = peek(p)
  if (token.type === 'number') return readNumber(p)
  if (token.type === 'duration') return readDuration(p, '72h') ?? stop()
  if (isWord(token, 'count')) return readCount(p)
  next(p)
  if (token.type === 'text') return placed({ type: 'text', value: token.value }, token)
  if (token.type === 'list')
    fail(p, token, 'a list is no value', `write ${op === '!=' ? 'not in' : 'in'} ${token.text}`)
  if (token.type !== 'word' || reserved.has(token.text))
    fail(
      p,
      token,
      'a value is expected here',
      token.type === 'word' ? `if a value is meant, write "${token.text}"` : undefined,
    )
  if (signalSpec(token.text)) return placed({ type: 'signal', name: token.text }, token)
  return placed({ type: 'text', value: token.text }, token)
}

/** A number, and the currency behind it where a word follows that is none of what may follow a number. */
function readNumber(p: Parser, follows?: string): NumberLiteral | MoneyLiteral {
  const token = next(p)
  if (token.type !== 'number') fail(p, token, 'a number is expected here', 'write a number such as 5 or 0.8')
  const { value } = token
  const unit = peek(p)
  if (unit.type !== 'word' || reserved.has(unit.text) || unit.text === follows)
    return placed({ type: 'number', value }, token)
  next(p)
  if (!currencies.has(unit.text)) {
    const hint = didYouMean(unit.text, ['and', 'or', ...(follows ? [follows] : []), ...currencies])
    fail(p, unit, `${quoted(unit.text)} is no currency`, hint ?? 'write its ISO 4217 code, such as BRL', 'unknown_word')
  }
  const span = { column: token.column, length: unit.column + unit.length - token.column }
  // "5.000 BRL" is five thousand to who writes it in Brazil, and five to a computer. Below one there are prices: 0.0075 USD.
  const places = minorDigits(unit.text)
  if (value >= 1 && token.places > places)
    note(p, token, `an amount in ${unit.text} has ${places} decimals`, 'thousands are written without a point: 5000')
  return placed({ type: 'money', value, currency: unit.text }, span)
}

// Tokens

function peek(p: Parser): Token {
  return p.tokens[p.at] as Token
}

/** The token that stands here, and goes past it. The end stays where it is. */
function next(p: Parser): Token {
  const token = peek(p)
  if (token.type !== 'end') p.at++
  return token
}

function isWord(token: Token | undefined, word: string): boolean {
  return token?.type === 'word' && token.text === word
}

function takeWord(p: Parser, word: string): boolean {
  if (!isWord(peek(p), word)) return false
  p.at++
  return true
}

function takeSign(p: Parser, sign: string): boolean {
  const token = peek(p)
  if (token.type !== 'sign' || token.text !== sign) return false
  p.at++
  return true
}

function expectWord(p: Parser, word: string, example: string): void {
  if (takeWord(p, word)) return
  const token = peek(p)
  fail(p, token, `"${word}" is expected here`, (token.type === 'word' && didYouMean(token.text, [word])) || example)
}

function expectSign(p: Parser, sign: string, example: string): void {
  if (!takeSign(p, sign)) fail(p, peek(p), `"${sign}" is expected here`, example)
}

function note(p: Parser, { column, length }: Span, message: string, hint?: string, code: RuleFault['code'] = 'syntax') {
  p.faults.push({ code, column, length, message, ...(hint !== undefined && { hint }) })
}

function fail(p: Parser, token: Span, message: string, hint?: string, code?: RuleFault['code']): never {
  note(p, token, message, hint, code)
  throw new LineEnds()
}

function stop(): never {
  throw new LineEnds()
}
