import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { TestServer } from '../support/server.ts'
import { press } from './visit.ts'

/** The platform's sample organizer, as Aval knows it. */
export const subject = 'org_aurora'
/** The mobile that the organizer types the first time. */
export const mobile = { typed: '(11) 98765-4321', e164: '+5511987654321' }
export const account = { bank: '001', agency: '1584-9', account: '210169', digit: '6' }

/** Where things are on the pages, whatever the language. */
export const at = {
  payoutMenu: 'nav a[href="/repasse"]',
  start: 'a.button[href="/repasse/dados"]',
  next: 'form[action="/repasse/dados"] button',
  confirm: 'form[action="/repasse/confirmar"] button',
  code: '#code',
  approve: 'form[action$="/check"] button',
  send: '#send',
  resend: '#resend',
  summary: '.error-summary',
  toMerchant: 'main a.button[href*="/repasse/retorno"]',
} as const

/** Opens the form with the payout's details and types them; the mobile where it is asked for. */
export async function fillDetails(page: Page, server: TestServer, amount = '12.500,00'): Promise<void> {
  await page.goto(`${server.origin}/repasse/dados`)
  await typeDetails(page, amount)
}

export async function typeDetails(page: Page, amount: string): Promise<void> {
  await page.selectOption('#bank', account.bank)
  await page.fill('#agency', account.agency)
  await page.fill('#account', account.account)
  await page.fill('#digit', account.digit)
  await page.fill('#amount', amount)
  if (await asksMobile(page)) await page.fill('#phone', mobile.typed)
}

export async function asksMobile(page: Page): Promise<boolean> {
  return (await page.locator('#phone').count()) > 0
}

/** From the first form to the page that takes the code. */
export async function reachCode(page: Page, server: TestServer, amount?: string): Promise<void> {
  await fillDetails(page, server, amount)
  await press(page, at.next)
  await press(page, at.confirm)
  expect(new URL(page.url()).pathname).toMatch(/^\/t\/tx_/)
}

/** Types the newest code and follows the way back to the receipt. */
export async function approve(page: Page, server: TestServer): Promise<void> {
  await page.fill(at.code, await server.latestCode(mobile.e164))
  await press(page, at.approve)
  await returnToReceipt(page)
}

/** From the page that says "confirmed" to the receipt: by its link, or by the page itself where that was faster. */
export async function returnToReceipt(page: Page): Promise<void> {
  await page.click(at.toMerchant, { timeout: 1500, noWaitAfter: true }).catch(() => {})
  await expect.poll(() => page.url(), { timeout: 10_000 }).toMatch(/\/repasse\/comprovante\//)
  await page.waitForLoadState('load')
}

/** What has come of everything so far: messages sent, transactions by status, payouts processed. */
export async function ledger(server: TestServer) {
  const [inbox, listed, home] = await Promise.all([
    server.api<{ messages: unknown[] }>('/dev/api/messages', undefined, { key: null }),
    server.api<{ data: { id: string; status: string }[] }>(`/v1/transactions?subject=${subject}&limit=100`),
    server.api<string>('/repasse', undefined, { key: null }),
  ])
  const payouts = new Set(String(home.body).match(/\/repasse\/comprovante\/[\w-]+/g))
  return {
    messages: inbox.body.messages.length,
    transactions: listed.body.data.map(({ status }) => status),
    payouts: payouts.size,
  }
}
