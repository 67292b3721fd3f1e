import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { askSources } from '../../src/guard/sources/ask-sources.ts'
import { resilientSource } from '../../src/guard/sources/resilient-source.ts'
import type { FraudQuestion, FraudSource } from '../../src/guard/sources/source.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { carrierLog } from '../support/carrier-log.ts'
import { freePort } from '../support/free-port.ts'
import { openPeer, sendJson, type Taken } from '../support/peer.ts'

/** Whatever names a person or is secret in these tests; nothing of it may be in what is recorded. */
export const canaries = /9876|ana\.souza|203\.0\.113\.9|canary|device-7/i

/** A question with everything that any source could want. */
export function questionOf(changes: Partial<FraudQuestion> = {}): FraudQuestion {
  return {
    decisionId: 'dec_0123456789abcdef',
    about: 'transaction',
    phone: '+5511987654321',
    ip: '203.0.113.9',
    email: 'ana.souza@example.com',
    amount: { value: '12500.00', currency: 'BRL' },
    subject: 'organizer-9876',
    transactionId: 'txn_1',
    digest: 'sha256:9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab',
    kind: 'payout_account.change',
    userAgent: 'Mozilla/5.0',
    deviceId: 'device-7',
    phoneToken: 'phone-token-canary',
    ...changes,
  }
}

/** Asks one source as the guard does; what comes of it is a record, and its log. */
export async function hear(
  source: FraudSource,
  question: FraudQuestion = questionOf(),
  { budgetMs = 5000, clock = systemClock() } = {},
) {
  const log = carrierLog()
  const { facts, said } = await askSources([resilientSource(source, log)], question, { clock, budgetMs })
  expect(JSON.stringify([said, log.lines])).not.toMatch(canaries)
  return { facts, said: said[0], log: log.lines }
}

/** How a test's peer answers in place of its usual answer. */
export type Reply = (response: ServerResponse, taken: Taken) => void

const faults: [name: string, why: string, reply: Reply][] = [
  ['says nothing', 'timeout', () => {}],
  ['stops in the middle', 'timeout', (response) => void response.writeHead(200).write('{"swapped":')],
  ['hangs up', 'connection', (response) => void response.socket?.destroy()],
  [
    'hangs up in the middle',
    'connection',
    (response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{"swapped":', () => response.socket?.destroy())
    },
  ],
  ...[401, 403, 404, 422, 429, 500, 503].map((status): [string, string, Reply] => [
    `answers ${status} and quotes the question`,
    `status_${status}`,
    (response, { body, path, headers }) =>
      sendJson(response, status, { code: 20404, message: `${path} ${body} ${headers.authorization}` }),
  ]),
  ['answers 204', 'status_204', (response) => void response.writeHead(204).end()],
  ['has no end', 'answer_too_long', endless],
  [
    'has no end once it is unpacked',
    'answer_too_long',
    (response) =>
      void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(`{"a":"${'x'.repeat(10_000_000)}"}`)),
  ],
]

/** Bodies that are no answer of anybody's. */
export const oddBodies = [
  '',
  '<!doctype html><title>Sign in to the Wi-Fi</title>',
  'null',
  '[]',
  '7',
  '"text"',
  '{',
  '{}',
  '{"__proto__":{"risk_score":1,"swapped":false}}',
  '['.repeat(5000),
]

function endless(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  const more = () => {
    while (!response.destroyed && response.write('x'.repeat(65_536)));
    response.once('drain', more)
  }
  more()
  response.on('error', () => {})
}

/**
 * Tests what every source has in common: each fault of its peer is `unknown` with a code of ours, and costs no more than the budget.
 * `open` gives the source of a peer that answers by `reply`.
 */
export function itIsUnknownOfFaults(
  open: (reply: Reply) => Promise<FraudSource>,
  {
    question = questionOf(),
    oddBody = 'odd_answer',
    refused = 'connection',
    at,
  }: { question?: FraudQuestion; oddBody?: string; refused?: string; at: (url: string) => FraudSource },
): void {
  it.each(faults)('is unknown when it %s (%s)', async (_name, why, reply) => {
    const source = await open(reply)
    const { facts, said } = await hear(source, question, why === 'timeout' ? { budgetMs: 400 } : {})
    expect(said).toMatchObject({ answer: 'unknown', why, reasons: [] })
    expect(facts).toEqual({ reasons: [] })
  })

  it.each(oddBodies)('is unknown when it answers %.40j', async (body) => {
    const source = await open((response) => response.writeHead(200, { 'content-type': 'application/json' }).end(body))
    expect((await hear(source, question)).said).toMatchObject({ answer: 'unknown', why: oddBody })
  })

  it('is unknown where it redirects, and what it was to be given goes nowhere else', async () => {
    const elsewhere = await openPeer((_, response) => sendJson(response, 200, {}))
    const source = await open((response) =>
      sendJson(response, 307, { swapped: false }, { location: `${elsewhere.url}/steal` }),
    )
    expect((await hear(source, question)).said).toMatchObject({ answer: 'unknown', why: 'redirect' })
    expect(elsewhere.taken).toEqual([])
  })

  it('lets go of the connection when its time is up', async () => {
    let closed = false
    const source = await open((response) => response.on('close', () => (closed = true)))
    const clock = systemClock()
    const begunAt = clock.now()
    await expect(source.ask(question, AbortSignal.timeout(200))).rejects.toMatchObject({
      why: 'timeout',
      isOutage: true,
    })
    await expect.poll(() => closed, { interval: 10 }).toBe(true)
    expect(clock.now() - begunAt).toBeLessThan(3_000)
  })

  it('is unknown where nobody listens', async () => {
    const source = at(`http://127.0.0.1:${await freePort()}`)
    expect((await hear(source, question)).said).toMatchObject({ answer: 'unknown', why: refused })
  })

  it('is not made for an address that is neither https nor this machine', () => {
    for (const url of [
      'http://fraud.example.com',
      'http://127.0.0.1.example.com',
      'ftp://127.0.0.1',
      'http://localhost.',
    ])
      expect(() => at(url)).toThrow(RangeError)
  })
}
