import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { factorStates, passkeyStates } from './factor-states.ts'
import { heldStates } from './held-states.ts'
import { type HostedState, hostedStates } from './hosted-states.ts'
import { expectSound, type Locale, locales, pictures, themes, visit, widths } from './visit.ts'

let server: TestServer
/** One whose guard holds what looks like theft. */
let strict: TestServer
beforeAll(async () => {
  const starts = [{}, { AVAL_GUARD_MODE: 'enforce' }].map((env) => startServer({ store: 'sqlite', env }))
  ;[server, strict] = (await Promise.all(starts)) as [TestServer, TestServer]
})
afterAll(() => Promise.all([server?.stop(), strict?.stop()]))

// What is Spanish here has no scripts: the document is the same, the way to it is not.
test.each([
  { locale: 'pt-BR', scriptless: false },
  { locale: 'en', scriptless: false },
  { locale: 'es', scriptless: true },
] as const)(
  'every state answers with its status and is sound in both themes ($locale, without scripts: $scriptless)',
  async ({ locale, scriptless }) => {
    await visit(server.origin, { locale, javaScriptEnabled: !scriptless }, async (page) => {
      const states = [...hostedStates, ...factorStates, ...(scriptless ? [] : passkeyStates)]
      await seeAll(page, server, states, locale, scriptless)
    })
    await visit(strict.origin, { locale, javaScriptEnabled: !scriptless }, (page) =>
      seeAll(page, strict, heldStates, locale, scriptless),
    )
  },
  300_000,
)

async function seeAll(
  page: Page,
  server: TestServer,
  states: readonly HostedState[],
  locale: Locale,
  scriptless: boolean,
): Promise<void> {
  const shift = locales.indexOf(locale)
  for (const { name, status, reach } of states) {
    expect(await reach(page, server, locale), name).toBe(status)
    expect(await page.getAttribute('html', 'lang'), name).toBe(locale)
    expect(await page.locator('h1').count(), name).toBe(1)
    for (const [t, colorScheme] of themes.entries()) {
      // Three languages by two themes see every width in both themes.
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width: widths[(shift + t) % widths.length] ?? 320, height: 800 })
      await expectSound(page, { scriptless })
    }
    if (locale === 'pt-BR') await pictures(page, `hosted/${name}`)
  }
}
