import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { BrowserContext, Page } from 'playwright-core'

interface Violation {
  id: string
  help: string
  nodes: { target: string[] }[]
}

const ofPlaywright = createRequire(createRequire(import.meta.url).resolve('@axe-core/playwright'))
const axe = readFileSync(ofPlaywright.resolve('axe-core/axe.min.js'), 'utf8')
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice']
const copies = new WeakMap<BrowserContext, Promise<Page>>()

/**
 * Expects that axe finds nothing on the page as it stands. Our pages have no frames, so axe runs in the page itself: that takes a
 * tenth of the time of its browser driver, and every state can be looked at. Where scripts are off, it reads a copy.
 */
export async function expectNothingFromAxe(page: Page, { scriptless = false } = {}): Promise<void> {
  const read = scriptless ? await copyOf(page) : page
  await read.evaluate(axe)
  const violations = await read.evaluate(runAxe, rules)
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ target }) => target)})`)
  if (found.length > 0) throw new Error(`axe on ${page.url()}\n${found.join('\n')}`)
}

async function runAxe(values: string[]): Promise<Violation[]> {
  const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<{ violations: Violation[] }> } }
  return (await axe.run({ runOnly: { type: 'tag', values }, resultTypes: ['violations'] })).violations
}

/** The same document in a page that runs scripts, with the page's own left out. */
async function copyOf(page: Page): Promise<Page> {
  const context = page.context()
  const opened = copies.get(context) ?? openCopy(context)
  copies.set(context, opened)
  const copy = await opened
  const dark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)
  await copy.emulateMedia({ colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' })
  await copy.setViewportSize(page.viewportSize() ?? { width: 1280, height: 800 })
  const body = (await page.content()).replace(/<\/?noscript[^>]*>/g, '')
  await copy.unrouteAll()
  await copy.route('**/*', (route) => (route.request().resourceType() === 'script' ? route.abort() : route.fallback()))
  await copy.route(page.url(), (route) => route.fulfill({ body, contentType: 'text/html; charset=utf-8' }))
  await copy.goto(page.url())
  return copy
}

async function openCopy(context: BrowserContext): Promise<Page> {
  const another = await context.browser()?.newContext()
  if (!another) throw new Error('the browser is gone')
  context.once('close', () => another.close())
  return another.newPage()
}
