import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { wrong } from '../support/doors.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { approve, at, fillDetails, mobile, reachCode } from './organizer.ts'
import { expectSound, locales, pictures, press, themes, visit, widths } from './visit.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ store: 'sqlite' })
})
afterAll(() => server?.stop())

/** Looks at one page of the portal in every language, theme and width, and leaves it in Portuguese. */
async function look(page: Page, name: string): Promise<void> {
  const { pathname, search } = new URL(page.url())
  const url = new URL(pathname + search, server.origin)
  await pictures(page, `portal/${name}`)
  for (const [l, locale] of [...locales.entries()].toReversed()) {
    url.searchParams.set('lang', locale)
    await page.goto(url.href)
    expect(await page.getAttribute('html', 'lang')).toBe(locale)
    expect(await page.locator('h1').count()).toBe(1)
    for (const [t, colorScheme] of themes.entries()) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width: widths[(l + t) % widths.length] ?? 320, height: 800 })
      await expectSound(page)
    }
  }
}

test('the portal is sound in every state, language, theme and width', async () => {
  await visit(server.origin, {}, async (page) => {
    const open = (path: string) => page.goto(server.origin + path)
    await open('/')
    await look(page, '1 events')
    await open('/repasse')
    await look(page, '2 home, nothing yet')
    await open('/repasse/dados')
    await look(page, '3 details, empty')
    await press(page, at.next)
    await look(page, '4 details, bank, mistakes')
    await page.check('input[name="method"][value="pix"]')
    await press(page, at.next)
    await look(page, '5 details, pix, mistakes')
    await page.check('input[name="method"][value="bank"]')
    await press(page, at.next)
    await fillDetails(page, server)
    await page.fill('#digit', '5')
    await press(page, at.next)
    await look(page, '6 details, digit in doubt')
    await page.fill('#digit', '6')
    await press(page, at.next)
    await look(page, '7 review')
    await open('/repasse')
    await look(page, '8 home, draft')
    await reachCode(page, server)
    await open('/repasse')
    await look(page, '9 home, waiting for the code')
    await press(page, '.pending a.button')
    const guess = wrong(await server.latestCode(mobile.e164))
    for (let tries = 0; tries < 5; tries++) {
      await page.fill(at.code, guess)
      await press(page, at.approve)
    }
    await press(page, at.toMerchant)
    await look(page, '10 outcome, locked')
    await open('/repasse/revisao')
    await look(page, '11 review, to start again')
    await press(page, at.confirm)
    await approve(page, server)
    await look(page, '12 receipt')
    await open('/repasse')
    await look(page, '13 home, with a payout')
    await open('/repasse/dados')
    await look(page, '14 details, mobile known')
    await page.check('input[name="method"][value="pix"]')
    await page.check('input[name="pix_type"][value="EMAIL"]')
    await page.fill('#pix_key', 'financeiro@auroraeventos.com.br')
    await page.fill('#amount', '1.250,00')
    await press(page, at.next)
    await look(page, '15 review, pix, with an account in use')
    await press(page, at.confirm)
    await expectSound(page)
    await approve(page, server)
    await open('/repasse')
    await page.click('details summary')
    await look(page, '16 home, with history')
    await open('/repasse/comprovante/unknown')
    await look(page, '17 not found')
  })
}, 180_000)
