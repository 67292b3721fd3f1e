import type { CountTerm, Expr, Literal, SignalRef, Term } from './ast.ts'
import { quoted } from './fault.ts'
import { checkLength, type Finding, finding } from './finding.ts'
import { didYouMean } from './nearest-word.ts'
import { printLiteral } from './print.ts'
import { countKinds, countries, currencies, isNaming, type SignalSpec, signalNames, signalSpec } from './signals.ts'

/** What is wrong with one part of a condition, without the parts below it. */
export function checkPart(part: Expr): Finding[] {
  switch (part.type) {
    case 'signal':
      return withSpec(part, (spec, name) => {
        if (spec.type === 'boolean') return []
        return [finding(part, `${name} is ${nameOf(spec)}, not yes or no`, `compare it: ${exampleOf(name, spec)}`)]
      })
    case 'compare':
      return checkCompare(part)
    case 'in':
      return withSpec(part.left, (spec, name) => checkIn(part, spec, name))
    case 'starts':
      return withSpec(part.left, (spec, name) => checkStarts(part, spec, name))
    case 'known':
      return withSpec(part.signal, () => [])
    case 'not':
      return []
    default:
      return part.of.length < 2 ? [finding(part, `${part.type} joins two conditions or more`)] : []
  }
}

/** A signal that counts and budgets go by. */
export function checkKey(signal: SignalRef): Finding[] {
  return withSpec(signal, (spec, name) => {
    if (isNaming(spec)) return []
    return [
      finding(signal, `${name} is ${nameOf(spec)}, which names nothing`, 'write a signal such as ip, asn or country'),
    ]
  })
}

/** A code of ISO 3166. `UK` is what many write for GB. */
export function checkCountry(code: string, node: object): Finding[] {
  if (countries.has(code)) return []
  const upper = code.toUpperCase() === 'UK' ? 'GB' : code.toUpperCase()
  const near = countries.has(upper)
    ? `did you mean ${upper}?`
    : code.length > 2
      ? didYouMean(code, signalNames)
      : undefined
  const hint = near ?? 'write its ISO 3166 code of two letters, such as BR'
  return [finding(node, `${quoted(code)} is no country`, hint, 'unknown_word')]
}

/** Goes on with what the catalogue says of a term, or says why it says nothing. */
function withSpec(term: Term, check: (spec: SignalSpec, name: string) => Finding[]): Finding[] {
  if (term.type === 'count') return [...checkCount(term), ...check(countSpec, 'a count')]
  const spec = signalSpec(term.name)
  if (spec) return check(spec, term.name)
  const hint = didYouMean(term.name, [...signalNames, 'count', 'not'])
  return [finding(term, `${quoted(term.name)} is no signal`, hint, 'unknown_word')]
}

const countSpec: SignalSpec = { type: 'number', min: 0, doc: 'a count' }

function checkCount(count: CountTerm): Finding[] {
  // Decisions are kept for 90 days, so nothing can be counted over more.
  const found = [...checkKey(count.key), ...checkLength(count.window, 90, 'a window')]
  if (Object.hasOwn(countKinds, count.kind)) return found
  return [finding(count, `${quoted(count.kind)} is nothing that is counted`), ...found]
}

function checkCompare(part: Expr & { type: 'compare' }): Finding[] {
  const { left, op, right } = part
  const isTerm = right.type === 'signal' || right.type === 'count'
  const found = isTerm ? withSpec(right, () => []) : []
  return withSpec(left, (spec, name) => {
    if (spec.type === 'boolean')
      return [...found, finding(part, `${name} is yes or no by itself`, `write ${name}, or not ${name}`)]
    if (spec.type === 'address' || spec.type === 'phone')
      return [...found, finding(part, `${name} is not compared`, `write ${exampleOf(name, spec)}`)]
    if (isWords(spec) && op !== '=' && op !== '!=')
      return [...found, finding(part, `${name} is ${nameOf(spec)}, which has no order`, 'write = or !=')]
    return [...found, ...(isTerm ? checkOther(name, spec, right) : checkLiteral(name, spec, right))]
  })
}

function checkOther(name: string, spec: SignalSpec, right: Term): Finding[] {
  const other = right.type === 'count' ? countSpec : signalSpec(right.name)
  if (!other || (other.type === spec.type && other.values === spec.values)) return []
  if (other.type === spec.type)
    return [finding(right, `${name} is a word of other meaning`, `write ${exampleOf(name, spec)}`)]
  return [
    finding(right, `${name} is ${nameOf(spec)}; this is ${nameOf(other)}`, `write such as ${exampleOf(name, spec)}`),
  ]
}

function checkIn({ set }: Expr & { type: 'in' }, spec: SignalSpec, name: string): Finding[] {
  const hint = `write ${exampleOf(name, spec)}`
  if (set.type === 'list')
    return isNaming(spec) ? [] : [finding(set, `${name} is ${nameOf(spec)}, which no list holds`, hint)]
  if (spec.type === 'address' || spec.type === 'phone')
    return [finding(set, `${name} is looked for in lists that have a name`, hint)]
  if (spec.type !== 'number' && !isWords(spec))
    return [finding(set, `${name} is ${nameOf(spec)}, which is compared`, hint)]
  return set.of.flatMap((item) => checkLiteral(name, spec, item))
}

function checkStarts({ left, prefix }: Expr & { type: 'starts' }, spec: SignalSpec, name: string): Finding[] {
  if (spec.type === 'text' && !spec.values) return []
  if (spec.type !== 'phone')
    return [finding(left, `the beginning of ${name} says nothing`, `write ${exampleOf(name, spec)}`)]
  if (/^\+[0-9]{1,15}$/.test(prefix.value)) return []
  return [finding(prefix, `no number starts with ${quoted(prefix.value)}`, 'write + and digits: "+55119"')]
}

// Literals

function checkLiteral(name: string, spec: SignalSpec, literal: Literal): Finding[] {
  if (!fits(spec, literal)) {
    const value = literal.type === 'text' ? quoted(literal.value) : printLiteral(literal)
    return [finding(literal, `${name} is ${nameOf(spec)}; ${value} is not`, hintFor(name, spec, literal))]
  }
  if (literal.type === 'text')
    return spec.type === 'country' ? checkCountry(literal.value, literal) : checkWord(name, spec, literal)
  if (literal.type === 'duration') return literal.amount === 0 ? [] : checkLength(literal, 36_500, 'an age')
  if (literal.type === 'money' && !currencies.has(literal.currency))
    return [finding(literal, `${quoted(literal.currency)} is no currency`, 'write its ISO 4217 code', 'unknown_word')]
  const least = spec.type === 'money' ? { ...spec, min: 0 } : spec
  return checkBounds(name, least, literal.value, literal)
}

function fits(spec: SignalSpec, literal: Literal): boolean {
  if (spec.type === 'usd') return literal.type === 'number' || (literal.type === 'money' && literal.currency === 'USD')
  return isWords(spec) ? literal.type === 'text' : literal.type === spec.type
}

function checkWord(name: string, { values }: SignalSpec, literal: Literal & { type: 'text' }): Finding[] {
  if (!values || values.includes(literal.value)) return []
  const hint = didYouMean(literal.value, [...values, ...signalNames]) ?? `write one of ${values.join(', ')}`
  return [finding(literal, `${name} is never ${quoted(literal.value)}`, hint, 'unknown_word')]
}

function checkBounds(name: string, { min, max, whole }: SignalSpec, value: number, node: object): Finding[] {
  if (whole && !Number.isInteger(value))
    return [finding(node, `${name} is a whole number`, `write ${Math.floor(value)}`)]
  if ((min === undefined || value >= min) && (max === undefined || value <= max)) return []
  return [finding(node, max === undefined ? `${name} is never below ${min}` : `${name} is from ${min} to ${max}`)]
}

function hintFor(name: string, spec: SignalSpec, literal: Literal): string {
  const asn = literal.type === 'text' ? /^AS([0-9]{1,10})$/i.exec(literal.value)?.[1] : undefined
  if (asn !== undefined && name === 'asn') return `write ${asn}`
  if (spec.type === 'number' && literal.type === 'money') return `write ${literal.value}`
  if (literal.type === 'number' && literal.value >= 0) {
    if (spec.type === 'duration') return `write its unit: ${Math.floor(literal.value)}h`
    if (spec.type === 'money') return `write its currency: ${literal.value} BRL`
  }
  return `write such as ${exampleOf(name, spec)}`
}

// The catalogue in words

function isWords(spec: SignalSpec): boolean {
  return spec.type === 'text' || spec.type === 'country'
}

const typeNames: Record<SignalSpec['type'], string> = {
  boolean: 'yes or no',
  number: 'a number',
  usd: 'a price in USD',
  duration: 'a duration',
  money: 'an amount of money',
  text: 'a word',
  country: 'a country',
  address: 'an address',
  phone: 'a phone number',
}

function nameOf(spec: SignalSpec): string {
  return typeNames[spec.type]
}

function exampleOf(name: string, spec: SignalSpec): string {
  const named = name === 'a count' ? 'count(sent, ip, 1h)' : name
  const examples: Record<SignalSpec['type'], string> = {
    boolean: named,
    number: spec.names
      ? `${named} in @hosting`
      : `${named} > ${spec.max === 1 ? 0.8 : Math.min(20, spec.max ?? 20) - 1}`,
    usd: `${named} > 0.05 USD`,
    duration: `${named} < 72h`,
    money: `${named} > 5000 BRL`,
    text: `${named} = ${spec.values?.[0] ?? 'payout'}`,
    country: `${named} = BR`,
    address: `${named} in @office`,
    phone: `${named} starts with "+55119", or in @numbers`,
  }
  return examples[spec.type]
}
