import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask } from '../support/ask.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { at } from './organizer.ts'
import { press, visit } from './visit.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ store: 'sqlite' })
})
afterAll(() => server?.stop())

const fullWidth = (code: string) => code.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))
const pastes: [title: string, write: (code: string) => string][] = [
  ['with a space inside', (code) => `${code.slice(0, 3)} ${code.slice(3)}`],
  ['with a hyphen inside', (code) => `${code.slice(0, 3)}-${code.slice(3)}`],
  ['as "G-123456"', (code) => `G-${code}`],
  ['as a whole sentence', (code) => `Seu código é ${code}.`],
  ['in full-width digits', fullWidth],
  ['with spaces and a line break around', (code) => ` ${code}\n`],
]
const malformed: [title: string, typed: string][] = [
  ['nothing', ''],
  ['four digits', '1234'],
  ['seven digits', '1234567'],
  ['letters', 'abcdef'],
]

async function checksLeft(id: string): Promise<number> {
  const { body } = await server.api<{ next_action: { checks_left: number } }>(`/v1/transactions/${id}`)
  return body.next_action.checks_left
}

async function paste(page: Page, text: string): Promise<void> {
  await page.focus(at.code)
  await page.keyboard.insertText(text)
}

test('a code that runs out while the page waits to send again leaves the button to ask for another one', async () => {
  await visit(server.origin, {}, async (page) => {
    const { url } = await ask(server)
    await server.advanceClock(9.5 * 60_000)
    await page.clock.install()
    await page.goto(url)
    await press(page, '#resend')
    expect(await page.getAttribute('#resend', 'aria-disabled')).toBe('true')
    await page.clock.runFor(35_000)
    expect(await page.isVisible('#expired')).toBe(true)
    expect(await page.getAttribute('#resend', 'aria-disabled')).toBe('true')
    await page.clock.runFor(30_000)
    expect(await page.getAttribute('#resend', 'aria-disabled')).toBe(null)
    await server.advanceClock(65_000)
    expect((await press(page, '#resend')).status()).toBe(200)
  })
})

describe.each([true, false])('with scripts: %s', (javaScriptEnabled) => {
  test('a code may be pasted with what stands around it: spaces, hyphens, a sentence, full-width digits', async () => {
    await visit(server.origin, { javaScriptEnabled }, async (page) => {
      for (const [title, write] of pastes) {
        const { id, url, phone } = await ask(server)
        const code = await server.latestCode(phone)
        await page.goto(url)
        await paste(page, write(code))
        if (javaScriptEnabled) expect(await page.inputValue(at.code), title).toBe(code)
        expect((await press(page, at.approve)).status(), title).toBe(200)
        const { body } = await server.api<{ status: string }>(`/v1/transactions/${id}`)
        expect(body.status, title).toBe('approved')
      }
    })
  })

  test('a code with leading zeros keeps them', async () => {
    let asked = await ask(server)
    let code = await server.latestCode(asked.phone)
    for (let tries = 0; !code.startsWith('0') && tries < 200; tries++) {
      asked = await ask(server)
      code = await server.latestCode(asked.phone)
    }
    expect(code).toMatch(/^0\d{5}$/)
    await visit(server.origin, { javaScriptEnabled }, async (page) => {
      await page.goto(asked.url)
      await page.fill(at.code, code.replace(/^0+/, ''))
      expect((await press(page, at.approve)).status()).toBe(422)
      expect(await checksLeft(asked.id)).toBe(5)
      await page.fill(at.code, code)
      expect((await press(page, at.approve)).status()).toBe(200)
    })
  })

  test('what is no code costs no try; it is told in a summary that has the focus, and beside the field', async () => {
    const { id, url, phone } = await ask(server)
    await visit(server.origin, { javaScriptEnabled }, async (page) => {
      await page.goto(url)
      const said = new Set<string>()
      for (const [title, typed] of malformed) {
        await page.fill(at.code, '')
        await paste(page, typed)
        // The script lets no seventh digit in, so that this one is a guess like any other.
        if (javaScriptEnabled && typed.length > 6) continue
        expect((await press(page, at.approve)).status(), title).toBe(422)
        expect(await checksLeft(id), title).toBe(5)
        said.add(await expectToldTwice(page))
      }
      expect(said.size).toBe(javaScriptEnabled ? 2 : 4)
      await page.click(`${at.summary} a`)
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('code')
      await page.fill(at.code, await server.latestCode(phone))
      expect((await press(page, at.approve)).status()).toBe(200)
    })
  })
})

test('with the script a field that is full takes no more, and letters never stand in it', async () => {
  const { url } = await ask(server)
  await visit(server.origin, {}, async (page) => {
    await page.goto(url)
    await page.focus(at.code)
    await page.keyboard.type('12a 34-56789')
    expect(await page.inputValue(at.code)).toBe('123456')
    await page.keyboard.press('Home')
    await page.keyboard.press('Delete')
    await page.keyboard.type('0')
    expect(await page.inputValue(at.code)).toBe('023456')
  })
})

test('with the script a full field still waits for the button: nothing is sent by typing', async () => {
  const { id, url, phone } = await ask(server)
  const code = await server.latestCode(phone)
  await visit(server.origin, {}, async (page) => {
    const posts: string[] = []
    page.on('request', (request) => request.method() === 'POST' && posts.push(request.url()))
    await page.goto(url)
    await page.focus(at.code)
    await page.keyboard.type(code)
    await page.keyboard.press('Backspace')
    await page.keyboard.type(code.slice(-1))
    expect(posts).toEqual([])
    expect(await checksLeft(id)).toBe(5)
  })
})

/** Gives the sentence that the summary and the field both say. */
async function expectToldTwice(page: Page): Promise<string> {
  const inSummary = (await page.innerText(`${at.summary} a`)).trim()
  expect((await page.innerText('#code-error')).trim()).toBe(inSummary)
  expect(await page.evaluate(() => document.activeElement?.className)).toBe('error-summary')
  expect(await page.getAttribute(at.code, 'aria-invalid')).toBe('true')
  expect(await page.getAttribute(at.code, 'aria-describedby')).toContain('code-error')
  expect(await page.inputValue(at.code)).toBe('')
  expect(await page.title()).toMatch(/^Erro: /)
  return inSummary
}
