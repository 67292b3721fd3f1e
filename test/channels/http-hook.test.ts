import Fastify from 'fastify'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { createHttpHook } from '../../src/channel/carriers/http-hook.ts'
import { registerCarrierHooks } from '../../src/http/hooks/carrier-hooks.ts'
import { asAvalError, sendProblem } from '../../src/http/problem.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { Secret } from '../../src/lib/secret.ts'
import type { DeliveryReport } from '../../src/model/delivery.ts'
import { messageBy } from '../support/message.ts'
import { openPeer, sendJson } from '../support/peer.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

/** A gateway as its owner would write it: it believes what the standardwebhooks package verifies. */
async function openGateway(answer: (response: import('node:http').ServerResponse, body: { to: string }) => void) {
  const peer = await openPeer((taken, response) => {
    try {
      answer(
        response,
        new Webhook(secret).verify(taken.body, taken.headers as Record<string, string>) as { to: string },
      )
    } catch {
      sendJson(response, 401, { error: 'signature' })
    }
  })
  return { peer, carrier: createHttpHook({ url: `${peer.url}/messages`, secret: new Secret(secret) }, systemClock()) }
}

describe('a gateway of one’s own', () => {
  it('gets every channel as signed JSON', async () => {
    const { peer, carrier } = await openGateway((response) =>
      sendJson(response, 200, { id: 'gw-1', status: 'delivered' }),
    )
    for (const channel of ['sms', 'whatsapp', 'call', 'email'] as const)
      expect(await carrier.send(messageBy(channel))).toEqual({ carrierId: 'gw-1', status: 'delivered' })
    expect(peer.taken.map(({ body }) => JSON.parse(body).channel)).toEqual(['sms', 'whatsapp', 'call', 'email'])
    expect(peer.taken[0]?.headers['webhook-id']).toBe('msg_1')
  })

  it('that answers nothing has its message known by our name', async () => {
    const { carrier } = await openGateway((response) => response.writeHead(202).end())
    expect(await carrier.send(messageBy('sms'))).toEqual({ carrierId: 'msg_1', status: 'sent' })
  })

  it.each([
    [422, { kind: 'permanent', code: 'no_such_number' }, 'permanent', 'no_such_number'],
    [400, { kind: 'whatever' }, 'temporary', '400'],
    [429, { kind: 'permanent', code: 'x' }, 'temporary', '429'],
    [500, {}, 'temporary', '500'],
    [302, {}, 'temporary', 'redirect'],
  ])('says no with %i %j', async (status, body, kind, code) => {
    const { carrier } = await openGateway((response) =>
      sendJson(response, status, body, { location: 'http://127.0.0.1:9/' }),
    )
    await expect(carrier.send(messageBy('sms'))).rejects.toMatchObject({ kind, code })
  })
})

describe('what a gateway, or a mail system that saw a bounce, reports', () => {
  async function open() {
    const clock = systemClock()
    const reports: DeliveryReport[] = []
    const app = Fastify()
    app.setErrorHandler((error, request, reply) => sendProblem(reply, asAvalError(error, request)))
    registerCarrierHooks(app, {
      secret: new Secret(secret),
      clock,
      report: async (report) => void reports.push(report),
    })
    const post = (payload: string, headers: Record<string, string | string[]>) =>
      app.inject({
        method: 'POST',
        url: '/hooks/carrier',
        headers: { 'content-type': 'application/json', ...headers },
        payload,
      })
    const sign = (body: string, at = new Date(clock.now()), key = secret) => ({
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(key).sign('evt_1', at, body),
    })
    return { clock, reports, post, sign }
  }
  const bounce = JSON.stringify({
    carrier: 'smtp',
    id: 'msg_1',
    status: 'undelivered',
    failure: { kind: 'permanent', code: '5.1.1' },
  })

  it('is believed when it is signed for now', async () => {
    const { post, sign, reports } = await open()
    expect((await post(bounce, sign(bounce))).statusCode).toBe(204)
    expect(reports).toEqual([
      {
        carrier: 'smtp',
        carrierId: 'msg_1',
        messageId: 'msg_1',
        status: 'undelivered',
        failure: { kind: 'permanent', code: '5.1.1' },
      },
    ])
  })

  it('may carry the signatures of two secrets while one takes the place of the other', async () => {
    const { post, sign, reports } = await open()
    const good = sign(bounce)
    const other = new Webhook(`whsec_${Buffer.alloc(32, 9).toString('base64')}`).sign(
      'evt_1',
      new Date(Number(good['webhook-timestamp']) * 1000),
      bounce,
    )
    await post(bounce, { ...good, 'webhook-signature': `${other} ${good['webhook-signature']}` })
    expect(reports).toHaveLength(1)
  })

  it('is refused when it is forged, altered, early or late', async () => {
    const { clock, post, sign, reports } = await open()
    const good = sign(bounce)
    const minutes = (n: number) => sign(bounce, new Date(clock.now() + n * 60_000))
    const answers = [
      await post(bounce, {}),
      await post(bounce, { ...good, 'webhook-signature': '' }),
      await post(bounce, { ...good, 'webhook-signature': 'v1,' }),
      await post(bounce, { ...good, 'webhook-id': 'evt_2' }),
      await post(bounce, { ...good, 'webhook-timestamp': `${Number(good['webhook-timestamp']) + 1}` }),
      await post(bounce, { ...good, 'webhook-timestamp': 'NaN' }),
      await post(bounce, { ...good, 'webhook-timestamp': [good['webhook-timestamp'], '1'] }),
      await post(`${bounce} `, good),
      await post(bounce, sign(bounce, undefined, `whsec_${Buffer.alloc(32, 1).toString('base64')}`)),
      await post(bounce, minutes(6)),
      await post(bounce, minutes(-6)),
    ]
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(11).fill(403))
    clock.advance(2 * 86_400_000)
    expect((await post(bounce, good)).statusCode).toBe(403)
    expect(reports).toEqual([])
  })

  it('that is signed and malformed is told what is wrong', async () => {
    const { post, sign, reports } = await open()
    for (const body of [
      '{',
      '[]',
      '{}',
      '{"carrier":"twilio","id":"x","status":"read"}',
      '{"__proto__":{"carrier":"http"}}',
    ]) {
      const answer = await post(body, sign(body))
      expect([answer.statusCode, answer.json().code]).toEqual([422, 'invalid_request'])
    }
    expect(reports).toEqual([])
  })
})
