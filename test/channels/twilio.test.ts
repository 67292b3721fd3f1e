import { createHmac } from 'node:crypto'
import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { CarrierRefusal } from '../../src/channel/carrier.ts'
import { resilient } from '../../src/channel/carriers/resilient.ts'
import { createTwilioCall } from '../../src/channel/carriers/twilio-call.ts'
import { createTwilioSms, createTwilioWhatsapp } from '../../src/channel/carriers/twilio-messages.ts'
import { registerTwilioHooks } from '../../src/http/hooks/twilio-hooks.ts'
import { asAvalError, sendProblem } from '../../src/http/problem.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { Secret } from '../../src/lib/secret.ts'
import type { DeliveryReport } from '../../src/model/delivery.ts'
import { carrierLog } from '../support/carrier-log.ts'
import { log, ring } from '../support/doors.ts'
import { messageBy } from '../support/message.ts'
import { openPeer, sendJson, type Taken } from '../support/peer.ts'

const accountSid = `AC${'a'.repeat(32)}`
const token = 'twilio-auth-token-canary'
const publicUrl = 'https://aval.test'
const messageSid = `SM${'1'.repeat(32)}`
const callSid = `CA${'2'.repeat(32)}`

/** Twilio's messaging API as far as our calls go: Basic auth, the parameters of Messages and Calls, its errors. */
async function openTwilio(
  refuse?: (taken: Taken) => { status: number; code?: number; headers?: Record<string, string> } | undefined,
) {
  const peer = await openPeer((taken, response) => {
    const basic = `Basic ${Buffer.from(`${accountSid}:${token}`).toString('base64')}`
    if (taken.headers.authorization !== basic)
      return sendJson(response, 401, { code: 20003, message: 'Authenticate', status: 401 })
    const refusal = refuse?.(taken)
    if (refusal) {
      const { status, code, headers } = refusal
      return sendJson(response, status, { code, message: 'refused', more_info: '', status }, headers)
    }
    const form = new URLSearchParams(taken.body)
    const path = taken.path.split('/').at(-1)
    if (!form.get('To')) return sendJson(response, 400, { code: 21604, message: 'A "To" is required', status: 400 })
    const sid = path === 'Calls.json' ? callSid : messageSid
    sendJson(response, 201, { sid, status: 'queued', to: form.get('To') })
  })
  const account = { accountSid, authToken: new Secret(token), baseUrl: peer.url, publicUrl }
  const forms = () => peer.taken.map(({ body }) => Object.fromEntries(new URLSearchParams(body)))
  return { peer, account, forms }
}

/** Twilio's signature, by its published algorithm: HMAC-SHA1 over the URL and the sorted parameters. */
function signatureOf(url: string, form: Record<string, string>, secret = token): string {
  const joined = Object.keys(form)
    .sort()
    .reduce((sum, name) => sum + name + form[name], url)
  return createHmac('sha1', secret).update(joined).digest('base64')
}

async function openHooks(clock = systemClock()) {
  const reports: DeliveryReport[] = []
  const app = Fastify()
  app.setErrorHandler((error, request, reply) => sendProblem(reply, asAvalError(error, request)))
  registerTwilioHooks(app, {
    publicUrl,
    authToken: new Secret(token),
    keys: ring,
    clock,
    report: async (report) => void reports.push(report),
  })
  const post = (path: string, form: Record<string, string>, headers: Record<string, string | string[]> = {}) =>
    app.inject({
      method: 'POST',
      url: path,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      payload: new URLSearchParams(form).toString(),
    })
  const signed = (path: string, form: Record<string, string>) =>
    post(path, form, { 'x-twilio-signature': signatureOf(`${publicUrl}${path}`, form) })
  return { app, post, signed, reports, clock }
}

/** What a call says: its TwiML read strictly, element by element. Anything else than these elements is a fault. */
function stepsOf(twiml: string): { name: string; attributes: Record<string, string>; text: string }[] {
  const body = /^<\?xml version="1\.0" encoding="UTF-8"\?><Response>([\s\S]*)<\/Response>$/.exec(twiml)?.[1]
  if (body === undefined) throw new Error(`no TwiML: ${twiml}`)
  const steps: { name: string; attributes: Record<string, string>; text: string }[] = []
  const element = /<(Gather|Say|Pause|Hangup)((?: \w+="[^"<]*")*)(?:\/>|>([^<]*)(?:<\/\1>)?)|<\/Gather>/gy
  while (element.lastIndex < body.length) {
    const match = element.exec(body)
    if (!match) throw new Error(`unexpected TwiML: ${body}`)
    if (!match[1]) continue
    const attributes = Object.fromEntries(
      [...(match[2] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, unescaped(value ?? '')]),
    )
    steps.push({ name: match[1], attributes, text: unescaped(match[3] ?? '') })
  }
  return steps
}

function unescaped(text: string): string {
  return text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&apos;/g, "'")
    .replace(/&amp;/g, '&')
}

describe('Twilio carries', () => {
  it('a text by its official SDK, with where to report', async () => {
    const { account, forms, peer } = await openTwilio()
    const message = messageBy('sms')
    expect(await createTwilioSms(account, '+5511900000000').send(message)).toEqual({
      carrierId: messageSid,
      status: 'sent',
    })
    expect(peer.taken[0]?.path).toBe(`/2010-04-01/Accounts/${accountSid}/Messages.json`)
    expect(forms()).toEqual([
      {
        To: message.to,
        From: '+5511900000000',
        Body: message.body,
        StatusCallback: `${publicUrl}/hooks/twilio/status?message=msg_1`,
      },
    ])
    await createTwilioSms(account, `MG${'3'.repeat(32)}`).send(message)
    expect(forms()[1]).toMatchObject({ MessagingServiceSid: `MG${'3'.repeat(32)}` })
  })

  it('a WhatsApp code as the approved template of its language, and no notice', async () => {
    const { account, forms } = await openTwilio()
    const templates = { 'pt-BR': `HX${'4'.repeat(32)}`, en: `HX${'5'.repeat(32)}` }
    const carrier = createTwilioWhatsapp(account, { from: '+5511900000000', templates })
    await carrier.send(messageBy('whatsapp', { locale: 'en' }))
    expect(forms()[0]).toMatchObject({
      To: 'whatsapp:+5511987654321',
      From: 'whatsapp:+5511900000000',
      ContentSid: templates.en,
      ContentVariables: '{"1":"493027"}',
    })
    expect(forms()[0]).not.toHaveProperty('Body')
    await expect(carrier.send({ ...messageBy('whatsapp'), code: '' })).rejects.toMatchObject({ kind: 'channel' })
  })

  it.each([
    [21211, 'permanent'],
    [21614, 'channel'],
    [21610, 'channel'],
    [20003, 'temporary', 401],
    [20500, 'temporary', 500],
    [99999, 'channel'],
  ] as const)('nothing when it answers %i, which is %s', async (code, kind, status: number = 400) => {
    const { account } = await openTwilio(() => ({ status, code }))
    const refused = createTwilioSms(account, '+5511900000000').send(messageBy('sms'))
    await expect(refused).rejects.toMatchObject({ kind, code: String(code) })
  })

  it('nothing when its answer names no message', async () => {
    const peer = await openPeer((_, response) => sendJson(response, 201, { sid: '../../evil', status: 'queued' }))
    const account = { accountSid, authToken: new Secret(token), baseUrl: peer.url, publicUrl }
    await expect(createTwilioSms(account, '+5511900000000').send(messageBy('sms'))).rejects.toMatchObject({
      code: 'odd_answer',
    })
  })

  it('a call that says the code after a key press only, digit by digit, twice, in the language of the user', async () => {
    const { account, forms } = await openTwilio()
    const hooks = await openHooks()
    const call = createTwilioCall(account, '+5511900000000', { keys: ring, random: systemRandom(), clock: hooks.clock })
    for (const [locale, language] of [
      ['pt-BR', 'pt-BR'],
      ['en', 'en-US'],
      ['es', 'es-MX'],
    ] as const) {
      await call.send(messageBy('call', { locale }))
      const twiml = forms().at(-1)?.Twiml ?? ''
      // A voicemail hears the prompt and then nothing.
      expect(twiml).not.toMatch(/4, 9|493027/)
      const steps = stepsOf(twiml)
      expect(steps.map(({ name }) => name)).toEqual(['Gather', 'Say', 'Gather', 'Say', 'Hangup'])
      const { action = '', method } = steps[0]?.attributes ?? {}
      expect([method, steps[1]?.attributes.language]).toEqual(['POST', language])
      const pressed = { CallSid: callSid, Digits: '1' }
      const path = action.slice(publicUrl.length)
      const spoken = await hooks.signed(path, pressed)
      expect(spoken.headers['content-type']).toMatch(/xml/)
      const said = stepsOf(spoken.body)
      expect(said.map(({ name }) => name)).toEqual(['Say', 'Pause', 'Say', 'Hangup'])
      expect(said[0]?.text).toContain('4, 9, 3, 0, 2, 7')
      expect(said[2]?.text).toBe(said[0]?.text)
    }
  })

  it('no order of a name to dial, hang up or speak otherwise', async () => {
    const { account, forms } = await openTwilio()
    const hooks = await openHooks()
    const call = createTwilioCall(account, '+5511900000000', { keys: ring, random: systemRandom(), clock: hooks.clock })
    const evil = '</Say><Dial>+19005550100</Dial><Say>" & \u0007 \ud800 \uffff'
    await call.send(messageBy('call', { payee: evil, brand: evil }))
    const steps = stepsOf(forms()[0]?.Twiml ?? '')
    expect(steps.map(({ name }) => name)).toEqual(['Gather', 'Say', 'Gather', 'Say', 'Hangup'])
    const path = (steps[0]?.attributes.action ?? '').slice(publicUrl.length)
    const said = stepsOf((await hooks.signed(path, { Digits: '1' })).body)
    expect(said.map(({ name }) => name)).toEqual(['Say', 'Pause', 'Say', 'Hangup'])
  })

  it('words whose address was altered, is of another message, or is old, to nobody', async () => {
    const { account, forms } = await openTwilio()
    const hooks = await openHooks()
    const call = createTwilioCall(account, '+5511900000000', { keys: ring, random: systemRandom(), clock: hooks.clock })
    await call.send(messageBy('call'))
    const action = stepsOf(forms()[0]?.Twiml ?? '')[0]?.attributes.action ?? ''
    const path = action.slice(publicUrl.length)
    const variants = [
      path.replace('message=msg_1', 'message=msg_2'),
      path.replace(/.(?=.{20}$)/, (one) => (one === 'A' ? 'B' : 'A')),
      '/hooks/twilio/speak',
    ]
    for (const one of variants) expect((await hooks.signed(one, { Digits: '1' })).body).not.toContain('4, 9')
    expect((await hooks.post(path, { Digits: '1' })).statusCode).toBe(403)
    for (const Digits of ['', '12', 'x']) expect((await hooks.signed(path, { Digits })).body).not.toContain('4, 9')
    expect((await hooks.signed(path, { Digits: '#' })).body).toContain('4, 9')
    hooks.clock.advance(600_000)
    expect((await hooks.signed(path, { Digits: '1' })).body).not.toContain('4, 9')
  })
})

describe('a carrier with its breaker', () => {
  const noRest = { restMs: 50 }

  it('repeats once what surely did not leave, and never what may have', async () => {
    for (const [status, calls] of [
      [429, 2],
      [503, 2],
      [500, 1],
      [400, 1],
    ] as const) {
      const { account, peer } = await openTwilio(() => ({ status, headers: { 'retry-after': '1' } }))
      const carrier = resilient(createTwilioSms(account, '+5511900000000'), carrierLog())
      await expect(carrier.send(messageBy('sms'))).rejects.toBeInstanceOf(CarrierRefusal)
      expect([status, peer.taken.length]).toEqual([status, calls])
    }
  })

  it('repeats once after a connection that did not come about', async () => {
    const account = { accountSid, authToken: new Secret(token), baseUrl: 'http://127.0.0.1:9', publicUrl }
    const carrier = resilient(createTwilioSms(account, '+5511900000000'), carrierLog())
    await expect(carrier.send(messageBy('sms'))).rejects.toMatchObject({ kind: 'temporary', code: 'connection' })
  })

  it('rests after five failures, asks again later, and is not opened by refused messages', async () => {
    let mode: 'down' | 'refusing' | 'up' = 'refusing'
    const { account, peer } = await openTwilio(() =>
      mode === 'down' ? { status: 500 } : mode === 'refusing' ? { status: 400, code: 21614 } : undefined,
    )
    const carrier = resilient(createTwilioSms(account, '+5511900000000'), carrierLog(), noRest)
    const send = () => carrier.send(messageBy('sms')).catch((error: CarrierRefusal) => error.code)
    for (let i = 0; i < 10; i++) expect(await send()).toBe('21614')
    mode = 'down'
    for (let i = 0; i < 5; i++) await send()
    const asked = peer.taken.length
    expect(await send()).toBe('breaker_open')
    expect(peer.taken).toHaveLength(asked)
    mode = 'up'
    await new Promise((rested) => setTimeout(rested, 60))
    expect(await send()).toMatchObject({ status: 'sent' })
  })

  it('says no token, number or code in its log', async () => {
    const { account } = await openTwilio(() => ({ status: 401, code: 20003 }))
    const heard = carrierLog()
    const sent = resilient(createTwilioSms(account, '+5511900000000'), heard).send(messageBy('sms'))
    const error = await sent.catch((one: Error) => one)
    expect(heard.lines).toHaveLength(1)
    for (const text of [...heard.lines, String((error as Error).message)])
      expect(text).not.toMatch(/canary|98765|493027/)
  })
})

describe('what Twilio reports', () => {
  const path = '/hooks/twilio/status?message=msg_1'
  const delivered = { MessageSid: messageSid, MessageStatus: 'delivered', AccountSid: accountSid }

  it('is believed when it is signed for this very address', async () => {
    const { signed, reports } = await openHooks()
    expect((await signed(path, delivered)).statusCode).toBe(204)
    await signed(path, { MessageSid: messageSid, MessageStatus: 'undelivered', ErrorCode: '30005' })
    await signed(path, { CallSid: callSid, CallStatus: 'no-answer' })
    await signed(path, { CallSid: callSid, CallStatus: 'completed' })
    expect(reports).toEqual([
      { carrier: 'twilio', carrierId: messageSid, messageId: 'msg_1', status: 'delivered', failure: undefined },
      {
        carrier: 'twilio',
        carrierId: messageSid,
        messageId: 'msg_1',
        status: 'undelivered',
        failure: { kind: 'permanent', code: '30005' },
      },
      {
        carrier: 'twilio',
        carrierId: callSid,
        messageId: 'msg_1',
        status: 'undelivered',
        failure: { kind: 'channel', code: 'no-answer' },
      },
      { carrier: 'twilio', carrierId: callSid, messageId: 'msg_1', status: 'delivered', failure: undefined },
    ])
  })

  it('is refused when it is forged: no signature, an empty one, two, another address, another secret, altered parameters', async () => {
    const { post, reports } = await openHooks()
    const good = signatureOf(`${publicUrl}${path}`, delivered)
    const answers = [
      await post(path, delivered),
      await post(path, delivered, { 'x-twilio-signature': '' }),
      await post(path, delivered, { 'x-twilio-signature': [good, good] }),
      await post(path, delivered, { 'x-twilio-signature': 'é'.repeat(28) }),
      await post(path, delivered, { 'x-twilio-signature': signatureOf(`http://aval.test${path}`, delivered) }),
      await post(path, delivered, { 'x-twilio-signature': signatureOf(`https://aval.test.evil${path}`, delivered) }),
      await post(path, delivered, { 'x-twilio-signature': signatureOf(`${publicUrl}${path}`, delivered, 'guessed') }),
      await post('/hooks/twilio/status?message=msg_2', delivered, { 'x-twilio-signature': good }),
      await post(path, { ...delivered, MessageStatus: 'read' }, { 'x-twilio-signature': good }),
      await post(path, delivered, {
        'x-twilio-signature': good,
        host: 'evil.test',
        'content-type': 'application/json',
      }),
    ]
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([...Array(9).fill(403), 204])
    expect(reports).toHaveLength(1)
  })

  it('that is odd changes nothing and is no fault of ours', async () => {
    const { signed, post, reports } = await openHooks()
    expect((await signed(path, { MessageSid: messageSid, MessageStatus: 'constructor' })).statusCode).toBe(204)
    expect((await signed(path, { MessageStatus: 'delivered' })).statusCode).toBe(204)
    expect((await signed(path, {})).statusCode).toBe(204)
    expect((await post(path, { big: 'x'.repeat(1_000_000) })).statusCode).toBe(413)
    expect(reports).toEqual([])
    expect(log.level).toBe('silent')
  })
})
