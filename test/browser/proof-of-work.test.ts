import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pageCopy } from '../../src/http/pages/copy/copy.ts'
import { ask } from '../support/ask.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { at } from './organizer.ts'
import { arrive, expectSound, locales, pictures, press, themes, visit, widths } from './visit.ts'

/** Rules by which a text needs a proof of work, and a call goes another way. */
async function serverWithRules(env: Record<string, string>): Promise<TestServer> {
  const server = await startServer({ store: 'sqlite', env })
  const text = 'challenge if channel = sms\ndivert if channel = call'
  const rules = { value: { text }, why: 'test', after: 0 }
  const { status } = await server.api('/v1/rules', rules, { method: 'PUT' })
  if (status !== 200) throw new Error(`no rules were set (${status})`)
  return server
}

const asked = (server: TestServer, locale: string) => ask(server, { locale, factor: undefined })
const sends = async (server: TestServer, id: string) => {
  const { body } = await server.api<{ next_action: { sends_left: number } }>(`/v1/transactions/${id}`)
  return 5 - body.next_action.sends_left
}

describe('work that a browser can do', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await serverWithRules({})
  })
  afterAll(() => server?.stop())

  test('is done by itself, and the page of the code follows; a reload sends nothing again', () =>
    visit(server.origin, {}, async (page) => {
      const { id, url, phone } = await asked(server, 'pt-BR')
      await page.goto(url)
      await page.click(at.send, { noWaitAfter: true })
      await page.waitForSelector(at.code)
      expect(await sends(server, id)).toBe(1)
      await page.reload()
      expect(await sends(server, id)).toBe(1)
      await page.fill(at.code, await server.latestCode(phone))
      expect((await press(page, at.approve)).status()).toBe(200)
    }))

  test('that it cannot do is said in words, and the other ways are there', () =>
    visit(server.origin, {}, async (page) => {
      await page.addInitScript(() => Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined }))
      const { id, url } = await asked(server, 'pt-BR')
      await page.goto(url)
      await press(page, at.send)
      await page.waitForSelector('#work.notice-warning')
      expect(await page.textContent('#work')).toBe(pageCopy['pt-BR'].work.failed)
      await expectSound(page)
      await pictures(page, 'hosted/work that failed')
      expect(await sends(server, id)).toBe(0)
      await press(page, 'button[value=whatsapp]')
      expect(await page.locator(at.code).count()).toBe(1)
    }))
})

describe('work that takes long', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await serverWithRules({ AVAL_PROOF_OF_WORK: '50000000' })
  })
  afterAll(() => server?.stop())

  async function reachWork(page: Page, locale: string) {
    const made = await asked(server, locale)
    await page.goto(made.url)
    expect((await press(page, at.send)).status()).toBe(403)
    return made
  }

  test('lets go whoever chooses another way meanwhile', () =>
    visit(server.origin, {}, async (page) => {
      const { id } = await reachWork(page, 'pt-BR')
      await press(page, 'button[value=whatsapp]')
      expect(await page.textContent('h1')).toBe(pageCopy['pt-BR'].channels.whatsapp.heading)
      expect(await sends(server, id)).toBe(1)
    }))

  test('leaves the page its own address, so that a reload asks for nothing', () =>
    visit(server.origin, {}, async (page) => {
      const { id } = await reachWork(page, 'pt-BR')
      expect(new URL(page.url()).pathname).toBe(`/t/${id}`)
      const reloaded = await arrive(page, () => page.reload())
      expect([reloaded.status(), reloaded.request().method()]).toEqual([200, 'GET'])
    }))

  test('is a page under 14 KB over the wire, styles and scripts included', () =>
    visit(server.origin, {}, async (page) => {
      const session = await page.context().newCDPSession(page)
      await session.send('Network.enable')
      await session.send('Network.setCacheDisabled', { cacheDisabled: true })
      const made = await asked(server, 'pt-BR')
      await page.goto(made.url)
      let bytes = 0
      session.on('Network.loadingFinished', ({ encodedDataLength }) => {
        bytes += encodedDataLength
      })
      await press(page, at.send)
      expect(bytes).toBeGreaterThan(2_000)
      expect(bytes).toBeLessThanOrEqual(14 * 1024)
    }))

  test.each(locales)('is sound in both themes at every width, with a script and without (%s)', async (locale) => {
    for (const javaScriptEnabled of [true, false])
      await visit(server.origin, { locale, javaScriptEnabled }, async (page) => {
        await reachWork(page, locale)
        const { work } = pageCopy[locale]
        expect(await page.isVisible('#work')).toBe(javaScriptEnabled)
        if (javaScriptEnabled) expect(await page.getAttribute('#work', 'role')).toBe('status')
        else expect(await page.innerText('main')).toContain(work.scriptless.other)
        await soundEverywhere(page, !javaScriptEnabled)
        if (locale === 'pt-BR') await pictures(page, `hosted/work, script ${javaScriptEnabled}`)
        await page.goto(page.url().replace(/\/resend$/, ''))
        expect((await press(page, 'button[value=call]')).status()).toBe(403)
        expect(await page.innerText('.ways button[value=call]')).toContain(pageCopy[locale].heldWay)
        await soundEverywhere(page, !javaScriptEnabled)
        if (locale === 'pt-BR') await pictures(page, `hosted/ways held up, script ${javaScriptEnabled}`)
      })
  })

  async function soundEverywhere(page: Page, scriptless: boolean) {
    for (const colorScheme of themes) {
      await page.emulateMedia({ colorScheme })
      for (const width of widths) {
        await page.setViewportSize({ width, height: 800 })
        await expectSound(page, { scriptless })
      }
    }
  }
})
