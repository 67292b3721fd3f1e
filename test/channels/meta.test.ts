import { createHmac } from 'node:crypto'
import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { createMetaWhatsapp } from '../../src/channel/carriers/meta-whatsapp.ts'
import { registerMetaHooks } from '../../src/http/hooks/meta-hooks.ts'
import { asAvalError, sendProblem } from '../../src/http/problem.ts'
import { Secret } from '../../src/lib/secret.ts'
import type { DeliveryReport } from '../../src/model/delivery.ts'
import { messageBy } from '../support/message.ts'
import { openPeer, sendJson } from '../support/peer.ts'

const token = 'meta-token-canary'
const wamid = 'wamid.HBgNNTUxMTk4NzY1NDMyMRUCABEYEjQ'
const appSecret = 'meta-app-secret'

/** Meta's Cloud API as far as our messages go: bearer token, path, and the very shape that an authentication template needs. */
async function openMeta(answer?: (response: import('node:http').ServerResponse) => void) {
  const peer = await openPeer((taken, response) => {
    if (taken.headers.authorization !== `Bearer ${token}`)
      return sendJson(response, 401, {
        error: { message: 'Invalid OAuth access token', type: 'OAuthException', code: 190 },
      })
    if (taken.path !== '/v23.0/1234567890/messages') return sendJson(response, 404, { error: { code: 100 } })
    if (answer) return answer(response)
    const body = JSON.parse(taken.body)
    const [text, button] = body.template.components
    const code = text.parameters[0].text
    const fits =
      body.messaging_product === 'whatsapp' &&
      body.type === 'template' &&
      /^\d{7,15}$/.test(body.to) &&
      /^(pt_BR|en_US|es)$/.test(body.template.language.code) &&
      text.type === 'body' &&
      button.type === 'button' &&
      button.sub_type === 'url' &&
      button.index === '0' &&
      button.parameters[0].text === code
    if (!fits) return sendJson(response, 400, { error: { code: 132000, message: 'parameters do not match' } })
    sendJson(response, 200, {
      messaging_product: 'whatsapp',
      contacts: [{ input: body.to, wa_id: body.to }],
      messages: [{ id: wamid, message_status: 'accepted' }],
    })
  })
  const number = {
    token: new Secret(token),
    phoneNumberId: '1234567890',
    template: 'aval_code',
    baseUrl: `${peer.url}/v23.0`,
  }
  return { peer, carrier: createMetaWhatsapp(number), number }
}

describe('Meta carries', () => {
  it('a code as the authentication template with a copy button, in three languages', async () => {
    const { peer, carrier } = await openMeta()
    for (const locale of ['pt-BR', 'en', 'es'] as const)
      expect(await carrier.send(messageBy('whatsapp', { locale }))).toEqual({ carrierId: wamid, status: 'sent' })
    expect(peer.taken.map(({ body }) => JSON.parse(body).template.language.code)).toEqual(['pt_BR', 'en_US', 'es'])
    expect(JSON.parse(peer.taken[0]?.body ?? '')).toMatchObject({
      to: '5511987654321',
      biz_opaque_callback_data: 'msg_1',
    })
  })

  it('no notice: it has no template', async () => {
    const { carrier } = await openMeta()
    await expect(carrier.send({ ...messageBy('whatsapp'), code: '' })).rejects.toMatchObject({
      kind: 'channel',
      code: 'no_template',
    })
  })

  it.each([
    [{ status: 400, body: { error: { code: 131026, message: 'Message undeliverable' } } }, 'channel', '131026'],
    [{ status: 404, body: { error: { code: 132001, message: 'Template does not exist' } } }, 'channel', '132001'],
    [{ status: 400, body: { error: { code: 131056 } } }, 'temporary', '131056'],
    [{ status: 429, body: {} }, 'temporary', '429'],
    [{ status: 500, body: '<html>oops</html>' }, 'temporary', 'odd_answer'],
    [{ status: 200, body: { messages: [] } }, 'temporary', 'odd_answer'],
    [{ status: 200, body: { messages: [{ id: 'with space' }] } }, 'temporary', 'odd_answer'],
    [{ status: 400, body: { error: { code: { $gt: '' } } } }, 'temporary', 'odd_answer'],
  ])('nothing when it answers %j', async ({ status, body }, kind, code) => {
    const { carrier } = await openMeta((response) => sendJson(response, status, body))
    await expect(carrier.send(messageBy('whatsapp'))).rejects.toMatchObject({ kind, code })
  })

  it('nothing to where it redirects, and the token goes nowhere', async () => {
    const elsewhere = await openPeer((_, response) => sendJson(response, 200, { messages: [{ id: wamid }] }))
    const { carrier } = await openMeta((response) =>
      response.writeHead(307, { location: `${elsewhere.url}/steal` }).end(),
    )
    await expect(carrier.send(messageBy('whatsapp'))).rejects.toMatchObject({ kind: 'temporary', code: 'redirect' })
    expect(elsewhere.taken).toEqual([])
  })

  it('nothing when its answer has no end', async () => {
    const { carrier } = await openMeta((response) => {
      response.writeHead(200)
      const more = () => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', more)
      }
      more()
      response.on('error', () => {})
    })
    await expect(carrier.send(messageBy('whatsapp'))).rejects.toMatchObject({ code: 'answer_too_long' })
  })
})

describe('what Meta reports', () => {
  async function openHooks() {
    const reports: DeliveryReport[] = []
    const app = Fastify()
    app.setErrorHandler((error, request, reply) => sendProblem(reply, asAvalError(error, request)))
    const secrets = { appSecret: new Secret(appSecret), verifyToken: new Secret('verify-token-0123456') }
    registerMetaHooks(app, { ...secrets, report: async (report) => void reports.push(report) })
    const post = (body: string, headers: Record<string, string | string[]>) =>
      app.inject({
        method: 'POST',
        url: '/hooks/meta',
        headers: { 'content-type': 'application/json', ...headers },
        payload: body,
      })
    const sign = (body: string, secret = appSecret) =>
      `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
    const signed = (body: unknown) => {
      const text = JSON.stringify(body)
      return post(text, { 'x-hub-signature-256': sign(text) })
    }
    return { app, post, sign, signed, reports }
  }
  const news = (...statuses: unknown[]) => ({
    object: 'whatsapp_business_account',
    entry: [{ id: '1', changes: [{ field: 'messages', value: { messaging_product: 'whatsapp', statuses } }] }],
  })

  it('is believed when the app signed it', async () => {
    const { signed, reports } = await openHooks()
    const failed = {
      id: wamid,
      status: 'failed',
      errors: [{ code: 131026, title: 'Message undeliverable' }],
      biz_opaque_callback_data: 'msg_1',
    }
    expect(
      (await signed(news({ id: wamid, status: 'sent', timestamp: '1' }, failed, { id: wamid, status: 'read' })))
        .statusCode,
    ).toBe(200)
    expect(reports).toEqual([
      { carrier: 'meta', carrierId: wamid, messageId: undefined, status: 'sent', failure: undefined },
      {
        carrier: 'meta',
        carrierId: wamid,
        messageId: 'msg_1',
        status: 'undelivered',
        failure: { kind: 'channel', code: '131026' },
      },
      { carrier: 'meta', carrierId: wamid, messageId: undefined, status: 'read', failure: undefined },
    ])
  })

  it('is refused when it is forged or altered', async () => {
    const { post, sign, reports } = await openHooks()
    const body = JSON.stringify(news({ id: wamid, status: 'read' }))
    const good = sign(body)
    const answers = [
      await post(body, {}),
      await post(body, { 'x-hub-signature-256': '' }),
      await post(body, { 'x-hub-signature-256': [good, good] }),
      await post(body, { 'x-hub-signature-256': sign(body, 'guessed') }),
      await post(body, { 'x-hub-signature-256': good.slice(7) }),
      await post(`${body} `, { 'x-hub-signature-256': good }),
      await post(body.replace('read', 'sent'), { 'x-hub-signature-256': good }),
    ]
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([403]))
    expect(reports).toEqual([])
  })

  it('that is odd is passed over, and the rest is heard', async () => {
    const { signed, post, sign, reports } = await openHooks()
    const odd = [
      null,
      [],
      { entry: {} },
      { entry: [{ changes: [{ value: null }] }] },
      // No database holds a NUL.
      news({ id: `${wamid}\0`, status: 'read' }, { id: wamid, status: 'read', biz_opaque_callback_data: 'msg\0' }),
      news('text', { id: 7, status: 'sent' }, { id: wamid, status: 'exploded' }, { id: wamid, status: 'delivered' }),
      JSON.parse(
        '{"__proto__":{"entry":[1]},"entry":[{"changes":[{"value":{"statuses":[{"__proto__":{"id":"x"}}]}}]}]}',
      ),
    ]
    for (const body of odd) expect((await signed(body)).statusCode).toBe(200)
    expect((await post('{"entry":', { 'x-hub-signature-256': sign('{"entry":') })).statusCode).toBe(200)
    expect((await post('x'.repeat(300_000), { 'x-hub-signature-256': 'x' })).statusCode).toBe(413)
    expect(reports.map(({ status }) => status)).toEqual(['delivered'])
    expect(Object.prototype).not.toHaveProperty('entry')
  })

  it('begins with a subscription that knows the token', async () => {
    const { app } = await openHooks()
    const ask = (query: Record<string, string>) => app.inject({ url: '/hooks/meta', query })
    const good = { 'hub.mode': 'subscribe', 'hub.verify_token': 'verify-token-0123456', 'hub.challenge': '1158201444' }
    const answer = await ask(good)
    expect([answer.statusCode, answer.body, answer.headers['content-type']]).toEqual([200, '1158201444', 'text/plain'])
    for (const wrong of [{ 'hub.verify_token': 'guessed' }, { 'hub.mode': 'x' }, { 'hub.challenge': '<script>' }])
      expect((await ask({ ...good, ...wrong })).statusCode).toBe(403)
    expect(
      (await app.inject({ url: '/hooks/meta?hub.mode=subscribe&hub.verify_token=a&hub.verify_token=b' })).statusCode,
    ).toBe(403)
  })
})
