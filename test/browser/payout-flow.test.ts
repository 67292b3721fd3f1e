import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { tabTo, typeDetailsByKeys } from './keyboard.ts'
import { asksMobile, at, ledger, mobile, returnToReceipt, typeDetails } from './organizer.ts'
import { arrive, expectSound, type Locale, press, type themes, visit, type widths } from './visit.ts'

type Way = 'with a script' | 'without a script' | 'by keyboard alone'
type Row = [way: Way, width: (typeof widths)[number], locale: Locale, colorScheme: (typeof themes)[number]]

// Every pair of way, width, language and theme is walked at least once (an orthogonal array of nine runs).
const rows: Row[] = [
  ['with a script', 320, 'pt-BR', 'light'],
  ['with a script', 390, 'en', 'dark'],
  ['with a script', 1280, 'es', 'light'],
  ['without a script', 320, 'en', 'light'],
  ['without a script', 390, 'es', 'light'],
  ['without a script', 1280, 'pt-BR', 'dark'],
  ['by keyboard alone', 320, 'es', 'dark'],
  ['by keyboard alone', 390, 'pt-BR', 'light'],
  ['by keyboard alone', 1280, 'en', 'dark'],
]
const words = {
  'pt-BR': { amount: 'R$ 12.500,00', receipt: 'Repasse confirmado' },
  en: { amount: 'R$12,500.00', receipt: 'Payout confirmed' },
  es: { amount: '12.500,00', receipt: 'confirmad' },
}

describe.each(['sqlite', 'postgres'] as const)('an organizer on %s', (store) => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer({ store })
  })
  afterAll(() => server?.stop())

  test.each(store === 'sqlite' ? rows : rows.slice(0, 1))(
    'gets a payout confirmed %s at %i px in %s, %s, and every page on the way is sound',
    async (way, width, locale, colorScheme) => {
      const before = await ledger(server)
      const options = {
        viewport: { width, height: 800 },
        colorScheme,
        locale,
        javaScriptEnabled: way !== 'without a script',
      }
      await visit(server.origin, options, (page) => walk(page, { server, way, locale }))
      await expect
        .poll(() => ledger(server))
        .toEqual({
          messages: before.messages + 1,
          payouts: before.payouts + 1,
          transactions: ['released', ...before.transactions],
        })
    },
  )
})

async function walk(page: Page, run: { server: TestServer; way: Way; locale: Locale }): Promise<void> {
  const { server, way, locale } = run
  const keys = way === 'by keyboard alone'
  const expectSoundPage = () => expectSound(page, { scriptless: way === 'without a script' })
  const go = async (selector: string) => {
    if (!keys) return press(page, selector)
    await tabTo(page, selector)
    return arrive(page, () => page.keyboard.press('Enter'))
  }

  await page.goto(`${server.origin}/?lang=${locale}`)
  expect(await page.getAttribute('html', 'lang')).toBe(locale)
  await expectSoundPage()
  await go(at.payoutMenu)
  await expectSoundPage()
  await go(at.start)
  await expectSoundPage()

  const first = await asksMobile(page)
  await (keys ? typeDetailsByKeys(page, '12.500,00') : typeDetails(page, '12.500,00'))
  await go(at.next)
  await expectSoundPage()
  expect(await textOf(page, 'main')).toContain(words[locale].amount)
  expect(await textOf(page, 'main')).toContain('210169-6')
  await go(at.confirm)

  await expectSoundPage()
  expect(await page.getAttribute('html', 'lang')).toBe(locale)
  const card = await textOf(page, '.card')
  for (const shown of [words[locale].amount, 'Aurora Eventos Ltda', '69-6']) expect(card).toContain(shown)
  expect(card).not.toContain('210169')
  const { code, body, segments } = await server.latestMessage(mobile.e164)
  expect(segments).toBe(1)
  expect(body).toContain(`#${code}`)
  if (keys) {
    await tabTo(page, at.code)
    await page.keyboard.type(code)
    await arrive(page, () => page.keyboard.press('Enter'))
  } else {
    await page.fill(at.code, code)
    await press(page, at.approve)
  }
  await returnToReceipt(page)

  await expectSoundPage()
  const receipt = await textOf(page, 'main')
  expect(receipt).toContain(words[locale].receipt)
  expect(receipt).toContain(words[locale].amount)
  expect(receipt).toContain('4321')
  expect((await page.locator('.notice').count()) > 0, 'says that the mobile is enrolled now').toBe(first)
}

/** The text that people read, with plain spaces. */
async function textOf(page: Page, selector: string): Promise<string> {
  return (await page.innerText(selector)).replace(/\s+/g, ' ')
}
