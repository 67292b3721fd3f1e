import { describe, expect, it } from 'vitest'
import { changes } from './dump.ts'
import { shapeFaults } from './shapes.ts'
import { examples, operationOf } from './spec.ts'
import { type Answer, refusalViolations, violationsOf } from './violations.ts'

const base = 'https://aval.example.com'
const webhook = {
  sid: `YW${'a'.repeat(32)}`,
  service_sid: `VA${'a'.repeat(32)}`,
  account_sid: `AC${'a'.repeat(32)}`,
  friendly_name: 'Factors',
  event_types: ['factor.created'],
  status: 'enabled',
  version: 'v2',
  webhook_url: 'https://elsewhere.example.com/',
  webhook_method: 'POST',
  date_created: '2026-11-23T08:00:00Z',
  date_updated: '2026-11-23T08:00:00Z',
  url: `${base}/v2/Services/VA/Webhooks/YW`,
}
const refusal = {
  code: 60200,
  message: 'Invalid parameter: To',
  more_info: 'https://www.twilio.com/docs/errors/60200',
  status: 400,
}

function answer(status: number, body: unknown, headers: Record<string, unknown> = {}): Answer {
  return {
    status,
    body,
    text: body === undefined ? '' : JSON.stringify(body),
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'twilio-request-id': `RQ${'0'.repeat(32)}`,
      ...headers,
    },
  }
}

describe('the validator of answers', () => {
  const create = operationOf('CreateWebhook')
  const fetch = operationOf('FetchWebhook')

  it('finds nothing in answers that keep the contract', () => {
    expect(violationsOf(create, answer(201, webhook), base)).toEqual([])
    expect(violationsOf(create, answer(201, { ...webhook, friendly_name: null }), base)).toEqual([])
    expect(violationsOf(create, answer(400, refusal), base)).toEqual([])
    expect(violationsOf(create, answer(400, { ...refusal, details: { reason: 'expired' } }), base)).toEqual([])
    expect(violationsOf(operationOf('DeleteWebhook'), answer(204, undefined), base)).toEqual([])
  })

  const { webhook_method: _left, ...without } = webhook
  it.each<[string, Answer]>([
    ['an undocumented status', answer(200, webhook)],
    ['a missing member', answer(201, without)],
    ['a member of its own', answer(201, { ...webhook, secret: 'x' })],
    ['a SID of another kind', answer(201, { ...webhook, sid: `VA${'a'.repeat(32)}` })],
    ['a choice that does not exist', answer(201, { ...webhook, status: 'on' })],
    ['null for a choice', answer(201, { ...webhook, status: null })],
    ['a text for a list', answer(201, { ...webhook, event_types: 'factor.created' })],
    ['a date with milliseconds', answer(201, { ...webhook, date_created: '2026-11-23T08:00:00.000Z' })],
    ['a date without a time', answer(201, { ...webhook, date_created: '2026-11-23' })],
    ['an address of another host', answer(201, { ...webhook, url: 'https://verify.twilio.com/v2/Services' })],
    ['a relative address', answer(201, { ...webhook, url: '/v2/Services/VA' })],
    ['another media type', answer(201, webhook, { 'content-type': 'text/html' })],
    ['no request id', answer(201, webhook, { 'twilio-request-id': undefined })],
    ['a request id of another form', answer(201, webhook, { 'twilio-request-id': 'RQ1' })],
    ['a failure', answer(500, { ...refusal, status: 500 })],
    ['a refusal with a title', answer(400, { ...refusal, type: 'x', title: 'y' })],
    ['a refusal whose status is another', answer(404, refusal)],
    ['a refusal that leads elsewhere', answer(400, { ...refusal, more_info: 'https://example.com' })],
    ['a refusal without a message', answer(400, { ...refusal, message: '' })],
    ['a refusal that is a text', answer(400, 'no')],
  ])('finds %s', (_what, wrong) => {
    expect(violationsOf(create, wrong, base)).not.toEqual([])
  })

  it('finds a body in a 204, and an address of another host in links', () => {
    expect(violationsOf(operationOf('DeleteWebhook'), answer(204, {}), base)).not.toEqual([])
    expect(refusalViolations(answer(404, null))).not.toEqual([])
    const service = examples().find(({ name }) => name === 'createRecord')?.value as object
    const links = { verifications: 'https://verify.twilio.com/v2/Services/VA/Verifications' }
    const made = answer(201, { ...service, url: `${base}/v2/Services/VA`, links })
    expect(violationsOf(operationOf('CreateService'), made, base)).toEqual([
      expect.stringContaining('/links/verifications'),
    ])
    expect(violationsOf(fetch, answer(200, webhook), 'https://other.example.com')).toEqual([
      expect.stringContaining('/url'),
    ])
  })

  it('takes every example of Verify for what it is, but those that break their own schema', () => {
    const broken = examples()
      .filter(({ operation, value }) => operation.product === 'verify' && !('code' in (value as object)))
      .filter(({ operation, status, value }) => {
        const here = JSON.parse(JSON.stringify(value).replaceAll('https://verify.twilio.com', base))
        return violationsOf(operation, answer(status, here), base).length > 0
      })
    expect(broken.map(({ operation, name }) => `${operation.id} ${name}`)).toEqual([
      // Their service has a SID of six characters, and who is not known is an empty SID.
      'CreateChallengePasskeys createChallengeResponse',
      'CreateChallengePasskeys createChallengeNonDiscoverableResponse',
      'UpdateChallengePasskeys approvedChallengeResponse',
      'UpdateChallengePasskeys approvedChallengeNonDiscoverableResponse',
    ])
  })
})

describe('the comparison with an example', () => {
  it('matches null with anything, lists by their elements, and maps by their type', () => {
    expect(shapeFaults({ a: null, b: [1] }, { a: 'x', b: [2, 3] })).toEqual([])
    expect(shapeFaults({ a: { b: 1 } }, { a: null })).toEqual([])
    expect(shapeFaults({ metadata: { os: 'x' } }, { metadata: {} })).toEqual([])
    expect(shapeFaults({ a: [{ b: 1 }, { c: 1 }] }, { a: [{ c: 2 }, { b: 2 }] })).toEqual([])
    expect(shapeFaults({ a: { b: { c: 1 } } }, { a: { b: {} } }, ['a.b'])).toEqual([])
  })

  it.each<[unknown, unknown, string]>([
    [{ a: { b: 1 } }, { a: {} }, 'a.b is missing'],
    [{ a: 1 }, { a: '1' }, 'a is string, not number'],
    [{ a: [] }, { a: {} }, 'a is object, not list'],
    [{ a: {} }, { a: [] }, 'a is list, not object'],
    [{ a: [{ b: 1 }] }, { a: [] }, 'a has no element'],
    [{ a: [{ b: 1 }] }, { a: [{}] }, 'a[].b is missing'],
    [{ metadata: {} }, { metadata: 'x' }, 'metadata is string, not object'],
  ])('finds that %j is not %j', (example, ours, fault) => {
    expect(shapeFaults(example, ours)).toEqual([fault])
  })
})

it('the comparison of stores names the rows that came and went', () => {
  expect(changes(new Set(['a', 'b']), new Set(['b', 'c']))).toEqual(['+ c', '- a'])
})
