import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { calm } from '../../src/channel/chaos.ts'
import { createInbox, type Inbox } from '../../src/channel/inbox.ts'
import { parseTestNumbers } from '../../src/channel/inbox-test-numbers.ts'
import { verificationWords } from '../../src/channel/verification-message.ts'
import { createApp } from '../../src/http/app.ts'
import { registerAssets } from '../../src/http/pages/assets.ts'
import { registerInbox } from '../../src/http/pages/inbox-routes.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { systemRandom } from '../../src/lib/random.ts'
import type { Channel } from '../../src/model/factor.ts'
import type { Locale } from '../../src/model/locale.ts'
import { picture } from '../support/browser.ts'
import { log } from '../support/doors.ts'
import { freePort } from '../support/free-port.ts'
import { arrive, expectSound, press, roughVisit, themes, visit, widths } from './visit.ts'

const phone = '+5511987654321'
const mailbox = 'organizacao.financeira@eventos-da-aurora.example.com'
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const uri = `otpauth://totp/Sympla:${encodeURIComponent(mailbox)}?secret=${secret}&issuer=Sympla`
const clock = systemClock()
const random = systemRandom()

let app: FastifyInstance
let inbox: Inbox
let origin: string

beforeAll(async () => {
  const port = await freePort()
  origin = `http://localhost:${port}`
  const testNumbers = parseTestNumbers(
    '+5511988880001=undelivered:30003,+5511988880002=slow:20,bounce@example.com=undelivered:550,+5511988880003=429',
  )
  inbox = createInbox({ clock, random, testNumbers })
  app = createApp({ log, random, trustedProxies: [], https: false })
  registerAssets(app)
  registerInbox(app, { inbox, clock, publicUrl: origin, brand: 'Sympla' })
  await app.listen({ port, host: '127.0.0.1' })
})
afterAll(() => app?.close())
beforeEach(() => {
  inbox.clear()
  inbox.setChaos(calm)
  for (const { id } of inbox.apps.list()) inbox.apps.remove(id)
})

async function receive(channel: Channel, locale: Locale, to = channel === 'email' ? mailbox : phone): Promise<void> {
  const words = verificationWords(
    channel,
    { friendlyName: 'Sympla', code: '340484', locale, doNotShare: true, minutes: 10 },
    { pressKey: true, sendDigits: '1w2' },
  )
  await inbox.send({ id: 'msg_1', to, channel, code: '340484', locale, ...words })
}

const at = (to: string) => `${origin}/dev/inbox?to=${encodeURIComponent(to)}`

/** Every view of the inbox, with what is folded laid open. */
const views: { name: string; reach(page: Page, locale: Locale): Promise<unknown> }[] = [
  { name: 'empty', reach: (page) => page.goto(`${origin}/dev/inbox`) },
  {
    name: 'phone',
    async reach(page, locale) {
      for (const channel of ['sms', 'whatsapp', 'call'] as const) await receive(channel, locale)
      await receive('sms', locale, '+5511988880002')
      return page.goto(at(phone))
    },
  },
  {
    name: 'mail',
    async reach(page, locale) {
      await receive('email', locale)
      return page.goto(at(mailbox))
    },
  },
  {
    name: 'chaos',
    async reach(page, locale) {
      inbox.setChaos({ sms: { drop: 100 }, whatsapp: { delay_ms: 60_000 }, call: { rate_limit: 100 } })
      await receive('sms', locale)
      await receive('whatsapp', locale)
      await receive('email', locale, 'bounce@example.com')
      return page.goto(at(phone))
    },
  },
  {
    name: 'apps',
    async reach(page) {
      inbox.apps.add(uri)
      inbox.apps.add(`otpauth://totp/ana?secret=JBSWY3DPEHPK3PXP&digits=8&period=60`)
      return page.goto(`${origin}/dev/inbox?apps=1`)
    },
  },
  {
    name: 'apps-refused',
    async reach(page) {
      await page.goto(`${origin}/dev/inbox?apps=1`)
      await page.fill('#uri', 'https://example.com')
      return press(page, '.add button')
    },
  },
]

// What is Spanish here has no scripts.
test.each([
  { locale: 'pt-BR', scriptless: false },
  { locale: 'en', scriptless: false },
  { locale: 'es', scriptless: true },
] as const)(
  'every view is sound in both themes, with targets of 44 px ($locale, without scripts: $scriptless)',
  async ({ locale, scriptless }) => {
    await visit(origin, { locale, javaScriptEnabled: !scriptless }, async (page) => {
      for (const [v, { name, reach }] of views.entries()) {
        // A page that is open loads again by itself as soon as a message arrives.
        await page.goto('about:blank')
        await reach(page, locale)
        await page.evaluate(() => {
          for (const details of document.querySelectorAll('details')) details.open = true
        })
        expect(await page.getAttribute('html', 'lang'), name).toBe(locale)
        expect(await page.locator('h1').count(), name).toBe(1)
        for (const [t, colorScheme] of themes.entries()) {
          await page.emulateMedia({ colorScheme })
          const seen = locale === 'pt-BR' ? widths : [widths[(v + t) % widths.length] ?? 320]
          for (const width of seen) {
            await page.setViewportSize({ width, height: 1200 })
            await expectSound(page, { scriptless })
            expect(await smallTargets(page), `${name} at ${width}`).toEqual([])
            if (locale === 'pt-BR') await picture(page, `inbox/${name}-${colorScheme}-${width}`)
          }
        }
      }
    })
  },
  300_000,
)

/** Controls that are lower than 44 px, as WCAG 2.5.5 has it. */
function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('main :is(a, button, select, summary, input:not([type=hidden]))')]
      .filter((target) => target.offsetParent && target.getBoundingClientRect().height < 44)
      .map((target) => target.outerHTML.slice(0, 100)),
  )
}

test('an e-mail shows with its styles, in the width of the narrowest phone', async () => {
  await receive('email', 'pt-BR')
  await visit(origin, { viewport: { width: 320, height: 800 } }, async (page) => {
    await page.goto(at(mailbox))
    const code = page.frameLocator('iframe').getByText('340484', { exact: true })
    await code.scrollIntoViewIfNeeded()
    expect(await code.evaluate((element) => getComputedStyle(element).fontSize)).toBe('32px')
    const overflow = await code.evaluate(({ ownerDocument: { documentElement } }) => [
      documentElement.scrollWidth,
      documentElement.clientWidth,
    ])
    expect(overflow[0]).toBeLessThanOrEqual(overflow[1] ?? 0)
    await picture(page, 'inbox/mail-frame-320')
  })
})

test('an e-mail runs nothing, fetches nothing, sends nothing and leads nowhere', async () => {
  // A server that answers anybody: a request that the browser blocked does not come here, one that it made does.
  const asked: string[] = []
  const evil = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end()
  })
  await new Promise<void>((listening) => evil.listen(0, '127.0.0.1', listening))
  const host = `127.0.0.1:${(evil.address() as AddressInfo).port}`
  const html = `<!doctype html><base href="http://${host}/">
    <meta http-equiv="refresh" content="0;url=http://${host}/refresh">
    <link rel="stylesheet" href="http://${host}/style.css"><style>@import 'http://${host}/import.css';
    body { background: url(http://${host}/background.png) }</style>
    <p id="said">untouched</p><script>document.getElementById('said').textContent = 'script ran'; parent.ran = 1</script>
    <img src="//${host}/pixel.png" onerror="document.getElementById('said').textContent = 'handler ran'">
    <iframe src="http://${host}/frame"></iframe><object data="http://${host}/object"></object>
    <svg onload="document.getElementById('said').textContent = 'svg ran'"></svg>
    <p><a id="link" href="http://${host}/link">link</a></p>
    <p><a id="top" target="_top" href="http://${host}/top">top</a></p>
    <p><a id="popup" target="_blank" href="http://${host}/popup">popup</a></p>
    <p><a id="script" href="javascript:parent.document.title='ran'">script</a></p>
    <form action="http://${host}/form" method="post"><button id="send">send</button></form>`
  await inbox.send({
    ...{ id: 'msg_1', to: mailbox, channel: 'email', body: 'plain', code: '', locale: 'en' },
    email: { subject: '<script>document.title = "ran"</script>', html },
  })
  // Chromium's console says what it blocked: that is no fault here.
  await roughVisit({ viewport: { width: 1280, height: 1200 } }, async (page) => {
    await page.goto(at(mailbox))
    const title = await page.title()
    const frame = page.frameLocator('iframe').first()
    for (const id of ['link', 'top', 'popup', 'script', 'send']) {
      await page.goto(at(mailbox))
      await frame.locator(`#${id}`).click()
      await page.evaluate(() => new Promise((next) => setTimeout(next, 150)))
      expect(page.url(), id).toBe(at(mailbox))
    }
    await page.goto(at(mailbox))
    expect(await frame.locator('#said').textContent()).toBe('untouched')
    expect(await page.title()).toBe(title)
    expect(await page.evaluate(() => 'ran' in window)).toBe(false)
    expect(page.context().pages()).toHaveLength(1)
  })
  expect(asked).toEqual([])
  evil.closeAllConnections()
  await new Promise((closed) => evil.close(closed))
})

test('another site cannot frame an e-mail', async () => {
  await receive('email', 'en')
  const number = (await inbox.latest())?.number
  const evil = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<iframe src="${origin}/dev/inbox/mail/${number}"></iframe>`)
  })
  await new Promise<void>((listening) => evil.listen(0, '127.0.0.1', listening))
  await roughVisit({}, async (page) => {
    // The page's load waits for that of its frame.
    await page.goto(`http://127.0.0.1:${(evil.address() as AddressInfo).port}/`)
    expect(page.frames()).toHaveLength(2)
    expect(await page.frames()[1]?.content()).not.toContain('340484')
  })
  evil.closeAllConnections()
  await new Promise((closed) => evil.close(closed))
})

test('a code is copied at a touch, and a call says its words in its own language after a key', async () => {
  await receive('whatsapp', 'pt-BR')
  await receive('call', 'es')
  await visit(origin, {}, async (page) => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin })
    await page.addInitScript(() => {
      const said: unknown[] = []
      Object.assign(window, { said })
      speechSynthesis.speak = ({ text, lang }) => void said.push({ text, lang })
    })
    await page.goto(at(phone))
    expect(await page.locator('.whatsapp strong').textContent()).toBe('340484')
    await page.click('.whatsapp .copy')
    await expect.poll(() => page.textContent('.whatsapp .copy')).toBe('Copiado')
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('340484')

    expect(await page.locator('.say').isVisible()).toBe(false)
    await page.click('.call summary')
    await page.click('.say')
    const [said] = await page.evaluate(() => (window as unknown as { said: { text: string; lang: string }[] }).said)
    expect(said?.lang).toBe('es')
    expect(said?.text.match(/3, 4, 0, 4, 8, 4/g)).toHaveLength(2)
  })
})

test('without scripts there is no button that would do nothing, and the transcript still opens', async () => {
  await receive('call', 'pt-BR')
  inbox.apps.add(uri)
  await visit(origin, { javaScriptEnabled: false }, async (page) => {
    await page.goto(at(phone))
    await page.click('.call summary')
    expect(await page.locator('.call .transcript').last().isVisible()).toBe(true)
    expect(await page.locator('.say:visible, .copy:visible').count()).toBe(0)
    await page.goto(`${origin}/dev/inbox?apps=1`)
    expect(await page.locator('.refresh').isVisible()).toBe(true)
    expect(await page.locator('.copy:visible').count()).toBe(0)
  })
})

test('a code of the authenticator changes by itself when the test clock is turned, with what is copied', async () => {
  inbox.apps.add(uri)
  await visit(origin, {}, async (page) => {
    await page.goto(`${origin}/dev/inbox?apps=1`)
    const shown = await page.textContent('.live .code')
    clock.advance(90_000)
    await expect.poll(() => page.textContent('.live .code')).not.toBe(shown)
    const [code] = inbox.apps.list().map((one) => inbox.apps.codeOf(one).code)
    expect((await page.textContent('.live .code'))?.replace(' ', '')).toBe(code)
    expect(await page.getAttribute('.live .copy', 'data-code')).toBe(code)
  })
})

test('chaos is set by the form, and a message that is late appears by itself when its time has come', async () => {
  await receive('sms', 'pt-BR')
  await visit(origin, {}, async (page) => {
    await page.goto(at(phone))
    await page.click('.tools details:has(form) > summary')
    await page.selectOption('#chaos-sms', 'slow')
    await press(page, '.chaos button')
    expect(page.url()).toBe(at(phone))
    expect(await page.inputValue('#chaos-sms')).toBe('slow')
    await arrive(page, () => receive('sms', 'pt-BR'))
    expect(await page.locator('.bubble').count()).toBe(1)
    expect(await page.locator('.unseen li').count()).toBe(1)
    await arrive(page, async () => {
      clock.advance(20_000)
      await inbox.tick()
    })
    expect(await page.locator('.bubble').count()).toBe(2)
    expect(await page.locator('.unseen').count()).toBe(0)
  })
})

test('an account is added and removed by forms alone', async () => {
  await visit(origin, { javaScriptEnabled: false }, async (page) => {
    await page.goto(`${origin}/dev/inbox?apps=1`)
    await page.fill('#uri', uri)
    await press(page, '.add button')
    expect(await page.locator('.account').count()).toBe(1)
    await press(page, '.remove')
    expect(await page.locator('.account').count()).toBe(0)
  })
})
