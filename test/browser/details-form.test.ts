import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { at, fillDetails, ledger, typeDetails } from './organizer.ts'
import { expectSound, press, visit } from './visit.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ store: 'sqlite' })
})
afterAll(() => server?.stop())

const mistakes: [field: string, typed: string][] = [
  ['agency', '12345678'],
  ['account', 'abc'],
  ['digit', '!'],
  ['amount', 'muito'],
  ['amount', '0,01'],
  ['amount', ''],
  ['phone', '+55'],
  ['phone', '(11) 3333-4444'],
]

describe.each([true, false])('with scripts: %s', (javaScriptEnabled) => {
  test('a mistake is told beside its field and in a summary that has the focus; what was typed stays, nothing is sent', async () => {
    const before = await ledger(server)
    await visit(server.origin, { javaScriptEnabled }, async (page) => {
      await page.goto(`${server.origin}/repasse/dados`)
      for (const [field, typed] of mistakes) {
        await typeDetails(page, '12.500,00')
        await page.fill(`#${field}`, typed)
        const wrote = await valuesOf(page)
        await press(page, at.next)
        expect(await valuesOf(page)).toEqual(wrote)
        await expectToldTwice(page, field)
      }
    })
    expect(await ledger(server)).toEqual(before)
  })

  test('a form with gaps names every one of them once, in the order of the page, and is sound', async () => {
    await visit(server.origin, { javaScriptEnabled, viewport: { width: 320, height: 700 } }, async (page) => {
      await page.goto(`${server.origin}/repasse/dados`)
      await leaveGaps(page)
      await press(page, at.next)
      const named = await page
        .locator(`${at.summary} a`)
        .evaluateAll((links) => links.map((a) => a.getAttribute('href')))
      expect(named).toEqual(['#bank', '#agency', '#digit', '#amount', '#phone'])
      const places = await Promise.all(named.map((id) => page.locator(id ?? '').boundingBox()))
      const tops = places.map((box) => (box?.y ?? 0) * 10_000 + (box?.x ?? 0))
      expect(tops).toEqual(tops.toSorted((a, b) => a - b))
      await expectSound(page, { scriptless: !javaScriptEnabled })
    })
  })

  test('a check digit that does not match is a question: corrected or confirmed, the payout goes on', async () => {
    await visit(server.origin, { javaScriptEnabled }, async (page) => {
      await fillDetails(page, server)
      await page.fill('#digit', '5')
      await press(page, at.next)
      expect(new URL(page.url()).pathname).toBe('/repasse/dados')
      await expectSound(page, { scriptless: !javaScriptEnabled })
      await page.check('#check_ok')
      await press(page, at.next)
      expect(new URL(page.url()).pathname).toBe('/repasse/revisao')
    })
  })
})

test('the holder’s document is the organizer’s and cannot be typed over', async () => {
  await visit(server.origin, {}, async (page) => {
    await fillDetails(page, server)
    expect(await page.getAttribute('#document', 'readonly')).not.toBeNull()
    await page.evaluate(() => document.querySelector('#document')?.removeAttribute('readonly'))
    await page.fill('#document', '52998224725')
    await press(page, at.next)
    expect(new URL(page.url()).pathname).toBe('/repasse/dados')
    expect(await page.locator('#document-error').count()).toBe(1)
  })
})

async function leaveGaps(page: Page): Promise<void> {
  await typeDetails(page, '')
  await page.selectOption('#bank', '')
  for (const id of ['#agency', '#digit', '#phone']) await page.fill(id, '')
}

async function expectToldTwice(page: Page, field: string): Promise<void> {
  expect(new URL(page.url()).pathname).toBe('/repasse/dados')
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('problems')
  expect(await page.title()).toMatch(/^Erro: /)
  const link = page.locator(`${at.summary} a[href="#${field}"]`)
  expect((await link.innerText()).trim()).toBe((await page.innerText(`#${field}-error`)).trim())
  expect(await page.getAttribute(`#${field}`, 'aria-invalid')).toBe('true')
  expect(await page.getAttribute(`#${field}`, 'aria-describedby')).toContain(`${field}-error`)
  await link.click()
  expect(await page.evaluate(() => document.activeElement?.id)).toBe(field)
}

function valuesOf(page: Page): Promise<Record<string, string>> {
  return page.evaluate(() => {
    const form = document.querySelector<HTMLFormElement>('form[action="/repasse/dados"]')
    const entries = [...new FormData(form ?? undefined)].map(([name, value]) => [name, String(value)])
    return Object.fromEntries(entries.filter(([name]) => name !== 'check_ok'))
  })
}
