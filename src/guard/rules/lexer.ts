import { compareOps, type Span, type Unit, units } from './ast.ts'
import { limits, quoted, type RuleFault } from './fault.ts'

/** One word or sign of a line, with the value it stands for. `end` stands behind the last one. */
export type Token = Span & { text: string } & (
    | { type: 'word' | 'sign' | 'end' }
    | { type: 'list' | 'text'; value: string }
    | { type: 'number'; value: number; places: number }
    | { type: 'duration'; amount: number; unit: Unit }
  )

/** What a line is made of, or why it cannot be told apart. */
export interface Lexed {
  tokens: Token[]
  faults: Omit<RuleFault, 'line'>[]
}

/** The form of words that need no quotes. */
export const bareWord = /^[A-Za-z_][A-Za-z0-9_.-]*$/

type Report = (span: Span, message: string, hint?: string, code?: RuleFault['code']) => void
type Read = (found: string, span: Span, fault: Report) => Token

const blank = /[ \t\u00a0\ufeff]+/y
// Each begins with what the others cannot begin with and loops over one class of characters at a time, so reading is linear.
const readers: readonly [pattern: RegExp, read: Read][] = [
  [/[A-Za-z_][A-Za-z0-9_.-]*/y, (text, span) => ({ type: 'word', text, ...span })],
  [/-?[0-9][A-Za-z0-9_.:/]*/y, readNumeric],
  [/@[A-Za-z0-9_.-]*/y, readList],
  [/"(?:[^"\\]|\\.)*"?/y, readText],
  [/[=!<>&|]+|[(),]/y, readSign],
]

// What makes a line read otherwise than it is (CVE-2021-42574, "Trojan Source"): refused in comments too.
const deceiving = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u

const otherSigns: Record<string, string> = {
  '==': '=',
  '===': '=',
  '<>': '!=',
  '=<': '<=',
  '=>': '>=',
  '!': 'not',
  '!==': '!=',
  '&': 'and',
  '&&': 'and',
  '|': 'or',
  '||': 'or',
  '≠': '!=',
  '≤': '<=',
  '≥': '>=',
  '“': 'a straight "',
  '”': 'a straight "',
  "'": 'a straight "',
  '‘': 'a straight "',
  '’': 'a straight "',
  $: "the currency's code behind the amount: 5000 BRL, 5 USD",
  '+': 'numbers in quotes: "+55119"',
}

/** Reads one line into tokens, up to its comment. Never throws; time is linear in the length of the line. */
export function lexLine(line: string): Lexed {
  const tokens: Token[] = []
  const faults: Lexed['faults'] = []
  const fault: Report = (span, message, hint, code = 'syntax') => {
    if (faults.length < limits.faultsInLine) faults.push({ code, ...span, message, ...(hint && { hint }) })
  }
  const hidden = deceiving.exec(line.replaceAll('\t', ' '))
  if (hidden)
    fault({ column: hidden.index + 1, length: 1 }, `an invisible character (${codePoint(hidden[0])})`, 'delete it')

  let at = 0
  while (at < line.length && line[at] !== '#') {
    const found = wordAt(line, at)
    const span = { column: at + 1, length: found.text.length }
    at += found.text.length
    if (found.read) tokens.push(found.read(found.text, span, fault))
    else if (!found.blank && !deceiving.test(found.text))
      fault(span, `${nameOf(found.text)} means nothing here`, instead(found.text))
    if (!found.blank && span.length > limits.wordChars + 2)
      fault(span, `a word of more than ${limits.wordChars} characters`, undefined, 'limit')
  }
  tokens.push({ type: 'end', text: '', column: endOf(tokens), length: 1 })
  return { tokens, faults }
}

function wordAt(line: string, at: number): { text: string; read?: Read; blank?: true } {
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at
    return pattern.exec(line)?.[0]
  }
  const space = match(blank)
  if (space) return { text: space, blank: true }
  for (const [pattern, read] of readers) {
    const text = match(pattern)
    if (text) return { text, read }
  }
  return { text: String.fromCodePoint(line.codePointAt(at) as number) }
}

function endOf(tokens: readonly Token[]): number {
  const last = tokens.at(-1)
  return last ? last.column + last.length : 1
}

function instead(found: string): string | undefined {
  const other = Object.hasOwn(otherSigns, found) ? otherSigns[found] : undefined
  return other && `write ${other}`
}

/** A sign as people can tell it from another that looks alike. */
function nameOf(char: string): string {
  return char >= ' ' && char <= '~' ? quoted(char) : `${quoted(char)} (${codePoint(char)})`
}

function codePoint(char: string): string {
  return `U+${(char.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`
}

function readSign(found: string, span: Span, fault: Report): Token {
  if (!/^[(),]$/.test(found) && !(compareOps as readonly string[]).includes(found))
    fault(span, `${quoted(found)} is no comparison`, instead(found) ?? `write one of ${compareOps.join(' ')}`)
  return { type: 'sign', text: found, ...span }
}

function readList(found: string, span: Span, fault: Report): Token {
  const value = found.slice(1)
  if (!bareWord.test(value)) fault(span, `${quoted(found)} is no name of a list`, 'write a name such as @office')
  return { type: 'list', text: found, value, ...span }
}

function readText(found: string, span: Span, fault: Report): Token {
  const token = (value: string): Token => ({ type: 'text', text: found, value, ...span })
  if (!/^"(?:[^"\\]|\\.)*"$/.test(found)) {
    fault(span, 'quotes that are not closed', 'write " at the end of the text')
    return token('')
  }
  const inner = found.slice(1, -1)
  if (/\\[^"\\]/.test(inner.replaceAll('\\\\', '')))
    fault(span, 'a backslash that escapes nothing', 'only \\" and \\\\ are escapes')
  if (invisible.test(inner)) fault(span, 'a text that holds an invisible character', 'delete it')
  if (inner === '') fault(span, 'an empty text, which nothing is', 'write something between the quotes')
  return token(inner.replace(/\\(.)/g, '$1'))
}

function readNumeric(found: string, span: Span, fault: Report): Token {
  const zero: Token = { type: 'number', text: found, value: 0, places: 0, ...span }
  const duration = /^(\d{1,9})([A-Za-z]+)$/.exec(found)
  if (duration && (units as readonly string[]).includes(duration[2] as string))
    return { type: 'duration', text: found, amount: Number(duration[1]), unit: duration[2] as Unit, ...span }
  const number = /^-?(\d+)(?:\.(\d+))?$/.exec(found)
  if (!number) {
    fault(span, `${quoted(found)} is no number and no duration`, numericHint(found))
    return zero
  }
  const whole = (number[1] as string).replace(/^0+(?=\d)/, '')
  const places = number[2]?.length ?? 0
  if (places > limits.places || whole.length + places > limits.digits) {
    fault(span, 'a number of too many digits', `at most ${limits.digits}, ${limits.places} of them decimals`, 'limit')
    return zero
  }
  // Fifteen digits go into a double and come out the same. Minus nothing is nothing.
  return { ...zero, value: Number(found) + 0, places } as Token
}

function numericHint(found: string): string {
  if (/^[0-9A-Fa-f]{0,4}(?:[.:/][0-9A-Fa-f]{0,4}){2,8}$/.test(found))
    return 'addresses are named by lists: ip in @office'
  const parts = /^(-?\d+)(?:\.(\d+))?([A-Za-z]+)$/.exec(found)
  if (!parts) return 'write a number such as 0.8, or a duration such as 30s, 10m, 72h, 7d'
  const [, whole, fraction, unit] = parts as unknown as [string, string, string | undefined, string]
  if (/^[A-Z]{3}$/.test(unit)) return `write ${found.slice(0, -3)} ${unit}`
  const letter = unit[0]?.toLowerCase() as string
  if (/^w(?:eeks?)?$/i.test(unit) && !fraction && whole.length < 6) return `write ${Number(whole) * 7}d`
  if (/^(?:mo|y)/i.test(unit)) return 'write days, such as 30d'
  if ((units as readonly string[]).includes(letter) && !fraction && whole.length < 10) return `write ${whole}${letter}`
  return 'write a whole number and one of s, m, h, d, such as 90m'
}
