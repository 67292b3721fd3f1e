import type { Page, Response } from 'playwright-core'
import { expect } from 'vitest'
import { expectNothingFromAxe } from '../support/axe.ts'
import { expectNoSidewaysScroll, type PageOptions, picture, withPage } from '../support/browser.ts'

/** Widths that pages are looked at: the narrowest that WCAG 1.4.10 asks for, a phone, a desk. */
export const widths = [320, 390, 1280] as const
export const themes = ['light', 'dark'] as const
export const locales = ['pt-BR', 'en', 'es'] as const
export type Locale = (typeof locales)[number]

/** As withPage, and nothing may be asked of any other host than `origin`. */
export async function visit<T>(origin: string, options: PageOptions, use: (page: Page) => Promise<T>): Promise<T> {
  const foreign: string[] = []
  const result = await withPage(options, async (page, context) => {
    context.on('request', (request) => {
      const url = request.url()
      if (!url.startsWith(`${origin}/`) && !url.startsWith('data:')) foreign.push(url)
    })
    return use(page)
  })
  expect(foreign, 'requests to other hosts').toEqual([])
  return result
}

/** A page whose network may fail: errors in its console are no error of the test. */
export async function roughVisit<T>(options: PageOptions, use: (page: Page) => Promise<T>): Promise<T> {
  return withPage({}, async (_, watched) => {
    const context = await watched.browser()?.newContext({ locale: 'pt-BR', ...options })
    if (!context) throw new Error('the browser is gone')
    context.setDefaultTimeout(10_000)
    try {
      return await use(await context.newPage())
    } finally {
      await context.close()
    }
  })
}

/** Presses what sends a form or follows a link, and waits for the page that it ends on. */
export async function press(page: Page, selector: string): Promise<Response> {
  return arrive(page, () => page.click(selector))
}

/** Does something that loads a page, and gives the answer that this page came with. */
export async function arrive(page: Page, act: () => Promise<unknown>): Promise<Response> {
  const [response] = await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), act()])
  if (!response) throw new Error(`no page was loaded at ${page.url()}`)
  return response
}

/** Axe finds nothing and nothing scrolls sideways, in one theme at one width. */
export async function expectSound(page: Page, options: { scriptless?: boolean } = {}): Promise<void> {
  await expectNoSidewaysScroll(page)
  await expectNothingFromAxe(page, options)
}

/** Pictures in every theme at every width. They are for people to look at. */
export async function pictures(page: Page, name: string): Promise<void> {
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme })
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 })
      await picture(page, `${name}-${colorScheme}-${width}`)
    }
  }
}
