import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Doors, openDoors, payout, publicUrl, ring } from '../../../test/support/doors.ts'
import { pageKeyOf } from '../../gate/page-key.ts'
import { slowDown } from '../../guard/slow-down.ts'
import { StoreUnavailable } from '../../store/db.ts'
import { openDb } from '../../store/open.ts'
import { registerHostedPages } from './hosted-routes.ts'

type Fields = Record<string, string>

let doors: Doors

beforeAll(async () => {
  doors = await openDoors(await openDb({ file: ':memory:' }))
  registerHostedPages(doors.app, { ...doors.gate, publicUrl, brand: 'Sympla' })
})
beforeEach(() => doors.clock.advance(61_000))
afterAll(() => doors.close())

/** A transaction, and the browser that was sent to its page. */
async function arrive(more: Record<string, unknown> = {}) {
  const body = payout({ locale: 'en', ...more })
  const created = await doors.v1('POST', '/transactions', body)
  expect(created.status).toBe(201)
  const { id, url } = created.body as { id: string; url: string }
  const exchange = await doors.app.inject({ url: url.slice(publicUrl.length) })
  expect(exchange.statusCode).toBe(303)
  const [key] = exchange.cookies
  if (!key) throw new Error('no cookie')
  const jar: Fields = { [key.name]: key.value }
  const send = (method: 'GET' | 'POST', path: string, form?: Fields, headers: Fields = {}) =>
    doors.app.inject({
      method,
      url: path === '' || path.startsWith('?') ? `/t/${id}${path}` : `/t/${id}/${path}`,
      cookies: jar,
      headers: { ...(form && { 'content-type': 'application/x-www-form-urlencoded' }), ...headers },
      ...(form && { payload: new URLSearchParams(form).toString() }),
    })
  const get = (path = '') => send('GET', path)
  const post = (path: string, form: Fields = {}, headers: Fields = {}) => send('POST', path, form, headers)
  const phone = body.contact.phone
  const transaction = async () => (await doors.v1('GET', `/transactions/${id}`)).body
  const wrong = () => String((Number(doors.codeFor(phone)) + 1) % 1_000_000).padStart(6, '0')
  return { id, url, key, exchange, get, post, phone, transaction, wrong, code: () => doors.codeFor(phone) }
}

describe('the way in', () => {
  it('takes the key out of the address, into a cookie that no script reads', async () => {
    const { id, exchange, key } = await arrive()
    expect(exchange.headers.location).toBe(`/t/${id}`)
    expect(key).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' })
  })

  it('uses a __Host- cookie over https', async () => {
    const secure = await openDoors(await openDb({ file: ':memory:' }))
    registerHostedPages(secure.app, { ...secure.gate, publicUrl: 'https://aval.test', brand: 'Sympla' })
    const { body } = await secure.v1('POST', '/transactions', payout())
    const { cookies } = await secure.app.inject({ url: body.url.slice(publicUrl.length) })
    expect(cookies[0]).toMatchObject({ name: expect.stringMatching(/^__Host-/), secure: true, path: '/' })
    await secure.close()
  })

  it('gives the very same bytes for an unknown id, a foreign id, a wrong key and no key', async () => {
    const mine = await arrive()
    const other = await arrive()
    const foreign = ['', '?k=wrong', '/deny'].map((rest) => `/t/${other.id}${rest}`)
    const asked = [`/t/tx_${'0'.repeat(32)}`, '/t/nonsense', ...foreign]
    const answers = await Promise.all(
      asked.map((url) => doors.app.inject({ url, cookies: { [mine.key.name]: mine.key.value } })),
    )
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([404]))
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
  })

  it('sends nothing before the owner asks', async () => {
    const { get, transaction } = await arrive()
    const page = await get()
    expect(page.statusCode).toBe(200)
    expect(page.body).toContain('Get a code by text message')
    expect(page.body).not.toContain('id="code"')
    expect((await transaction()).next_action.sends_left).toBe(5)
  })
})

describe('the walk', () => {
  it('sends, takes the code as people write it, approves, and goes back to the merchant', async () => {
    const { id, get, post, code, transaction } = await arrive({ return_url: 'https://shop.example/back?a=1' })
    const sent = await post('resend')
    expect([sent.statusCode, sent.headers.location]).toEqual([303, `/t/${id}?sent=1`])
    const page = await get()
    expect(page.body).toContain('ending in')
    expect(page.body).not.toContain(code())

    const approved = await post('check', { code: `G-${code().slice(0, 3)} ${code().slice(3)}`, version: '1' })
    expect([approved.statusCode, approved.headers.location]).toEqual([303, `/t/${id}`])
    expect((await transaction()).status).toBe('approved')
    const done = await get()
    expect(done.statusCode).toBe(200)
    expect(done.headers.refresh).toBe(`2;url=https://shop.example/back?a=1&transaction=${id}`)
    expect(done.body).toContain(`href="https://shop.example/back?a=1&amp;transaction=${id}"`)
    expect(done.body).not.toContain('http-equiv')
  })

  it('counts five wrong codes down to a lock, and nothing that is no code', async () => {
    const { post, wrong, transaction } = await arrive()
    await post('resend')
    for (const [typed, words] of [
      ['', 'Enter the 6-digit'],
      ['123', '3 missing'],
      ['1234567', 'only 6'],
      ['abc', 'numbers only'],
    ] as const) {
      const page = await post('check', { code: typed })
      expect(page.statusCode).toBe(422)
      expect(page.body).toContain(words)
    }
    expect((await transaction()).next_action.checks_left).toBe(5)
    const statuses = []
    for (let i = 0; i < 5; i++) statuses.push((await post('check', { code: wrong() })).statusCode)
    expect(statuses).toEqual([422, 422, 422, 422, 423])
    expect((await post('check', { code: wrong() })).statusCode).toBe(423)
  })

  it('warns of the last try, and opens the help after the second', async () => {
    const { post, wrong } = await arrive()
    await post('resend')
    expect((await post('check', { code: wrong() })).body).toContain('4 tries left')
    expect((await post('check', { code: wrong() })).body).toContain('<details open')
    await post('check', { code: wrong() })
    expect((await post('check', { code: wrong() })).body).toContain('1 try left')
  })

  it('makes a resend wait, says so with Retry-After, and tells when the same code was sent again', async () => {
    const { get, post } = await arrive()
    await post('resend')
    const soon = await post('resend')
    expect(soon.statusCode).toBe(429)
    expect(Number(soon.headers['retry-after'])).toBeGreaterThan(0)
    expect(soon.body).toContain('before you request another code')
    doors.clock.advance(31_000)
    const again = await post('resend')
    expect(again.headers.location).toContain('?sent=2')
    expect((await get('?sent=2')).body).toContain('The earlier message still works')
    expect((await get()).body).not.toContain('The earlier message still works')
  })

  it('offers a new code when the old one has expired, and none after five', async () => {
    const { get, post, code, transaction } = await arrive()
    await post('resend')
    doors.clock.advance(601_000)
    for (const page of [await get(), await post('check', { code: code() })]) {
      expect(page.statusCode).toBe(410)
      expect(page.body).toContain('Get a new code')
    }
    for (let sends = 1; sends < 5; sends++) {
      expect((await post('resend')).statusCode).toBe(303)
      if (sends === 3) {
        doors.clock.advance(91_000)
        expect((await get()).body).toContain('You can ask for the code only once more')
      }
      doors.clock.advance(91_000)
    }
    const none = await post('resend')
    expect([none.statusCode, none.body.includes('id="code"')]).toEqual([429, true])
    doors.clock.advance(600_000)
    expect((await get()).statusCode).toBe(429)
    expect((await transaction()).next_action.checks_left).toBe(5)
  })

  it('asks before it denies, and a denial is final', async () => {
    const { get, post, transaction } = await arrive()
    expect((await get('deny')).body).toContain('Deny this request?')
    expect((await transaction()).status).toBe('pending')
    expect((await post('deny')).statusCode).toBe(303)
    const page = await get()
    expect([page.statusCode, page.body.includes('Nothing was paid or changed')]).toEqual([200, true])
    expect((await post('resend')).statusCode).toBe(200)
    expect((await transaction()).status).toBe('denied')
  })

  it('lets nobody approve a version that the page did not show', async () => {
    const { id, post, code, transaction } = await arrive()
    await post('resend')
    const old = code()
    const change = { summary: { payee: 'Mallory' }, payload: { type: 'pix_key' } }
    expect((await doors.v1('PATCH', `/transactions/${id}`, change)).body).toMatchObject({ version: 2 })
    doors.clock.advance(31_000)
    await post('resend', { version: '2' })
    const page = await post('check', { code: code(), version: '1' })
    expect([page.statusCode, page.body.includes('The details changed')]).toEqual([409, true])
    expect((await post('check', { code: old, version: '2' })).statusCode).toBe(422)
    expect((await transaction()).status).toBe('pending')
  })

  it('says that a confirmation was used when its form comes again', async () => {
    const { post, code } = await arrive()
    await post('resend')
    await post('check', { code: code() })
    const again = await post('check', { code: code() })
    expect([again.statusCode, again.body.includes('already used')]).toEqual([409, true])
  })

  it('says what a canceled and an expired request are', async () => {
    const canceled = await arrive()
    await doors.v1('POST', `/transactions/${canceled.id}/cancel`)
    expect((await canceled.get()).statusCode).toBe(410)
    const expired = await arrive({ expires_in: 60 })
    doors.clock.advance(61_000)
    expect((await expired.get()).body).toContain('This request has expired')
  })
})

describe('what may go wrong', () => {
  it('refuses forms from other sites, and changes nothing', async () => {
    const { post, transaction } = await arrive()
    const foreign: Fields[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://localhost:4001' },
      { origin: 'https://localhost:4000' },
    ]
    for (const headers of foreign) {
      expect((await post('resend', {}, headers)).statusCode).toBe(403)
      expect((await post('deny', {}, headers)).statusCode).toBe(403)
    }
    expect(await transaction()).toMatchObject({ status: 'pending', next_action: { sends_left: 5 } })
    const own = { 'sec-fetch-site': 'same-origin', origin: publicUrl }
    expect((await post('resend', {}, own)).statusCode).toBe(303)
  })

  it('shows a carrier that is down without counting it as a try', async () => {
    const { post, transaction } = await arrive()
    doors.carrier.failing = true
    const page = await post('resend')
    doors.carrier.failing = false
    expect(page.statusCode).toBe(503)
    expect((await transaction()).next_action.checks_left).toBe(5)
  })

  it('slows an address down, in words and in Retry-After', async () => {
    const { post } = await arrive()
    for (let i = 0; i < 600; i++) await slowDown(doors.gate, '127.0.0.1')
    doors.clock.advance(18_000)
    const page = await post('check', { code: '123456' })
    expect(page.statusCode).toBe(429)
    expect(Number(page.headers['retry-after'])).toBeLessThanOrEqual(42)
    expect(page.body).toContain(`${page.headers['retry-after']} segundos`)
  })

  it('answers 503 with a reference when the store is gone, and a stranger without asking it', async () => {
    const broken = await openDoors(await openDb({ file: ':memory:' }))
    const db = { ...broken.gate.db, read: () => Promise.reject(new StoreUnavailable(new Error('gone'))) }
    registerHostedPages(broken.app, { ...broken.gate, db, publicUrl, brand: 'Sympla' })
    const id = `tx_${'1'.repeat(32)}`
    const page = await broken.app.inject({ url: `/t/${id}?k=${pageKeyOf(ring, { id, keyId: 'k1' })}` })
    expect(page.statusCode).toBe(503)
    expect(page.body).toMatch(/Ref\. [0-9a-f]{16}/)
    expect((await broken.app.inject({ url: `/t/${id}?k=guess` })).statusCode).toBe(404)
    await broken.close()
  })

  it('reads nothing but forms, and small ones', async () => {
    const { id, key, post } = await arrive()
    const json = await doors.app.inject({
      method: 'POST',
      url: `/t/${id}/check`,
      cookies: { [key.name]: key.value },
      headers: { 'content-type': 'application/json' },
      payload: '{"code":',
    })
    expect(json.statusCode).toBe(400)
    await post('resend')
    expect((await post('check', { code: '1'.repeat(5000) })).statusCode).toBe(422)
  })
})

describe('what every page is like', () => {
  it('keeps the language of a link', async () => {
    const { get } = await arrive()
    const page = await get('?lang=es')
    expect(page.body).toContain('<html lang="es">')
    expect(page.cookies[0]).toMatchObject({ value: 'es' })
    expect((await get('check?lang=es')).statusCode).toBe(303)
  })

  it('has the headers that keep it ours', async () => {
    const { headers } = await (await arrive()).get()
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'x-robots-tag': 'noindex, nofollow',
    })
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
    expect(headers['content-security-policy']).not.toContain('unsafe')
    expect(headers['permissions-policy']).toContain('otp-credentials=(self)')
  })
})
