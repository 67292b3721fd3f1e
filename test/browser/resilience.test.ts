import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { approve, at, fillDetails, ledger, mobile, reachCode, returnToReceipt } from './organizer.ts'
import { arrive, press, roughVisit, visit } from './visit.ts'

let server: TestServer
beforeEach(async () => {
  server = await startServer({ store: 'sqlite' })
})
afterEach(() => server?.stop())

/** One transaction, one message, one payout: whatever happened on the way. */
async function expectOneOfEach(): Promise<void> {
  await expect.poll(() => ledger(server)).toEqual({ messages: 1, transactions: ['released'], payouts: 1 })
}

const reload = (page: Page) => arrive(page, () => page.reload())
const pathOf = (page: Page) => new URL(page.url()).pathname

describe.each([true, false])('with scripts: %s', (javaScriptEnabled) => {
  const walk = (use: (page: Page, context: BrowserContext) => Promise<void>) =>
    visit(server.origin, { javaScriptEnabled }, (page) => use(page, page.context()))

  test('a refresh of every page loses nothing and sends nothing again', async () => {
    await walk(async (page) => {
      await fillDetails(page, server)
      await press(page, at.next)
      await reload(page)
      await page.goto(`${server.origin}/repasse/dados`)
      await reload(page)
      expect(await page.inputValue('#account')).toBe('210169')
      await press(page, at.next)
      await press(page, at.confirm)
      await reload(page)
      await reload(page)
      await page.fill(at.code, await server.latestCode(mobile.e164))
      await press(page, at.approve)
      await reload(page)
      await returnToReceipt(page)
      await reload(page)
      expect(pathOf(page)).toMatch(/comprovante/)
    })
    await expectOneOfEach()
  })

  test('going back and confirming again leads to the same transaction, and after the end to its receipt', async () => {
    await walk(async (page, context) => {
      await reachCode(page, server)
      const first = pathOf(page)
      await page.goBack()
      expect(pathOf(page)).toBe('/repasse/revisao')
      await press(page, at.confirm)
      expect(pathOf(page)).toBe(first)
      await page.goto(`${server.origin}/repasse/revisao`)
      await press(page, at.confirm)
      expect(pathOf(page)).toBe(first)
      // A tab that was left behind still shows the form, as a browser may that goes back: sending it leads to what became of it.
      const left = await context.newPage()
      await left.goto(`${server.origin}/repasse/revisao`)
      await approve(page, server)
      await press(left, at.confirm)
      expect(pathOf(left)).toMatch(/^\/repasse\/comprovante\//)
      expect(pathOf(left)).toBe(pathOf(page))
    })
    await expectOneOfEach()
  })

  test('two tabs at one step work both: the later one is told what the first has done', async () => {
    await walk(async (page, context) => {
      await fillDetails(page, server)
      await press(page, at.next)
      const other = await context.newPage()
      await other.goto(`${server.origin}/repasse/revisao`)
      await press(page, at.confirm)
      await press(other, at.confirm)
      expect(pathOf(other)).toBe(pathOf(page))
      const code = await server.latestCode(mobile.e164)
      await page.fill(at.code, code)
      await other.fill(at.code, code)
      await press(page, at.approve)
      expect((await press(other, at.approve)).status()).toBe(409)
      await returnToReceipt(page)
    })
    await expectOneOfEach()
  })

  test('a double click on any button does its work once', async () => {
    await walk(async (page) => {
      const twice = async (selector: string, until: RegExp) => {
        await page.dblclick(selector, { noWaitAfter: true })
        // Asked and not awaited: the second click cuts the way short that the first one set out on.
        await expect.poll(() => page.url(), { timeout: 10_000 }).toMatch(until)
        await page.waitForLoadState('load')
      }
      await fillDetails(page, server)
      await twice(at.next, /\/repasse\/revisao$/)
      await twice(at.confirm, /\/t\/tx_/)
      await page.fill(at.code, await server.latestCode(mobile.e164))
      await page.dblclick(at.approve, { noWaitAfter: true })
      await expect.poll(() => page.url(), { timeout: 10_000 }).toMatch(/comprovante|\/t\/tx_/)
      if (!/comprovante/.test(page.url())) {
        await page.locator(at.code).waitFor({ state: 'detached' })
        await returnToReceipt(page)
      }
    })
    await expectOneOfEach()
  })

  test('a double click on "resend" sends once', async () => {
    await walk(async (page) => {
      await reachCode(page, server)
      await server.advanceClock(60_000)
      await reload(page)
      await page.dblclick(at.resend, { noWaitAfter: true })
      await expect.poll(async () => (await ledger(server)).messages).toBe(2)
      await page.waitForLoadState('load')
      expect((await ledger(server)).messages).toBe(2)
    })
  })

  test('a server that is killed at every step and started again has lost nothing', async () => {
    await roughVisit({ javaScriptEnabled }, async (page) => {
      await fillDetails(page, server)
      await server.restart()
      await press(page, at.next)
      await server.restart()
      await reload(page)
      await press(page, at.confirm)
      await server.restart()
      await page.fill(at.code, await server.latestCode(mobile.e164))
      await press(page, at.approve)
      await server.restart()
      await page.goto(`${server.origin}/repasse`)
      // Whatever a restart left half done is taken up after a lease at the latest.
      await server.advanceClock(61_000)
      await expect.poll(async () => (await ledger(server)).payouts).toBe(1)
      await server.restart()
      await reload(page)
      await press(page, 'a[href^="/repasse/comprovante/"]')
    })
    await expectOneOfEach()
  })

  test('a form that is sent without a connection loses nothing: back on line it is sent once', async () => {
    await roughVisit({ javaScriptEnabled }, async (page) => {
      const context = page.context()
      const sendOffline = async (selector: string) => {
        await context.setOffline(true)
        await page.click(selector, { noWaitAfter: true }).catch(() => {})
        await page.waitForEvent('requestfailed', { timeout: 3000 }).catch(() => {})
        await context.setOffline(false)
      }
      await fillDetails(page, server)
      await press(page, at.next)
      await sendOffline(at.confirm)
      await page.goto(`${server.origin}/repasse/revisao`)
      await press(page, at.confirm)
      await page.fill(at.code, await server.latestCode(mobile.e164))
      await sendOffline(at.approve)
      await page.goto(`${server.origin}/repasse`)
      await press(page, '.pending a.button')
      await approve(page, server)
    })
    await expectOneOfEach()
  })
})

test('with the script a page that goes off line says that what was typed is still there', async () => {
  await roughVisit({}, async (page) => {
    await reachCode(page, server)
    await page.fill(at.code, '123')
    await page.context().setOffline(true)
    await expect.poll(() => page.isVisible('#offline')).toBe(true)
    expect(await page.inputValue(at.code)).toBe('123')
    await page.context().setOffline(false)
    await expect.poll(() => page.isVisible('#offline')).toBe(false)
  })
})

test('a kill in the middle of the confirmation leaves at most one transaction alive and ends in one payout', async () => {
  await roughVisit({}, async (page) => {
    await fillDetails(page, server)
    await press(page, at.next)
    await page.click(at.confirm, { noWaitAfter: true }).catch(() => {})
    await server.restart()
    await page.goto(`${server.origin}/repasse/revisao`)
    await expect
      .poll(
        async () => {
          if ((await page.locator(at.confirm).count()) > 0) await press(page, at.confirm)
          return pathOf(page)
        },
        { timeout: 40_000, interval: 1000 },
      )
      .toMatch(/^\/t\/tx_/)
    if ((await page.locator(at.send).count()) > 0) await press(page, at.send)
    await approve(page, server)
  })
  await expect.poll(async () => (await ledger(server)).payouts).toBe(1)
  const { transactions, messages } = await ledger(server)
  expect(transactions.filter((status) => status === 'released')).toHaveLength(1)
  expect(transactions.filter((status) => status === 'pending')).toHaveLength(0)
  expect(messages).toBeLessThanOrEqual(2)
}, 60_000)
