import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import type { Db } from '../../src/store/db.ts'
import { type Doors, openDoors, payout, serviceSid } from '../support/doors.ts'
import { describeStores } from '../support/stores.ts'
import { hostileStrings } from './inputs.ts'
import { snapshot } from './snapshot.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom(...Object.values(hostileStrings)),
  fc.constantFrom('\u0000', '\ud800', '\udfff'),
)
const json = fc.oneof(
  { weight: 3, arbitrary: text },
  fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<unknown>,
  fc.constantFrom<unknown>(null, true, -0, 1e308, 2 ** 53, [], {}, [[]], undefined),
)
const members = [
  'kind',
  'subject',
  'contact',
  'phone',
  'email',
  'summary',
  'payee',
  'amount',
  'value',
  'currency',
  'fields',
  'label',
  'payload',
  'channels',
  'factor',
  'client',
  'ip',
  'locale',
  'return_url',
  'expires_in',
  'metadata',
  'code',
  'credential',
  'release_id',
  'status',
]
/** A good body in which one or two members are replaced, anywhere. */
const spoilt = fc
  .tuple(fc.constantFrom(...members), json, fc.option(fc.tuple(fc.constantFrom(...members), json), { nil: undefined }))
  .map(([name, value, more]) => {
    const body = replace(
      payout({ factor: 'sms', locale: 'en', metadata: { a: 'b' }, client: { ip: '192.0.2.1' } }),
      name,
      value,
    )
    return more ? replace(body, ...more) : body
  })
const anyBody = fc.oneof({ weight: 4, arbitrary: spoilt }, { weight: 1, arbitrary: json })
const paths = ['', '/challenges', '/checks', '/deny', '/cancel', '/release', '/release/ack']

describeStores('whatever is sent,', (openStore, name) => {
  const numRuns = name === 'sqlite' ? 400 : 200
  let doors: Doors
  let db: Db
  let id: string

  beforeAll(async () => {
    db = (await openStore()).db
    doors = await openDoors(db)
    id = (await doors.v1('POST', '/transactions', payout({ factor: 'sms' }))).body.id
  })

  it('the gate never fails, and what it refuses has changed nothing', { timeout: 120_000 }, async () => {
    const request = fc.record({
      body: anyBody,
      path: fc.constantFrom(...paths),
      method: fc.constantFrom('POST' as const, 'POST' as const, 'PATCH' as const),
      keyed: fc.boolean(),
      create: fc.boolean(),
    })
    let n = 0
    const property = fc.asyncProperty(request, async ({ body, path, method, keyed, create }) => {
      const url = create ? '/transactions' : `/transactions/${id}${path}`
      const headers: Record<string, string> = keyed ? { 'idempotency-key': `fuzz-${++n}` } : {}
      const before = await snapshot(db)
      const answer = await doors.v1(create || path !== '' ? 'POST' : method, url, body, { headers })
      expect(answer.status, answer.text.slice(0, 200)).toBeLessThan(500)
      const after = await snapshot(db)
      if (answer.status >= 400 && answer.body.code !== 'transaction_expired') expect(after).toBe(before)
    })
    await fc.assert(property, { numRuns })
  })

  it('the Twilio door never fails, and what it refuses has changed nothing', { timeout: 120_000 }, async () => {
    const names = [
      'To',
      'Channel',
      'Code',
      'VerificationSid',
      'Status',
      'Amount',
      'Payee',
      'Locale',
      'FriendlyName',
      'CodeLength',
      '__proto__',
    ]
    const good = fc.constantFrom('+5511987650001', '+5511987650002', 'sms', '123456', 'canceled', 'approved', '6')
    const form = fc.array(fc.tuple(fc.constantFrom(...names), fc.oneof(good, text)), { maxLength: 6 })
    const request = fc.record({
      form: fc.oneof(
        form.map((pairs) => new URLSearchParams(pairs).toString()),
        fc.string({ unit: 'binary-ascii' }),
      ),
      path: fc.constantFrom(
        '/Verifications',
        '/VerificationCheck',
        '/Verifications/%2B5511987650001',
        '',
        '/Verifications/VEx',
      ),
    })
    const property = fc.asyncProperty(request, async ({ form: sent, path }) => {
      const before = await snapshot(db)
      const answer = await doors.v2('POST', `/v2/Services/${serviceSid}${path}`, sent)
      expect(answer.status, answer.text.slice(0, 200)).toBeLessThan(500)
      const after = await snapshot(db)
      if (answer.status >= 400) expect(after).toBe(before)
    })
    await fc.assert(property, { numRuns })
  })
})

function replace(body: unknown, name: string, value: unknown): unknown {
  if (Array.isArray(body)) return body.map((one) => replace(one, name, value))
  if (body === null || typeof body !== 'object') return body
  const entries = Object.entries(body).map(([key, one]) => [key, key === name ? value : replace(one, name, value)])
  return Object.fromEntries(entries)
}
