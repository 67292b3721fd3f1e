import { Secret, TOTP } from 'otpauth'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { calm } from '../../channel/chaos.ts'
import { createInbox, type Inbox } from '../../channel/inbox.ts'
import { systemClock } from '../../lib/clock.ts'
import { systemRandom } from '../../lib/random.ts'
import type { DeliveryReport } from '../../model/delivery.ts'
import { createApp } from '../app.ts'
import { registerAssets } from './assets.ts'
import { registerInbox } from './inbox-routes.ts'

const clock = systemClock()
const logged: string[] = []
const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) })
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
const post = (url: string, payload: string, origin = 'http://aval.test:4000') =>
  app.inject({
    method: 'POST',
    url,
    headers: { host: 'aval.test:4000', origin, 'content-type': 'application/x-www-form-urlencoded' },
    payload,
  })
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

describe('chaos', () => {
  const put = (payload: unknown, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'PUT',
      url: '/dev/api/chaos',
      headers: { host: 'localhost', 'content-type': 'application/json', ...headers },
      payload: JSON.stringify(payload),
    })
  afterEach(() => inbox.setChaos(calm))

  it('is read, replaced by the channels that are named, and cleared', async () => {
    expect((await get('/dev/api/chaos')).json()).toEqual({ sms: {}, whatsapp: {}, call: {}, email: {} })
    const undelivered = { percent: 50, code: '30006' }
    expect((await put({ sms: { delay_ms: 20_000, drop: 0.5 }, call: { undelivered } })).statusCode).toBe(200)
    await put({ sms: { fail: 100 } })
    const expected = {
      sms: { fail: 100 },
      whatsapp: {},
      call: { undelivered: { ...undelivered, kind: 'channel' } },
      email: {},
    }
    expect((await get('/dev/api/chaos')).json()).toEqual(expected)
    expect((await put(expected)).json()).toEqual(expected)
    await put({})
    expect(inbox.chaos).toEqual(expected)
    await put({ sms: {} })
    expect(inbox.chaos.sms).toEqual({})
    const cleared = await app.inject({ method: 'DELETE', url: '/dev/api/chaos', headers: { host: 'localhost' } })
    expect([cleared.statusCode, inbox.chaos]).toEqual([204, calm])
  })

  it('refuses what it cannot read, and changes nothing', async () => {
    for (const body of [
      null,
      [],
      { pigeon: {} },
      { sms: null },
      { sms: { drop: 101 } },
      { sms: { drop: -1 } },
      { sms: { drop: '5' } },
      { sms: { delay_ms: 1.5 } },
      { sms: { delay_ms: 86_400_001 } },
      { sms: { lose: 1 } },
      { sms: { undelivered: { percent: 1 } } },
      { sms: { undelivered: { percent: 1, code: 'a b' } } },
      { sms: { undelivered: { percent: 1, code: '1', kind: 'odd' } } },
      { sms: { drop: 1 }, call: { fail: 101 } },
    ]) {
      expect((await put(body)).statusCode, JSON.stringify(body)).toBe(422)
      expect(inbox.chaos).toEqual(calm)
    }
    expect((await put({ sms: { drop: 1 } }, { host: 'evil.example' })).statusCode).toBe(421)
    expect(inbox.chaos).toEqual(calm)
  })

  it('is set by a form too, which leaves what the API set', async () => {
    inbox.setChaos({ call: { drop: 7 } })
    const page = (await get('/dev/inbox?lang=en')).body
    expect(page).toContain('In force now.')
    expect(page).toMatch(/<option(?: selected| value(="")?)+>By the API/)
    const answer = await post('/dev/inbox/chaos', 'sms=slow&whatsapp=undelivered&call=&to=%2B5511987654321')
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/dev/inbox?to=%2B5511987654321'])
    expect(inbox.chaos).toEqual({
      sms: { delay_ms: 20_000 },
      whatsapp: { undelivered: { percent: 100, code: '131026', kind: 'channel' } },
      call: { drop: 7 },
      email: {},
    })
    expect((await get('/dev/inbox?lang=en')).body).toMatch(/<option (value="slow" selected|selected value="slow")/)
    expect((await post('/dev/inbox/chaos', 'sms=odd')).statusCode).toBe(422)
    expect((await post('/dev/inbox/chaos', 'sms=drop', 'https://evil.example')).statusCode).toBe(403)
    expect(inbox.chaos.sms).toEqual({ delay_ms: 20_000 })
  })

  it('lets a delayed message be seen once the clock is turned by a route, and reports it', async () => {
    const reports: DeliveryReport[] = []
    inbox.onReport(async (report) => void reports.push(report))
    await put({ sms: { delay_ms: 3_600_000 } })
    await receive()
    const waiting = get('/dev/api/messages/latest?to=+5511987654321&wait=30')
    await new Promise((next) => setImmediate(next))
    expect((await get('/dev/api/messages')).json()).toEqual({ messages: [] })
    expect((await get('/dev/inbox?lang=en')).body).toContain('under way, arrives at')
    await post('/dev/inbox/clock', 'advance_ms=3600000')
    expect((await waiting).json()).toMatchObject({ code: '123456', segments: 1 })
    expect(reports.map(({ status }) => status)).toEqual(['delivered'])
  })

  it('turns the clock though a report cannot be taken', async () => {
    inbox.onReport(async () => {
      throw new Error('the store is away')
    })
    await put({ sms: { delay_ms: 1 } })
    await receive()
    const { statusCode, headers } = await post('/dev/inbox/clock', 'advance_ms=60000')
    expect([statusCode, headers.location]).toEqual([303, '/dev/inbox'])
  })
})

describe('an e-mail', () => {
  const html = '<!doctype html><p style="color:red">Code <b>123456</b></p><script>alert(1)</script>'
  async function receiveMail(): Promise<string> {
    await inbox.send({
      ...{ id: 'msg_1', to: 'ana@example.com', channel: 'email', body: 'Code 123456', code: '123456', locale: 'en' },
      email: { subject: 'Confirm <b>it</b>', html },
    })
    const { body } = await get('/dev/inbox?lang=en')
    expect(body).not.toContain('alert(1)')
    expect(body).toContain('Confirm &lt;b>it&lt;/b>')
    return /<iframe src="([^"]+)"/.exec(body)?.[1] ?? ''
  }

  it('stands in a frame without any right, on a page that may frame our own alone', async () => {
    const path = await receiveMail()
    const { body, headers } = await get('/dev/inbox')
    expect(body).toMatch(/<iframe [^>]*sandbox(="")?[ >]/)
    expect(headers['content-security-policy']).toMatch(/^default-src 'none';.*; frame-src 'self'$/)
    const mail = await get(path)
    expect(mail.body).toBe(html)
    expect(mail.headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox",
    )
    expect(mail.headers['x-frame-options']).toBe('SAMEORIGIN')
  })

  it('is there for its own host, by its own number, until it is cleared', async () => {
    const path = await receiveMail()
    await receive()
    expect((await get(path, 'evil.example')).statusCode).toBe(421)
    expect((await get(path.replace(/\d+$/, (n) => String(Number(n) + 1)))).statusCode).toBe(404)
    for (const number of ['0', '-1', '1.5', 'x', '99999999', '9e999']) {
      expect((await get(`/dev/inbox/mail/${number}`)).statusCode, number).toBeOneOf([404, 422])
    }
    inbox.clear()
    expect((await get(path)).statusCode).toBe(404)
  })
})

describe('a call', () => {
  it('says nothing of its code before a key was pressed', async () => {
    const words = 'Your code is 1, 2, 3, 4, 5, 6'
    await inbox.send({
      ...{ id: 'msg_1', to: '+5511987654321', channel: 'call', body: 'x', code: '123456', locale: 'en' },
      call: { prompt: 'Press any key', sendDigits: '1w2', words },
    })
    const { body } = await get('/dev/inbox?lang=en')
    const [outside = '', inside = ''] = body.slice(body.indexOf('<main')).split(/<details>(?=<summary>Press any key)/)
    expect(outside).toContain('1w2')
    expect(outside).not.toMatch(/1, 2, 3|123456/)
    expect(inside.split('</details>')[0]?.split(`<p>${words}</p>`)).toHaveLength(3)
  })
})

describe('the authenticator app', () => {
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  const uri = `otpauth://totp/Sympla:ana%40example.com?secret=${secret}&issuer=Sympla`
  const add = (text: string, origin?: string) =>
    post('/dev/inbox/apps', new URLSearchParams({ uri: text }).toString(), origin)
  afterEach(() => {
    for (const { id } of inbox.apps.list()) inbox.apps.remove(id)
  })

  it('shows name, secret in groups of four, QR code without a style, and the code of now', async () => {
    const added = await add(uri)
    expect([added.statusCode, added.headers.location]).toEqual([303, '/dev/inbox?apps=1'])
    const { body } = await get('/dev/inbox?apps=1&lang=en')
    const [app] = (await get('/dev/api/apps')).json().apps
    expect(app).toEqual({
      name: 'Sympla: ana@example.com',
      code: expect.stringMatching(/^\d{6}$/),
      expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    })
    const totp = TOTP.validate({
      secret: Secret.fromBase32(secret),
      token: app.code,
      timestamp: clock.now(),
      window: 1,
    })
    expect(totp).not.toBeNull()
    expect(body).toContain('Sympla: ana@example.com')
    expect(body).toContain('GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ')
    expect(body).toMatch(/<svg [^>]*viewBox/)
    expect(body.slice(body.indexOf('<main'))).not.toMatch(/\sstyle=|<style/)
    const { codes } = (await get('/dev/inbox/codes')).json()
    expect(codes).toEqual([
      { id: expect.any(String), code: expect.any(String), left_ms: expect.any(Number), expires_at: expect.any(String) },
    ])
    expect(JSON.stringify(codes)).not.toContain(secret)
  })

  it('forgets an account that is removed', async () => {
    await add(uri)
    const id = /name="id" value="([^"]+)"/.exec((await get('/dev/inbox?apps=1')).body)?.[1] ?? ''
    expect((await post('/dev/inbox/apps/remove', `id=${id}`, 'https://evil.example')).statusCode).toBe(403)
    expect(inbox.apps.list()).toHaveLength(1)
    expect((await post('/dev/inbox/apps/remove', `id=${id}`)).statusCode).toBe(303)
    expect((await post('/dev/inbox/apps/remove', `id=${id}`)).statusCode).toBe(303)
    expect((await get('/dev/api/apps')).json()).toEqual({ apps: [] })
  })

  it('says what is wrong with an address, and repeats it nowhere', async () => {
    for (const text of ['', 'x', `otpauth://hotp/x?secret=${secret}&counter=1`, '<script>']) {
      const { statusCode, body } = await add(text)
      expect(statusCode, text).toBe(422)
      expect(body).toContain('otpauth://totp/')
      if (text) expect(body).not.toContain(`value="${text}`)
      expect(body).not.toContain(secret)
    }
    for (let i = 0; i < 100; i++) await add(`${uri}&n=${i}`)
    expect((await add(`${uri}&n=100`)).statusCode).toBe(422)
    expect((await post('/dev/inbox/apps', 'other=1')).statusCode).toBe(422)
    expect(inbox.apps.list()).toHaveLength(100)
  })

  it('is for its own pages and its own host only', async () => {
    expect((await add(uri, 'https://evil.example')).statusCode).toBe(403)
    expect(inbox.apps.list()).toEqual([])
    await add(uri)
    for (const url of ['/dev/inbox?apps=1', '/dev/api/apps', '/dev/inbox/codes']) {
      expect((await get(url, 'evil.example')).statusCode).toBe(421)
    }
  })

  it('is in no line of the log', async () => {
    await add(uri)
    const id = /name="id" value="([^"]+)"/.exec((await get('/dev/inbox?apps=1')).body)?.[1]
    await add(`${uri}&period=0`)
    await post('/dev/inbox/apps/remove', `id=${id}`)
    await add(`x${'y'.repeat(200_000)}`)
    expect(logged.join()).not.toMatch(new RegExp(`${secret}|otpauth|ana@`))
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
