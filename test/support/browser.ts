import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, expect } from 'vitest'
import { findChromium } from './chromium.ts'

export type PageOptions = Pick<
  BrowserContextOptions,
  'viewport' | 'colorScheme' | 'locale' | 'javaScriptEnabled' | 'reducedMotion' | 'extraHTTPHeaders' | 'forcedColors'
>

const launchArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const pictures = new URL('../../test-results/', import.meta.url).pathname

let browser: Promise<Browser> | undefined

afterAll(async () => {
  const launched = browser
  browser = undefined
  await (await launched)?.close()
})

/**
 * Opens a page in a browser profile of its own, runs `use` with it, and closes it. A script error, a refused resource
 * (Content-Security-Policy) or a failed load on the way is an error of the test.
 */
export async function withPage<T>(
  options: PageOptions,
  use: (page: Page, context: BrowserContext) => Promise<T>,
): Promise<T> {
  browser ??= launch()
  const context = await (await browser).newContext({ locale: 'pt-BR', reducedMotion: 'reduce', ...options })
  context.setDefaultTimeout(20_000)
  const faults: string[] = []
  context.on('page', (page) => watch(page, faults))
  try {
    const result = await use(await context.newPage(), context)
    if (faults.length > 0) throw new Error(`the page is not sound\n${faults.join('\n')}`)
    return result
  } finally {
    await context.close()
  }
}

/** Expects that nothing is wider than the window, so that nobody scrolls sideways. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { content, window } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
  }))
  expect(content, `width of ${page.url()}`).toBeLessThanOrEqual(window)
}

/** Takes a picture of the whole page into test-results/, and gives its path. */
export async function picture(page: Page, name: string): Promise<string> {
  mkdirSync(pictures, { recursive: true })
  const path = join(pictures, `${name}.png`)
  await page.screenshot({ path, fullPage: true, animations: 'disabled' })
  return path
}

function launch(): Promise<Browser> {
  const executablePath = findChromium()
  if (!executablePath) throw new Error('Chromium is needed and not installed: run `apt-get install chromium` (Debian)')
  return chromium.launch({ executablePath, args: launchArguments })
}

function watch(page: Page, faults: string[]): void {
  page.on('pageerror', (error) => faults.push(`script error: ${error.message}`))
  page.on('console', (message) => {
    // A form that is answered with 4xx is no fault of the page; Chromium logs it all the same.
    const answered = /^Failed to load resource: the server responded with a status of 4\d\d/.test(message.text())
    if (message.type() === 'error' && !answered) faults.push(`console: ${message.text()}`)
  })
}
