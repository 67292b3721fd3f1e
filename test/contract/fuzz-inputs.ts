import fc from 'fast-check'
import { phone } from './phone.ts'
import { type Operation, resolve, type Schema } from './spec.ts'

const oddities = [
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202egnp.exe',
  '\u{1f469}\u200d\u{1f469}\u200d\u{1f467}',
  'é'.repeat(300),
  'x'.repeat(100_000),
  '9'.repeat(400),
  '-1',
  '1e3',
  'NaN',
  'null',
  '__proto__',
  '{"__proto__":{"a":1}}',
  '{"a":"\\u0000"}',
  '{"a":"\\ud800"}',
  '{"a":{"a":{"a":[]}}}',
  '{"a":',
  '[]',
  '+5511999999999,+14155550100',
  '+5511999999999\r\n+14155550100',
  "'; drop table services; --",
  '../../Services',
  '%',
  '2999-12-31T23:59:59Z',
]
const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...oddities) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
)
const unknownNames = fc.constantFrom(
  'Unknown',
  '__proto__',
  'constructor',
  'toString',
  'to',
  'To[]',
  'To.x',
  '\u0000',
  '',
)
/** Media types, of which no operation takes more than one. */
export const contentTypes = [
  'application/json',
  'text/plain',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded; charset=utf-16',
  'application/octet-stream',
  'nonsense',
  '',
]

/** Values that a parameter of this schema could have: what is well-formed goes further in than what is not. */
function plausible(name: string, schema: Schema): fc.Arbitrary<string> {
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.type === 'integer') return fc.integer({ min: -2, max: 400 }).map(String)
  if (schema.type === 'boolean') return fc.constantFrom('true', 'false', 'TRUE', '1')
  if (schema.pattern) return fc.constantFrom(`${schema.pattern.slice(1, 3)}${'a'.repeat(32)}`, 'VA1', 'XX')
  if (schema.type === undefined) return fc.constantFrom('{}', '{"a":"b"}', '{"a":1}', '[]')
  if (name === 'To' || name === 'PhoneNumber') return fc.constantFrom(phone(), phone(), 'someone@example.com', '+1')
  if (name === 'Code' || name === 'CustomCode') return fc.constantFrom('123456', '1234', '12345678901')
  return fc.constantFrom('some text', 'another')
}

const plain = (pairs: [string, string][]) => new URLSearchParams(pairs).toString()
/** A form as bytes, in which percent signs may lead to what is no UTF-8. */
const encoding = fc.oneof(
  { weight: 8, arbitrary: fc.constant(plain) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('&&=&To', '&To=%ED%A0%80&Code=%00', '&Channel=%zz', `&${'a=b&'.repeat(2000)}`)
      .map((tail) => (pairs: [string, string][]) => plain(pairs) + tail),
  },
)

/** A form that an operation takes, with fresh values where it takes each of them once. */
export type GoodForm = Record<string, string | fc.Arbitrary<string>>

/** Forms as sent, made by changing a good one: parameters left out, ill, unknown, or twice. */
export function forms(operation: Operation, good: GoodForm): fc.Arbitrary<string> {
  const values = Object.entries(good).map(([name, value]) =>
    (typeof value === 'string' ? fc.constant(value) : value).map((text): [string, string] => [name, text]),
  )
  const properties = Object.entries(operation.body?.properties ?? {})
  const known = properties.map(([name, schema]) =>
    fc.tuple(
      fc.constant(name),
      fc.oneof(plausible(name, resolve(operation.product, schema)), text) as fc.Arbitrary<string>,
    ),
  )
  const unknown = fc.tuple(unknownNames, text)
  const change = fc.oneof(...known.map((arbitrary) => ({ weight: 3, arbitrary })), { weight: 1, arbitrary: unknown })
  return fc
    .record({
      whole: fc.tuple(...values),
      dropped: fc.subarray(Object.keys(good)),
      encode: encoding,
      keepAll: fc.boolean(),
      changes: fc.array(change, { maxLength: 4 }),
      twice: fc.boolean(),
    })
    .map(({ whole, dropped, keepAll, changes, twice, encode }) => {
      const kept = keepAll ? whole : whole.filter(([name]) => !dropped.includes(name))
      // Half of the time a change takes the place of the good value, else the name comes twice.
      const changed = changes.map(([name]) => name)
      return encode([...(twice ? kept : kept.filter(([name]) => !changed.includes(name))), ...changes])
    })
}

/** JSON as sent: a good body with one or two members changed, other JSON, or none. */
export function jsons(good: unknown): fc.Arbitrary<string> {
  const value = fc.oneof(text, fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>, fc.constant(null))
  const paths = pathsOf(good)
  const changed = fc
    .array(fc.tuple(fc.constantFrom(...paths), value), { maxLength: 2 })
    .map((changes) => changes.reduce<unknown>((body, [path, to]) => replaced(body, path, to), good))
    .map((body) => JSON.stringify(body) ?? '')
  return fc.oneof(
    { weight: 6, arbitrary: changed },
    { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', '{', '[', 'null', '"x"', '[[[[]]]]', `${'['.repeat(5000)}`, '{"a":1}}'),
    },
  )
}

function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (value === null || typeof value !== 'object') return [path]
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))]
}

function replaced(value: unknown, [first, ...rest]: string[], to: unknown): unknown {
  if (first === undefined) return to
  if (value === null || typeof value !== 'object') return value
  return { ...value, [first]: replaced((value as Record<string, unknown>)[first], rest, to) }
}
