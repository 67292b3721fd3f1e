import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newLocation } from '../test/support/stores.ts'
import { fillIn, goodForm, openPortal, type TestPortal } from './testing/open-portal.ts'
import { textFor } from './text/catalogue.ts'
import { locales } from './text/locale.ts'

let portal: TestPortal
let leave: () => Promise<void>
beforeAll(async () => {
  const place = await newLocation('sqlite')
  leave = place.leave
  portal = await openPortal(place.location)
})
afterAll(async () => {
  await portal.close()
  await leave()
})

const pages = ['/', '/repasse', '/repasse/dados', '/repasse/dados?conferir=1', '/repasse/comprovante/none']

test.each(pages)('%s forbids foreign scripts, frames and caches, and weighs less than 14 KB', async (path) => {
  const { headers, body } = await portal.get(path)
  expect(headers['content-security-policy']).toContain("default-src 'none'")
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
  expect(headers['content-security-policy']).not.toContain('unsafe')
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  expect(body).not.toMatch(/ style="| on\w+="|<script(?! type="module" src)/)
  expect(gzipSync(body).length).toBeLessThan(8000)
})

test('an address that no id can have is unknown, and no store is asked, whichever it is', async () => {
  const place = await newLocation('postgres')
  const onPostgres = await openPortal(place.location)
  const odd = ['/repasse/comprovante/%00', '/repasse/comprovante/%00/assinado.json', '/repasse/retorno?transaction=%00']
  for (const door of [portal, onPostgres])
    for (const path of [...odd, '/repasse/retorno?transaction=a&transaction=b'])
      expect([path, (await door.get(path)).statusCode]).toEqual([path, 404])
  await onPostgres.close()
  await place.leave()
})

test('the languages of a page that answers a form lead to a page', async () => {
  for (const path of ['/repasse/confirmar', '/repasse/cancelar', '/repasse/descartar', '/repasse/dados']) {
    const refused = await portal.post(path, {}, { 'sec-fetch-site': 'cross-site' })
    const links = [...refused.body.matchAll(/href="([^"]*lang=[^"]*)"/g)].map(([, href = '']) => href)
    expect(links.length).toBeGreaterThan(0)
    for (const href of links) expect([href, (await portal.get(href)).statusCode]).toEqual([href, 303])
  }
})

test.each(['/repasse/dados', '/repasse/confirmar', '/repasse/cancelar', '/repasse/descartar'])(
  'a post to %s from another site is refused and changes nothing',
  async (path) => {
    await fillIn(portal)
    const sent = portal.aval.calls.length
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      const { statusCode } = await portal.post(path, { ...goodForm, amount: '1,00', version: '1' }, headers)
      expect(statusCode).toBe(403)
    }
    expect(portal.aval.calls).toHaveLength(sent)
    expect((await portal.get('/repasse/revisao')).body).toContain('12.500,00')
  },
)

test('mistakes are named in a summary that has the focus and beside their fields, and what was typed is kept', async () => {
  const typed = { ...goodForm, agency: 'abc', amount: 'mil', phone: '+55' }
  const answer = await portal.post('/repasse/dados', typed)
  expect(answer.headers.location).toBe('/repasse/dados?conferir=1')
  const { body } = await portal.get('/repasse/dados?conferir=1')
  expect(body).toContain('<title>Erro: ')
  expect(body).toMatch(/<div class="error-summary"[^>]*tabindex="-1" autofocus/)
  for (const field of ['agency', 'amount', 'phone']) {
    expect(body).toContain(`href="#${field}"`)
    expect(body).toMatch(
      new RegExp(`<input[^>]*id="${field}"[^>]*aria-describedby="${field}-hint ${field}-error" aria-invalid="true"`),
    )
  }
  for (const value of ['abc', 'mil', '+55', '210169']) expect(body).toContain(`value="${value}"`)
  expect((await portal.get('/repasse/revisao')).headers.location).toBe('/repasse/dados?conferir=1')
  expect(portal.aval.sent).toBe(0)
})

test('what was typed comes back as text, never as markup', async () => {
  await portal.post('/repasse/dados', { ...goodForm, account: '"><script>alert(1)</script>' })
  const { body } = await portal.get('/repasse/dados?conferir=1')
  expect(body).not.toContain('<script>alert')
  expect(body).toContain('&lt;script>alert(1)&lt;/script>')
})

test("somebody else's document is refused with the one that is asked for", async () => {
  await portal.post('/repasse/dados', { ...goodForm, document: '529.982.247-25' })
  const { body } = await portal.get('/repasse/dados?conferir=1')
  expect(body).toContain('A conta precisa ser do CNPJ 11.222.333/0001-81')
  expect(body).not.toContain('529.982.247-25')
})

test('a digit that does not match is asked about once, and not again for the same account', async () => {
  const doubtful = { ...goodForm, digit: '7' }
  expect((await portal.post('/repasse/dados', doubtful)).headers.location).toBe('/repasse/dados?conferir=1')
  const { body } = await portal.get('/repasse/dados?conferir=1')
  const token = /name="check_ok" value="([^"]+)"/.exec(body)?.[1] ?? ''
  expect(body).toContain('O dígito não corresponde ao número: agência 1584-9, conta 210169-7')
  expect((await portal.post('/repasse/dados', { ...doubtful, check_ok: token })).headers.location).toBe(
    '/repasse/revisao',
  )
  expect((await portal.get('/repasse/dados')).body).toMatch(/id="check_ok"[^>]* checked/)
})

test.each(locales)('the portal speaks %s once it was chosen, and keeps the place', async (locale) => {
  const chosen = await portal.get(`/repasse/dados?conferir=1&lang=${locale}`)
  expect(chosen.headers.location).toBe('/repasse/dados?conferir=1')
  const cookie = String(chosen.headers['set-cookie']).split(';')[0] ?? ''
  const { body } = await portal.get('/repasse/dados?conferir=1', { cookie })
  expect(body).toContain(`<html lang="${locale}">`)
  expect(body).toContain(textFor(locale).detailsTitle)
})

test.each(['?lang=xx', '?lang=', '?lang=en&lang=es'])('/%s is the page in Portuguese', async (query) => {
  const { statusCode, body } = await portal.get(`/${query}`)
  expect([statusCode, body.includes('<html lang="pt-BR">')]).toEqual([200, true])
})

test('a choice of language leads to no other host', async () => {
  const { headers } = await portal.get('//evil.example/?lang=en')
  expect(headers.location ?? '/').toMatch(/^\/(?!\/)/)
})

test.each([{ version: 'NaN' }, {}, { version: '1'.repeat(5000) }, { version: '-1', restart: '1' }])(
  'a confirmation of no version of anything (%o) confirms nothing',
  async (form: Record<string, string>) => {
    await fillIn(portal)
    expect((await portal.post('/repasse/confirmar', form)).headers.location).toBe('/repasse/revisao?aviso=changed')
    expect(portal.aval.sent).toBe(0)
  },
)

test('a body that is no form is refused without a fault of ours', async () => {
  for (const [type, payload] of [
    ['application/json', '{"version":'],
    ['text/xml', '<a/>'],
    ['application/x-www-form-urlencoded', `amount=${'1'.repeat(40_000)}`],
  ] as const) {
    const headers = { 'content-type': type, origin: 'http://portal.test' }
    const { statusCode } = await portal.app.inject({ method: 'POST', url: '/repasse/dados', payload, headers })
    expect(statusCode).toBeGreaterThanOrEqual(400)
    expect(statusCode).toBeLessThan(500)
  }
})

test('a draft can be thrown away', async () => {
  await fillIn(portal)
  await portal.post('/repasse/descartar', {})
  expect((await portal.get('/repasse/revisao')).headers.location).toBe('/repasse')
  expect((await portal.get('/repasse?aviso=discarded')).body).toContain('Rascunho descartado')
})

test('a request can be taken back, and then its transaction is dead', async () => {
  await portal.post('/repasse/confirmar', await fillIn(portal))
  const { body } = await portal.get('/repasse')
  const request = /name="request" value="([^"]+)"/.exec(body)?.[1] ?? ''
  expect((await portal.post('/repasse/cancelar', { request })).headers.location).toBe('/repasse?aviso=canceled')
  expect(portal.aval.transactions.at(-1)?.status).toBe('canceled')
  expect((await portal.get('/repasse')).body).not.toContain('Falta confirmar')
})
