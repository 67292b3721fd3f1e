import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { approve, at, fillDetails, ledger, mobile, reachCode, typeDetails } from '../browser/organizer.ts'
import { press, visit } from '../browser/visit.ts'
import { ask } from '../support/ask.ts'
import { wrong } from '../support/doors.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { countMessages, eventsOf, read } from './support.ts'

// The defects of the proof of concept, reproduced before Aval was written. Each stays a test.

let server: TestServer
let carrier: Server
const starts: string[] = []

beforeAll(async () => {
  server = await startServer({ store: 'sqlite' })
  // A Verify service that answers for itself and fails every message.
  carrier = createServer((request, response) => {
    const starting = request.method === 'POST' && request.url?.endsWith('/Verifications')
    if (starting) starts.push(request.url ?? '')
    const answer = starting ? { code: 20500, message: 'broken', status: 500 } : { psd2_enabled: false }
    response.writeHead(starting ? 500 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => carrier.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  await server?.stop()
  carrier?.close()
})

test('1. a wrong code is checked once, and typing a new one checks nothing', async () => {
  const { id, url, phone } = await ask(server)
  const code = await server.latestCode(phone)
  const checksLeft = async () => (await read(server, id)).next_action.checks_left
  await visit(server.origin, {}, async (page) => {
    await page.goto(url)
    await page.fill(at.code, wrong(code))
    await press(page, at.approve)
    expect(await checksLeft()).toBe(4)

    // In the same tab, in another tab, and after a refresh: only the button checks.
    await page.focus(at.code)
    await page.keyboard.type(code)
    const other = await page.context().newPage()
    await other.goto(url)
    await other.fill(at.code, code)
    await other.goto(`${server.origin}/repasse/dados`)
    await typeDetails(other, '10,00')
    await page.reload()
    expect(await checksLeft()).toBe(4)
    expect((await read(server, id)).status).toBe('pending')
    expect((await eventsOf(server, id)).filter((type) => type === 'checked')).toHaveLength(1)

    await page.fill(at.code, code)
    await press(page, at.approve)
  })
  expect((await read(server, id)).status).toBe('approved')
})

test('2. a message that failed is not sent again by editing anything', async () => {
  const broken = await startServer({
    store: 'sqlite',
    env: {
      AVAL_ENV: 'local',
      TWILIO_ACCOUNT_SID: `AC${'1'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: 'twilio-auth-token-of-a-test',
      TWILIO_VERIFY_SERVICE_SID: `VA${'1'.repeat(32)}`,
      TWILIO_VERIFY_BASE_URL: `http://127.0.0.1:${(carrier.address() as AddressInfo).port}`,
    },
  })
  try {
    await visit(broken.origin, {}, async (page) => {
      await fillDetails(page, broken)
      await press(page, at.next)
      await press(page, at.confirm)
      const failed = starts.length
      expect(failed).toBeGreaterThan(0)
      await page.goto(`${broken.origin}/repasse/dados`)
      expect(await page.inputValue('#account')).toBe('210169')
      await typeDetails(page, '99,00')
      await press(page, at.next)
      await page.goto(`${broken.origin}/repasse`)
      await page.reload()
      expect(starts.length).toBe(failed)
    })
  } finally {
    await broken.stop()
  }
})

test('3. a code can be sent again, the details changed, the step left; an expired code costs nothing that was typed', async () => {
  await visit(server.origin, {}, async (page) => {
    await reachCode(page, server)
    const first = new URL(page.url()).pathname
    await server.advanceClock(60_000)
    await page.reload()
    await press(page, at.resend)
    expect(await countMessages(server, mobile.e164)).toBe(2)

    await server.advanceClock(11 * 60_000)
    await page.reload()
    expect(await page.locator(at.code).count()).toBe(0)
    await press(page, at.resend)
    expect(await page.locator(at.code).count()).toBe(1)

    await page.goto(`${server.origin}/repasse/dados`)
    expect(await page.inputValue('#account')).toBe('210169')
    await page.fill('#amount', '9.000,00')
    await press(page, at.next)
    await press(page, at.confirm)
    expect(new URL(page.url()).pathname).not.toBe(first)
    await approve(page, server)
    expect((await page.innerText('main')).replace(/\s+/g, ' ')).toContain('R$ 9.000,00')
  })
  expect((await ledger(server)).transactions.slice(0, 2)).toEqual(['released', 'canceled'])
})

test('4. a refresh, a lost connection or another browser goes on where the last one was', async () => {
  await visit(server.origin, {}, async (page) => {
    await fillDetails(page, server, '7.000,00')
    await press(page, at.next)
  })
  await visit(server.origin, {}, async (page) => {
    await page.goto(`${server.origin}/repasse`)
    await press(page, at.start)
    expect(await page.inputValue('#amount')).toBe('7.000,00')
    await press(page, at.next)
    await press(page, at.confirm)
  })
  const before = await countMessages(server)
  await server.restart()
  await visit(server.origin, {}, async (page) => {
    await page.goto(`${server.origin}/repasse`)
    await press(page, '.pending a.button')
    await page.reload()
    await approve(page, server)
  })
  expect(await countMessages(server)).toBe(before)
})

test('5. two tabs at the code, of one payout or of two, both stand and both work', async () => {
  const [one, two] = [await ask(server), await ask(server)]
  await visit(server.origin, {}, async (page) => {
    const other = await page.context().newPage()
    await page.goto(one.url)
    await other.goto(two.url)
    await page.reload()
    for (const [tab, { phone }] of [[page, one] as const, [other, two] as const]) {
      await tab.fill(at.code, await server.latestCode(phone))
      expect((await press(tab, at.approve)).status()).toBe(200)
    }
  })
  expect([(await read(server, one.id)).status, (await read(server, two.id)).status]).toEqual(['approved', 'approved'])
})
