import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask } from '../support/ask.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { approve, at, fillDetails } from './organizer.ts'
import { press, visit } from './visit.ts'

/** What fits into the first flight of a fresh connection: ten segments (RFC 6928). */
const budget = 14 * 1024

let server: TestServer
beforeAll(async () => {
  server = await startServer({ store: 'sqlite' })
})
afterAll(() => server?.stop())

interface Weighed {
  total: number
  parts: Record<string, number>
}

/** Bytes over the wire, headers included, of a page that is opened with nothing in the cache. */
async function weigh(page: Page, open: () => Promise<unknown>): Promise<Weighed> {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  const types = new Map<string, string>()
  const parts: Record<string, number> = {}
  session.on('Network.responseReceived', ({ requestId, type }) => types.set(requestId, type))
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const type = types.get(requestId) ?? 'Other'
    parts[type] = (parts[type] ?? 0) + encodedDataLength
  })
  await open()
  await page.waitForLoadState('networkidle')
  await session.detach()
  return { total: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0), parts }
}

test('every page of the flow is under 14 KB over the wire, styles and scripts included', async () => {
  const { url, phone } = await ask(server)
  await server.latestCode(phone)
  const weights: Record<string, Weighed> = {}
  await visit(server.origin, {}, async (page) => {
    weights['hosted page'] = await weigh(page, () => page.goto(url))
    for (const path of ['/', '/repasse', '/repasse/dados']) {
      weights[path] = await weigh(page, () => page.goto(server.origin + path))
    }
    await fillDetails(page, server)
    weights['/repasse/revisao'] = await weigh(page, () => press(page, at.next))
    await press(page, at.confirm)
    await approve(page, server)
    weights.receipt = await weigh(page, () => page.reload())
  })
  for (const [name, { total, parts }] of Object.entries(weights)) {
    expect(parts.Document, name).toBeGreaterThan(500)
    expect(total, `${name} ${JSON.stringify(parts)}`).toBeLessThanOrEqual(budget)
  }
})
