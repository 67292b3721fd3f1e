import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask } from '../support/ask.ts'
import { createDatabase, type PostgresServer, startPostgres } from '../support/postgres.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { at } from './organizer.ts'
import { expectSound, locales, pictures, press, roughVisit, themes } from './visit.ts'

// The states that need something broken or a limit reached.

let postgres: PostgresServer
let server: TestServer
beforeAll(async () => {
  postgres = await startPostgres({ durable: true })
  server = await startServer({ store: 'sqlite', env: { AVAL_DATABASE_URL: await createDatabase(postgres) } })
})
afterAll(async () => {
  await server?.stop()
  await postgres?.remove()
})

async function look(page: Page, name: string): Promise<void> {
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width: 320, height: 800 })
    await expectSound(page)
  }
  await pictures(page, `hosted/${name}`)
}

test('while the store is away the page says that nothing is lost and no try spent; when it is back, the code works', async () => {
  const { id, url, phone } = await ask(server)
  const code = await server.latestCode(phone)
  await roughVisit({}, async (page) => {
    await page.goto(url)
    await page.fill(at.code, code)
    await postgres.crash()
    try {
      expect((await press(page, at.approve)).status()).toBe(503)
      expect(await page.locator('a.button').getAttribute('href')).toBe(`/t/${id}`)
      expect((await page.locator('main').innerText()).length).toBeGreaterThan(40)
      await look(page, 'server error')
    } finally {
      await postgres.start()
    }
    await expect.poll(async () => (await server.api('/readyz')).status, { timeout: 10_000 }).toBe(200)
    await press(page, 'a.button')
    await page.fill(at.code, code)
    expect((await press(page, at.approve)).status()).toBe(200)
  })
})

test('a flood of forms from one network is slowed down, with the wait in words, and costs no try', async () => {
  const { id, url, phone } = await ask(server)
  const code = await server.latestCode(phone)
  // The minute that counts begins with the flood, not with a form of an earlier test.
  await server.advanceClock(61_000)
  const send = () =>
    fetch(`${server.origin}/t/tx_${'0'.repeat(32)}/check`, { method: 'POST' }).then(async (answer) => {
      await answer.arrayBuffer()
      return answer.status
    })
  let slowed = false
  for (let batches = 0; batches < 20 && !slowed; batches++) {
    slowed = (await Promise.all(Array.from({ length: 100 }, send))).includes(429)
  }
  expect(slowed).toBe(true)
  await roughVisit({}, async (page) => {
    await page.goto(url)
    await page.fill(at.code, code)
    const answer = await press(page, at.approve)
    expect(answer.status()).toBe(429)
    expect(Number(answer.headers()['retry-after'])).toBeGreaterThan(0)
    await look(page, 'slowed down')
    const { body } = await server.api<{ next_action: { checks_left: number } }>(`/v1/transactions/${id}`)
    expect(body.next_action.checks_left).toBe(5)
    await server.advanceClock(61_000)
    await press(page, 'a.button')
    await page.fill(at.code, code)
    expect((await press(page, at.approve)).status()).toBe(200)
  })
})

test('a destination that is closed meanwhile is told without the reason, with a reference', async () => {
  const asked = await Promise.all(locales.map((locale) => ask(server, { locale, factor: undefined })))
  await server.restart({ AVAL_COUNTRIES: 'PT' })
  await roughVisit({}, async (page) => {
    for (const { url } of asked) {
      await page.goto(url)
      expect((await press(page, at.send)).status()).toBe(403)
      const told = await page.innerText('main')
      expect(told).toMatch(/AVL-[0-9A-F]{4}/)
      expect(told).not.toMatch(/BR|Brasil|Brazil|AVAL_/)
      await expectSound(page)
    }
    await look(page, 'blocked')
  })
  await server.restart()
})

test('a form that another site sends in the owner’s browser is refused with a page that says so', async () => {
  const { url, id, phone } = await ask(server)
  const code = await server.latestCode(phone)
  const form = `<form method="post" action="${server.origin}/t/${id}/check"><input name="code" value="${code}"><button>`
  await roughVisit({}, async (page) => {
    await page.goto(url)
    await page.route('http://evil.example/', (route) => route.fulfill({ body: form, contentType: 'text/html' }))
    await page.goto('http://evil.example/')
    expect((await press(page, 'button')).status()).toBe(403)
    await look(page, 'form from another site')
  })
  const { body } = await server.api<{ status: string }>(`/v1/transactions/${id}`)
  expect(body.status).toBe('pending')
})
