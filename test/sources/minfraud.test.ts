import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createMinfraud, type MinfraudAccount } from '../../src/guard/sources/minfraud.ts'
import { Secret } from '../../src/lib/secret.ts'
import { openPeer, sendJson } from '../support/peer.ts'
import { hear, itIsUnknownOfFaults, questionOf, type Reply } from './support.ts'

function sourceAt(baseUrl: string, service: MinfraudAccount['service'] = 'score') {
  return createMinfraud({ accountId: '123456', licenseKey: new Secret('license-canary'), service, baseUrl })
}

/** minFraud as far as our requests go: Basic auth, path by service, JSON with what it knows, and its media types. */
async function openMinfraud(answer: object | Reply, service: MinfraudAccount['service'] = 'score') {
  const peer = await openPeer((taken, response) => {
    const basic = `Basic ${Buffer.from('123456:license-canary').toString('base64')}`
    const refuse = (status: number, code: string) => sendJson(response, status, { code, error: code })
    if (taken.headers.authorization !== basic) return refuse(401, 'AUTHORIZATION_INVALID')
    if (taken.headers['content-type'] !== 'application/json') return refuse(415, 'MEDIA_TYPE')
    if (taken.method !== 'POST' || taken.path !== `/minfraud/v2.0/${service}`) return refuse(404, 'NOT_FOUND')
    if (typeof answer === 'function') return (answer as Reply)(response, taken)
    const type = `application/vnd.maxmind.com-minfraud-${service}+json; charset=UTF-8; version=2.0`
    sendJson(response, 200, { ...assessed, ...answer }, { 'content-type': type })
  })
  return { peer, source: sourceAt(peer.url, service) }
}

const assessed = {
  id: '5bc5d6c2-b2c8-40af-87f4-6d61af86b6ae',
  risk_score: 20,
  funds_remaining: 25,
  queries_remaining: 5000,
  ip_address: { risk: 0.01 },
  warnings: [{ code: 'INPUT_UNKNOWN', warning: 'Unknown input', input_pointer: '/event/kind' }],
}

describe('minFraud', () => {
  it('is told what it needs of a change of payout, with the subject as a digest and no number', async () => {
    const { peer, source } = await openMinfraud({})
    await hear(source)
    expect(JSON.parse(peer.taken[0]?.body ?? '')).toEqual({
      event: { transaction_id: 'txn_1', type: 'payout_change' },
      device: { ip_address: '203.0.113.9', user_agent: 'Mozilla/5.0' },
      account: { user_id: createHash('sha256').update('organizer-9876').digest('hex') },
      email: { address: 'ana.souza@example.com' },
      order: { amount: 12500, currency: 'BRL' },
    })
  })

  it.each([
    ['payout.withdraw', 'fund_transfer'],
    ['contact.email', 'email_change'],
    ['registration.finalize', undefined],
    ['__proto__', undefined],
    [undefined, undefined],
  ])('knows the kind %s as %s', async (kind, type) => {
    const { peer, source } = await openMinfraud({})
    await hear(source, questionOf({ kind }))
    expect(JSON.parse(peer.taken[0]?.body ?? '').event.type).toBe(type)
  })

  it('needs an address of the Internet or an e-mail address', async () => {
    const { peer, source } = await openMinfraud({})
    expect((await hear(source, questionOf({ ip: undefined, email: undefined }))).said).toMatchObject({
      why: 'not_asked',
    })
    expect((await hear(source, { decisionId: 'dec_1', about: 'message', ip: '203.0.113.9' })).facts.probability).toBe(
      0.2,
    )
    expect(peer.taken.map(({ body }) => JSON.parse(body))).toEqual([
      { event: { transaction_id: 'dec_1' }, device: { ip_address: '203.0.113.9' } },
    ])
  })

  it.each([
    [{ risk_score: 0.01 }, { probability: 0.0001, reasons: [] }],
    [{ risk_score: 99 }, { probability: 0.99, reasons: [] }],
    [{ disposition: { action: 'accept', reason: 'default' } }, { probability: 0.2, action: 'allow', reasons: [] }],
    [
      { disposition: null, risk_score_reasons: null },
      { probability: 0.2, reasons: [] },
    ],
    [
      { disposition: { action: 'manual_review', reason: 'custom_rule', rule_label: ' new\u0000 payee\n' } },
      { probability: 0.2, action: 'review', reasons: ['rule: new payee'] },
    ],
    [{ disposition: { action: 'reject', reason: 'block_list' } }, { probability: 0.2, action: 'block', reasons: [] }],
    [{ disposition: { action: 'test', rule_label: 'on trial' } }, { probability: 0.2, reasons: [] }],
    [{ disposition: { action: '__proto__', rule_label: 'x' } }, { probability: 0.2, reasons: [] }],
  ])('says %j', async (answer, expected) => {
    const { source } = await openMinfraud(answer)
    expect((await hear(source)).facts).toEqual(expected)
  })

  it('says why where Factors is asked: what raises the score, not what lowers it', async () => {
    const reason = (multiplier: number, code: string) => ({ multiplier, reasons: [{ code, reason: 'In words' }] })
    const { source } = await openMinfraud(
      {
        risk_score_reasons: [reason(45, 'ANONYMOUS_IP'), reason(0.34, 'EMAIL_ADDRESS_NEW'), reason(1.8, 'TIME_OF_DAY')],
      },
      'factors',
    )
    expect((await hear(source)).said?.reasons).toEqual(['ANONYMOUS_IP', 'TIME_OF_DAY'])
  })

  it.each([
    { risk_score: undefined },
    { risk_score: null },
    { risk_score: '20' },
    { risk_score: 0 },
    { risk_score: -5 },
    { risk_score: 100 },
    { risk_score: 1e300 },
    { disposition: 'accept' },
    { disposition: { action: { $ne: '' } } },
    { risk_score_reasons: {} },
    { risk_score_reasons: [{ multiplier: 45, reasons: [{ code: 'ana.souza@example.com' }] }] },
  ])('is unknown when it answers %j', async (answer) => {
    const { source } = await openMinfraud(answer)
    expect((await hear(source)).said).toMatchObject({ answer: 'unknown', why: 'odd_answer' })
  })

  it('that has no funds left is out of order; an address that it cannot judge is not', async () => {
    const asked = async (status: number, code: string) => {
      const { source } = await openMinfraud((response) => sendJson(response, status, { code, error: 'words' }))
      return source.ask(questionOf(), new AbortController().signal).catch((fault: unknown) => fault)
    }
    expect(await asked(402, 'INSUFFICIENT_FUNDS')).toMatchObject({ why: 'status_402', isOutage: true })
    expect(await asked(400, 'IP_ADDRESS_RESERVED')).toMatchObject({ why: 'status_400', isOutage: false })
  })

  itIsUnknownOfFaults(async (reply) => (await openMinfraud(reply)).source, { at: sourceAt })
})
