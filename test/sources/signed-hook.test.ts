import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { createSignedHook } from '../../src/guard/sources/signed-hook.ts'
import { systemClock, type TurnableClock } from '../../src/lib/clock.ts'
import { Secret } from '../../src/lib/secret.ts'
import { openPeer, sendJson, type Taken } from '../support/peer.ts'
import { hear, itIsUnknownOfFaults, oddBodies, questionOf, type Reply } from './support.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const another = `whsec_${Buffer.alloc(32, 9).toString('base64')}`

function sourceAt(url: string, clock = systemClock()) {
  return createSignedHook({ url: `${url}/risk`, secret: new Secret(secret) }, clock)
}

interface Signing {
  key?: string
  id?: string
  /** When it is signed, as the clock of the fraud system has it. */
  at?: number
  /** What is sent in place of the signed text. */
  sent?: string
}

function sendSigned(
  response: Parameters<Reply>[0],
  body: unknown,
  { key = secret, id = 'ans_1', at = systemClock().now(), sent }: Signing = {},
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response
    .writeHead(200, {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at / 1000)),
      'webhook-signature': new Webhook(key).sign(id, new Date(at), text),
    })
    .end(sent ?? text)
}

/** What an answer must say again of its question. */
function echo({ body }: Taken): Record<string, unknown> {
  const { decision_id, transaction_id, digest } = JSON.parse(body)
  return { decision_id, transaction_id, digest }
}

/** A fraud system as its owner would write it: it believes what the standardwebhooks package verifies, and signs its answer with it. */
async function openSystem(reply: Reply, clock?: TurnableClock) {
  const peer = await openPeer((taken, response) => {
    try {
      new Webhook(secret).verify(taken.body, taken.headers as Record<string, string>)
    } catch {
      return sendJson(response, 401, { error: 'signature' })
    }
    reply(response, taken)
  })
  return { peer, source: sourceAt(peer.url, clock) }
}

const answering = (opinion: object, signing?: Signing): Reply => {
  return (response, taken) => sendSigned(response, { ...echo(taken), reasons: [], ...opinion }, signing)
}

describe('a hook', () => {
  it('is told all but secrets, signed', async () => {
    const { peer, source } = await openSystem(answering({ action: 'review' }))
    expect((await hear(source)).facts.action).toBe('review')
    const { body, headers } = peer.taken[0] as Taken
    expect(JSON.parse(body)).toEqual({
      decision_id: 'dec_0123456789abcdef',
      about: 'transaction',
      transaction_id: 'txn_1',
      digest: questionOf().digest,
      subject: 'organizer-9876',
      kind: 'payout_account.change',
      amount: { value: '12500.00', currency: 'BRL' },
      phone: '+5511987654321',
      email: 'ana.souza@example.com',
      ip: '203.0.113.9',
      user_agent: 'Mozilla/5.0',
      device_id: 'device-7',
    })
    expect(headers['webhook-id']).toBe('dec_0123456789abcdef')
  })

  it.each([
    [{ decibans: 0 }, { probability: 0.5, reasons: [] }],
    [{ decibans: 10 }, { probability: 10 / 11, reasons: [] }],
    [
      { decibans: -20, action: 'allow' },
      { probability: 0.01 / 1.01, action: 'allow', reasons: [] },
    ],
    [
      { action: 'block', reasons: ['payee seen before'] },
      { action: 'block', reasons: ['payee seen before'] },
    ],
    [{ decibans: null, action: null, extra: 1 }, { reasons: [] }],
  ])('says %j', async (opinion, expected) => {
    const { source } = await openSystem(answering(opinion))
    const { probability, ...facts } = (await hear(source)).facts
    const { probability: wanted, ...rest } = expected as { probability?: number }
    expect(facts).toEqual(rest)
    if (wanted === undefined) expect(probability).toBeUndefined()
    else expect(probability).toBeCloseTo(wanted, 10)
  })

  it('has its reasons kept as short lines that name nobody', async () => {
    const reasons = [
      'number +5511987654321 and 5511987654321 seen',
      'ANA.SOUZA@example.com at 203.0.113.9 on device-7',
      'two\nlines\u202e \u0000',
      'x'.repeat(900),
      ' ',
    ]
    const { source } = await openSystem(answering({ reasons }))
    const { facts, said } = await hear(source)
    expect(facts.reasons).toEqual([
      'number [redacted] and [redacted] seen',
      '[redacted] at [redacted] on [redacted]',
      'two lines',
      'x'.repeat(200),
    ])
    expect(said?.reasons).toEqual(facts.reasons)
  })

  it('answers about a message, which has no transaction', async () => {
    const { source } = await openSystem(answering({ action: 'block' }))
    const message = questionOf({ about: 'message', transactionId: undefined, digest: undefined })
    expect((await hear(source, message)).facts.action).toBe('block')
  })

  it('may sign with two secrets while one takes the place of the other', async () => {
    const { source } = await openSystem((response, taken) => {
      const text = JSON.stringify({ ...echo(taken), action: 'review', reasons: [] })
      const at = systemClock().now()
      const signature = (key: string) => new Webhook(key).sign('ans_1', new Date(at), text)
      response
        .writeHead(200, {
          'webhook-id': 'ans_1',
          'webhook-timestamp': String(Math.floor(at / 1000)),
          'webhook-signature': `${signature(another)} ${signature(secret)}`,
        })
        .end(text)
    })
    expect((await hear(source)).facts.action).toBe('review')
  })

  it('is what the standardwebhooks package verifies', async () => {
    const { source } = await openSystem(answering({ action: 'allow' }))
    expect((await hear(source)).said).toMatchObject({ source: 'signed_hook', answer: 'facts' })
  })
})

describe('an allow that is not to be believed', () => {
  const allow = { action: 'allow', decibans: -20, reasons: [] }

  it.each<[string, string, Reply]>([
    ['wrong_signature', 'nobody signed', (response, taken) => sendJson(response, 200, { ...echo(taken), ...allow })],
    ['wrong_signature', 'another key signed', answering(allow, { key: another })],
    [
      'wrong_signature',
      'was altered on its way',
      (response, taken) =>
        sendSigned(
          response,
          { ...echo(taken), ...allow, action: 'block' },
          { sent: JSON.stringify({ ...echo(taken), ...allow }) },
        ),
    ],
    [
      'wrong_signature',
      'has an empty signature',
      (response, taken) =>
        sendJson(
          response,
          200,
          { ...echo(taken), ...allow },
          {
            'webhook-id': 'ans_1',
            'webhook-timestamp': String(Math.floor(systemClock().now() / 1000)),
            'webhook-signature': 'v1,',
          },
        ),
    ],
    [
      'wrong_signature',
      'is our own question come back',
      (response, { body, headers }) => {
        const signed = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const
        response.writeHead(200, Object.fromEntries(signed.map((name) => [name, String(headers[name])]))).end(body)
      },
    ],
    ['wrong_decision', 'is about another decision', answering({ ...allow, decision_id: 'dec_other' })],
    ['odd_answer', 'names no decision', answering({ ...allow, decision_id: undefined })],
    ['wrong_transaction', 'is about another transaction', answering({ ...allow, transaction_id: 'txn_2' })],
    ['wrong_transaction', 'names no transaction', answering({ ...allow, transaction_id: undefined })],
    ['wrong_transaction', 'is about another digest', answering({ ...allow, digest: 'sha256:0000' })],
    ['wrong_transaction', 'names no digest', answering({ ...allow, digest: null })],
  ])('is unknown (%s): it %s', async (why, _name, reply) => {
    const { source } = await openSystem(reply)
    const { facts, said } = await hear(source)
    expect(said).toMatchObject({ answer: 'unknown', why })
    expect(facts).toEqual({ reasons: [] })
  })

  it('is unknown when it names a transaction where none was asked about', async () => {
    const { source } = await openSystem(answering({ ...allow, transaction_id: 'txn_1' }))
    const message = questionOf({ about: 'message', transactionId: undefined, digest: undefined })
    expect((await hear(source, message)).said).toMatchObject({ why: 'wrong_transaction' })
  })

  it.each([-310, 310, -86_400, 10 ** 8])('is unknown when it was signed %i seconds from now', async (seconds) => {
    const at = systemClock().now() + seconds * 1000
    const { source } = await openSystem(answering(allow, { at }))
    expect((await hear(source)).said).toMatchObject({ answer: 'unknown', why: 'stale_answer' })
  })

  it('is unknown when it is an older answer, replayed for the same decision and for the next', async () => {
    let recorded: { headers: Record<string, string>; body: string } | undefined
    const clock = systemClock()
    const peer = await openPeer((taken, response) => {
      if (recorded) return void response.writeHead(200, recorded.headers).end(recorded.body)
      const body = JSON.stringify({ ...echo(taken), ...allow })
      const at = new Date(clock.now())
      const headers = {
        'webhook-id': 'ans_1',
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign('ans_1', at, body),
      }
      recorded = { headers, body }
      response.writeHead(200, headers).end(body)
    })
    const source = sourceAt(peer.url, clock)
    expect((await hear(source)).facts.action).toBe('allow')
    expect((await hear(source, questionOf({ decisionId: 'dec_next' }))).said).toMatchObject({ why: 'wrong_decision' })
    clock.advance(302_000)
    expect((await hear(source)).said).toMatchObject({ why: 'stale_answer' })
  })

  it.each([
    { decibans: 21 },
    { decibans: -1e9 },
    { decibans: '3' },
    { action: 'ALLOW' },
    { action: ['allow'] },
    { reasons: undefined },
    { reasons: 'fine' },
    { reasons: [7] },
    { reasons: Array(51).fill('x') },
  ])('is unknown when it says %.60j, signed', async (opinion) => {
    const { source } = await openSystem(answering({ ...allow, ...opinion }))
    expect((await hear(source)).said).toMatchObject({ answer: 'unknown', why: 'odd_answer' })
  })

  it.each(oddBodies)('is unknown when it says %.40j, signed', async (body) => {
    const { source } = await openSystem((response) => sendSigned(response, body))
    expect((await hear(source)).said).toMatchObject({ answer: 'unknown', why: 'odd_answer' })
  })
})

describe('a hook that fails', () => {
  itIsUnknownOfFaults(async (reply) => (await openSystem(reply)).source, { at: sourceAt, oddBody: 'wrong_signature' })
})
