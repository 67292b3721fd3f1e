import type { Span } from './ast.ts'
import type { RuleFault } from './fault.ts'
import type { Token } from './lexer.ts'
import { didYouMean } from './nearest-word.ts'

/** Where the reading of a line stands, how deep, and what was found wrong so far. */
export interface Parser {
  tokens: readonly Token[]
  at: number
  depth: number
  faults: Omit<RuleFault, 'line'>[]
}

/** The rest of the line cannot be read. The fault is noted already. */
export class LineEnds extends Error {}

/** The token that stands here. */
export function peek(p: Parser): Token {
  return p.tokens[p.at] as Token
}

/** The token that stands here, and goes past it. The end stays where it is. */
export function next(p: Parser): Token {
  const token = peek(p)
  if (token.type !== 'end') p.at++
  return token
}

/** Whether a token is this word. */
export function isWord(token: Token | undefined, word: string): boolean {
  return token?.type === 'word' && token.text === word
}

/** Goes past this word, where it stands here. */
export function takeWord(p: Parser, word: string): boolean {
  if (!isWord(peek(p), word)) return false
  p.at++
  return true
}

/** Goes past this sign, where it stands here. */
export function takeSign(p: Parser, sign: string): boolean {
  const token = peek(p)
  if (token.type !== 'sign' || token.text !== sign) return false
  p.at++
  return true
}

/** Goes past this word; a line without it ends here. */
export function expectWord(p: Parser, word: string, example: string): void {
  if (takeWord(p, word)) return
  const token = peek(p)
  fail(p, token, `"${word}" is expected here`, (token.type === 'word' && didYouMean(token.text, [word])) || example)
}

/** Goes past this sign; a line without it ends here. */
export function expectSign(p: Parser, sign: string, example: string): void {
  if (!takeSign(p, sign)) fail(p, peek(p), `"${sign}" is expected here`, example)
}

/** Notes a fault behind which reading goes on. */
export function note(
  p: Parser,
  { column, length }: Span,
  message: string,
  hint?: string,
  code: RuleFault['code'] = 'syntax',
) {
  p.faults.push({ code, column, length, message, ...(hint !== undefined && { hint }) })
}

/** Notes a fault behind which nothing can be read. */
export function fail(p: Parser, token: Span, message: string, hint?: string, code?: RuleFault['code']): never {
  note(p, token, message, hint, code)
  throw new LineEnds()
}

/** Ends a line whose fault is noted already. */
export function stop(): never {
  throw new LineEnds()
}
