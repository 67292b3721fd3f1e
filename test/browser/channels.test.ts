import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { enrolApp, enrolEmail, newMember, payoutOf } from './member.ts'
import { at } from './organizer.ts'
import { expectSound, locales, press, roughVisit, visit } from './visit.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ store: 'sqlite' })
})
afterAll(() => server?.stop())

interface Listed {
  messages: { to: string; channel: string; body: string; code: string }[]
}

const said = {
  sms: { 'pt-BR': /autoriza .*R\$ 12\.500,00/, en: /authorises .*R\$12,500\.00/, es: /autoriza .*12\.500,00/ },
  whatsapp: {
    'pt-BR': /^\*\d{6}\* é seu código/,
    en: /^\*\d{6}\* is your verification code/,
    es: /código de verificación es \*\d{6}\*/,
  },
  call: {
    'pt-BR': /pressione qualquer tecla.*(\d, ){5}\d/s,
    en: /press any key.*(\d, ){5}\d/s,
    es: /pulse cualquier tecla.*(\d, ){5}\d/s,
  },
  email: { 'pt-BR': /Use este código/, en: /Use this code/, es: /Use este código/ },
} as const

describe.each(locales)('in the browser in %s', (locale) => {
  test.each(['sms', 'whatsapp', 'call', 'email'] as const)(
    '%s brings a code that approves, in the words of the language',
    (channel) =>
      visit(server.origin, { locale }, async (page) => {
        const member = await newMember(server)
        const to = channel === 'email' ? `${locale}.${member.subject}@example.com`.toLowerCase() : member.phone
        if (channel === 'email') await enrolEmail(server, member, to)
        const { id, url } = await payoutOf(server, member, { locale, kind: 'registration.finalize' })
        await page.goto(url)
        await press(page, `button[value=${channel}]`)
        await expectSound(page)
        const { body } = await server.api<Listed>(
          `/dev/api/messages?to=${encodeURIComponent(to)}&channel=${channel}`,
          undefined,
          { key: null },
        )
        const message = body.messages[0]
        expect(message?.body).toMatch(said[channel][locale])
        await page.fill(at.code, message?.code ?? '')
        await press(page, at.approve)
        const { body: told } = await server.api(`/v1/transactions/${id}`)
        expect(told).toMatchObject({ status: 'approved', approved_by: [channel] })
      }),
  )

  test('an authenticator app approves, and a recovery code in its place', () =>
    visit(server.origin, { locale }, async (page) => {
      const member = await newMember(server)
      const code = await enrolApp(server, member)
      const { id, url } = await payoutOf(server, member, { locale })
      await page.goto(url)
      await press(page, 'button[value=totp]')
      await page.fill(at.code, await code())
      await press(page, at.approve)
      expect((await server.api(`/v1/transactions/${id}`)).body).toMatchObject({
        status: 'approved',
        approved_by: ['totp'],
      })
    }))
})

describe('with chaos in the local carrier', () => {
  afterEach(() => server.api('/dev/api/chaos', undefined, { key: null, method: 'DELETE' }))
  const chaos = (body: object) => server.api('/dev/api/chaos', body, { key: null, method: 'PUT' })

  test('a message that did not arrive is told, and the other ways are a touch away', () =>
    visit(server.origin, {}, async (page) => {
      const member = await newMember(server)
      await chaos({ sms: { undelivered: { percent: 100, code: '30003', kind: 'temporary' } } })
      const { id, url } = await payoutOf(server, member)
      await page.goto(url)
      await press(page, 'button[value=sms]')
      await page.waitForSelector('.notice-warning:has-text("não entregou")', { timeout: 15_000 })
      await expectSound(page)
      await press(page, 'button[value=call]')
      await page.fill(at.code, await server.latestCode(member.phone))
      await press(page, at.approve)
      expect((await server.api(`/v1/transactions/${id}`)).body).toMatchObject({
        status: 'approved',
        approved_by: ['call'],
      })
    }))

  test.each([['rate_limit'], ['fail']])('a carrier that says %s is told as trouble, and spends no try', (kind) =>
    roughVisit({}, async (page) => {
      const member = await newMember(server)
      await chaos({ sms: { [kind]: 100 } })
      const { id, url } = await payoutOf(server, member)
      await page.goto(url)
      expect((await press(page, 'button[value=sms]')).status()).toBe(503)
      expect(await page.textContent('.error-summary')).toContain('não pôde ser enviado')
      expect((await server.api(`/v1/transactions/${id}`)).body).toMatchObject({
        next_action: { checks_left: 5, sends_left: 4 },
      })
    }),
  )
})

describe('with an order of channels', () => {
  let ordered: TestServer
  beforeAll(async () => {
    const { mkdtempSync, writeFileSync } = await import('node:fs')
    const { tmpdir } = await import('node:os')
    const { join } = await import('node:path')
    const file = join(mkdtempSync(join(tmpdir(), 'aval-policies-')), 'policies.toml')
    writeFileSync(file, '[default]\nfallback = ["whatsapp 20s", "sms 30s", "call"]\n')
    ordered = await startServer({
      store: 'sqlite',
      env: { AVAL_POLICIES: file, AVAL_TEST_NUMBERS: '+5511988880001=undelivered:131026' },
    })
  })
  afterAll(() => ordered?.stop())
  const channelsTo = async (to: string) => {
    const { body } = await ordered.api<Listed>(`/dev/api/messages?to=${encodeURIComponent(to)}`, undefined, {
      key: null,
    })
    return body.messages.map(({ channel }) => channel).reverse()
  }

  test('a code that WhatsApp drops comes by text message after twenty seconds, and is the same', async () => {
    await ordered.api('/dev/api/chaos', { whatsapp: { drop: 100 } }, { key: null, method: 'PUT' })
    const to = '+5511987650099'
    const { body } = await ordered.api<{ id: string }>('/v1/transactions', {
      kind: 'payout.withdraw',
      subject: 'org_fallback',
      contact: { phone: to },
      summary: { payee: 'Aurora', amount: { value: '10.00', currency: 'BRL' } },
      payload: {},
      factor: 'whatsapp',
    })
    expect(await channelsTo(to)).toEqual([])
    await ordered.advanceClock(20_000)
    const code = await ordered.latestCode(to)
    expect(await channelsTo(to)).toEqual(['sms'])
    expect((await ordered.api(`/v1/transactions/${body.id}/checks`, { code })).body).toMatchObject({
      status: 'approved',
      approved_by: ['sms'],
    })
    await ordered.api('/dev/api/chaos', { whatsapp: {} }, { key: null, method: 'PUT' })
  })
})
