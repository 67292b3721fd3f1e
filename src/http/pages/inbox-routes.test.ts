import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { log } from '../../../test/support/doors.ts'
import { createInbox, type Inbox } from '../../channel/inbox.ts'
import { systemClock } from '../../lib/clock.ts'
import { systemRandom } from '../../lib/random.ts'
import { createApp } from '../app.ts'
import { registerAssets } from './assets.ts'
import { registerInbox } from './inbox-routes.ts'

const clock = systemClock()
const app = createApp({ log, random: systemRandom(), trustedProxies: [], https: false })
let inbox: Inbox

beforeAll(() => {
  inbox = createInbox({ clock, random: systemRandom() })
  registerAssets(app)
  registerInbox(app, { inbox, clock, publicUrl: 'http://aval.test:4000', brand: 'Sympla' })
})
afterEach(() => inbox.clear())
afterAll(() => app.close())

function receive(to = '+5511987654321', body = 'Aval: 123456 autoriza\n\n@aval.test #123456') {
  return inbox.send({ id: 'msg_1', to, channel: 'sms', body, code: '123456', locale: 'pt-BR' })
}
const get = (url: string, host = 'localhost:4000') => app.inject({ url, headers: { host } })

describe('the API of the dev inbox', () => {
  it('gives the latest message with what it costs, and 404 when there is none', async () => {
    expect((await get('/dev/api/messages/latest')).statusCode).toBe(404)
    await receive()
    expect((await get('/dev/api/messages/latest?to=%2B5511987654321&channel=sms')).json()).toEqual({
      to: '+5511987654321',
      channel: 'sms',
      body: 'Aval: 123456 autoriza\n\n@aval.test #123456',
      code: '123456',
      segments: 1,
      encoding: 'GSM-7',
      sent_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    })
    expect((await get('/dev/api/messages/latest?channel=call')).statusCode).toBe(404)
  })

  it('takes a plus sign that arrives as a space', async () => {
    await receive()
    for (const to of ['+5511987654321', '%2B5511987654321', '5511987654321', '']) {
      expect((await get(`/dev/api/messages?to=${to}`)).json().messages).toHaveLength(1)
    }
    expect((await get('/dev/api/messages?to=+551100')).json()).toEqual({ messages: [] })
  })

  it('answers a waiting reader as soon as the message is there', async () => {
    const waiting = get('/dev/api/messages/latest?to=+5511987654321&wait=30')
    await new Promise((next) => setImmediate(next))
    await receive()
    expect((await waiting).json().code).toBe('123456')
  })

  it('refuses what it cannot read', async () => {
    expect((await get('/dev/api/messages/latest?wait=61')).statusCode).toBe(422)
    expect((await get('/dev/api/messages?channel=pigeon')).statusCode).toBe(422)
    for (const payload of [
      '{}',
      '{"advance_ms":-1}',
      '{"advance_ms":1.5}',
      '{"advance_ms":1,"x":1}',
      '{"advance_ms":"1"}',
    ]) {
      const answer = await app.inject({
        method: 'POST',
        url: '/dev/api/clock',
        headers: { host: 'localhost', 'content-type': 'application/json' },
        payload,
      })
      expect(answer.statusCode).toBe(422)
    }
    expect(clock.offsetMs).toBe(0)
  })

  it('turns the clock, and forgets', async () => {
    await receive()
    const before = clock.now()
    const turned = await app.inject({
      method: 'POST',
      url: '/dev/api/clock',
      headers: { host: 'localhost' },
      payload: { advance_ms: 60_000 },
    })
    expect(Date.parse(turned.json().now)).toBeGreaterThanOrEqual(before + 60_000)
    const cleared = await app.inject({ method: 'DELETE', url: '/dev/api/messages', headers: { host: 'localhost' } })
    expect([cleared.statusCode, cleared.body]).toEqual([204, ''])
    expect((await get('/dev/api/messages')).json()).toEqual({ messages: [] })
  })

  it('answers to its own host only, on every route', async () => {
    await receive()
    for (const url of ['/dev/inbox', '/dev/inbox/changes?after=0', '/dev/api/messages', '/dev/api/messages/latest']) {
      for (const host of ['evil.example', 'aval.test.evil.example:4000', 'localhost.evil.example', 'aval.test:4001']) {
        const answer = await get(url, host)
        expect(answer.statusCode).toBe(421)
        expect(answer.body).not.toContain('123456')
      }
    }
    for (const host of ['aval.test:4000', 'localhost', 'localhost:9', '127.0.0.1:4000', '[::1]:4000']) {
      expect((await get('/dev/api/messages', host)).statusCode).toBe(200)
    }
  })
})

describe('the page of the dev inbox', () => {
  it('shows the newest phone with its messages, their code and cost', async () => {
    await receive('+5511900000001', 'older')
    await receive()
    const { body, statusCode } = await get('/dev/inbox?lang=pt-BR')
    expect(statusCode).toBe(200)
    expect(body).toContain('data-code="123456"')
    expect(body).toContain('1 segmento')
    expect(body).toContain('GSM-7')
    expect(body).not.toContain('older')
    expect((await get('/dev/inbox?to=%2B5511900000001')).body).toContain('older')
  })

  it('shows markup in a message as text', async () => {
    await receive('+5511900000001', '<img src=x onerror=alert(1)>')
    expect((await get('/dev/inbox')).body).not.toContain('<img')
  })

  it('works by forms alone, from its own pages only', async () => {
    await receive()
    const clear = (headers: Record<string, string>) =>
      app.inject({ method: 'POST', url: '/dev/inbox/clear', headers: { host: 'aval.test:4000', ...headers } })
    expect((await clear({ origin: 'https://evil.example' })).statusCode).toBe(403)
    expect(await inbox.list()).toHaveLength(1)
    expect((await clear({ origin: 'http://aval.test:4000' })).statusCode).toBe(303)
    expect(await inbox.list()).toEqual([])
  })
})

describe('assets', () => {
  it('serves the files of a page compressed and for ever, and nothing else', async () => {
    const page = (await get('/dev/inbox')).body
    const urls = page.match(/\/assets\/[\w.-]+/g) ?? []
    expect(urls).toHaveLength(2)
    for (const url of urls) {
      const answer = await app.inject({ url, headers: { 'accept-encoding': 'gzip, br' } })
      expect(answer.statusCode).toBe(200)
      expect(answer.headers).toMatchObject({
        'content-encoding': 'br',
        'cache-control': 'public, max-age=31536000, immutable',
        vary: 'accept-encoding',
      })
    }
    expect((await get('/assets/page-0000000000.js')).statusCode).toBe(404)
    expect((await get('/assets/..%2f..%2fpackage.json')).statusCode).toBe(404)
  })
})
