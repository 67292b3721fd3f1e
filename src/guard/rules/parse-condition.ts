import { minorDigits } from '../../lib/money.ts'
import {
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
  type SignalRef,
  type Term,
} from './ast.ts'
import { limits, quoted } from './fault.ts'
import type { Token } from './lexer.ts'
import { didYouMean } from './nearest-word.ts'
import {
  expectSign,
  expectWord,
  fail,
  isWord,
  next,
  note,
  type Parser,
  peek,
  stop,
  takeSign,
  takeWord,
} from './parser.ts'
import { reserved } from './print.ts'
import { countKinds, currencies, signalNames, signalSpec } from './signals.ts'

/** Reads a condition up to the end of the line. `or` binds weakest, then `and`, then `not`. */
export function readCondition(p: Parser): Expr {
  const expr = readOr(p)
  endLine(p)
  return expr
}

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

/** The signal that stands here, whether there is one of that name or not: the check says. */
export function readSignal(p: Parser): SignalRef {
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
export function readNumber(p: Parser, follows?: string): NumberLiteral | MoneyLiteral {
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

/** The duration that stands here; undefined, with its fault noted, where there is none. */
export function readDuration(p: Parser, example: string): DurationLiteral | undefined {
  const token = peek(p)
  if (token.type !== 'duration') {
    note(p, token, 'a duration is expected here', `write a number and one of s, m, h, d: ${example}`)
    return undefined
  }
  next(p)
  return placed<DurationLiteral>({ type: 'duration', amount: token.amount, unit: token.unit }, token)
}
