import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { at, fillDetails, ledger, reachCode } from '../browser/organizer.ts'
import { press, visit } from '../browser/visit.ts'
import { ask } from '../support/ask.ts'
import { payout, wrong } from '../support/doors.ts'
import { newCredentials, startServer, type TestServer } from '../support/server.ts'
import { check, countMessages, eventsOf, read } from './support.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ store: 'sqlite' })
})
afterAll(() => server?.stop())

test('6. "+55" alone, an amount of a cent and an account of one digit do not pass, and the holder is the organizer', async () => {
  await visit(server.origin, {}, async (page) => {
    await fillDetails(page, server, '0,01')
    await page.fill('#phone', '+55')
    await page.fill('#account', '1')
    await page.fill('#digit', '9')
    await page.fill('#agency', '')
    await press(page, at.next)
    for (const field of ['phone', 'amount', 'account', 'agency']) {
      expect(await page.locator(`#${field}-error`).count(), field).toBe(1)
    }
    expect(await page.inputValue('#document')).toBe('11.222.333/0001-81')
  })
  for (const phone of ['+55', '', '11987654321', '+5511', '+551133334444']) {
    const { status } = await server.api('/v1/transactions', payout({ contact: { phone }, factor: 'sms' }))
    expect(status, phone).toBe(422)
  }
  expect(await ledger(server)).toEqual({ messages: 0, transactions: [], payouts: 0 })
})

test('7. no account, however short, is shown whole before it is approved', async () => {
  for (const value of ['1', '12', '123', '1234', '12345']) {
    const fields = [{ label: 'Conta', value }]
    const made = await ask(server, { summary: { payee: 'Ana', fields } })
    const { body } = await server.api<{ summary: { fields: { value: string }[] } }>(`/v1/transactions/${made.id}`)
    expect(body.summary.fields[0]?.value, value).not.toContain(value)
    await visit(server.origin, {}, async (page) => {
      await page.goto(made.url)
      const shown = await page.locator('.card dd').allInnerTexts()
      expect(shown.filter((text) => text === value)).toEqual([])
      expect(shown.some((text) => text.includes('•'))).toBe(true)
    })
    expect((await server.latestMessage(made.phone)).body).not.toMatch(new RegExp(`\\b${value}\\b`))
  }
})

test('8. an amount is a decimal string to the last cent, and is written as money', async () => {
  await visit(server.origin, {}, async (page) => {
    await fillDetails(page, server, '1500,50')
    await press(page, at.next)
    expect((await page.innerText('main')).replace(/\s+/g, ' ')).toContain('R$ 1.500,50')
  })
  const value = '9007199254740.93'
  const { id, url } = await ask(server, { summary: { payee: 'Ana', amount: { value, currency: 'BRL' }, fields: [] } })
  const { body } = await server.api<{ summary: { amount: unknown } }>(`/v1/transactions/${id}`)
  expect(body.summary.amount).toEqual({ value, currency: 'BRL' })
  await visit(server.origin, {}, async (page) => {
    await page.goto(url)
    expect((await page.innerText('.amount')).replace(/\s+/g, ' ')).toBe('R$ 9.007.199.254.740,93')
  })
  const float = payout({ summary: { payee: 'Ana', amount: { value: 1500.5, currency: 'BRL' }, fields: [] } })
  expect((await server.api('/v1/transactions', float)).status).toBe(422)
})

test('9. it starts with no secrets at all, and with half of them stops and says which are missing', async () => {
  const none = await startServer({
    store: 'sqlite',
    env: Object.fromEntries(
      ['AVAL_API_KEY', 'AVAL_ACCOUNT_SID', 'AVAL_AUTH_TOKEN', 'AVAL_SERVICE_SID', 'AVAL_KEYS'].map((name) => [
        name,
        '',
      ]),
    ),
  })
  expect((await none.api('/readyz')).status).toBe(200)
  await none.stop()

  const { code, said } = await runToEnd({ TWILIO_ACCOUNT_SID: newCredentials().accountSid, AVAL_PROT: '1' })
  expect(code).toBe(3)
  for (const named of ['TWILIO_AUTH_TOKEN', 'TWILIO_VERIFY_SERVICE_SID', 'AVAL_PROT']) expect(said).toContain(named)
  expect(said).toMatch(/fix:/)
  expect(said).not.toMatch(/^\s+at /m)
})

test('10. a code is shown nowhere but in its message, locks after five guesses, ends in time and counts once', async () => {
  const made = await ask(server)
  const code = await server.latestCode(made.phone)
  await visit(server.origin, {}, async (page) => {
    await page.goto(made.url)
    expect(await page.content()).not.toContain(code)
  })
  expect(JSON.stringify([made, await read(server, made.id)])).not.toContain(code)
  for (let tries = 1; tries <= 5; tries++) await check(server, made.id, wrong(code))
  expect((await read(server, made.id)).status).toBe('locked')
  expect((await check(server, made.id, code)).body.code).toBe('transaction_locked')

  const late = await ask(server)
  const lateCode = await server.latestCode(late.phone)
  await server.advanceClock(11 * 60_000)
  expect((await check(server, late.id, lateCode)).body.code).toBe('code_expired')

  const used = await ask(server)
  const usedCode = await server.latestCode(used.phone)
  expect((await check(server, used.id, usedCode)).body.status).toBe('approved')
  expect((await check(server, used.id, usedCode)).body.code).toBe('transaction_approved')
})

test('11. the phone is the subject’s, the code approves exactly this, and the approval is kept, audited and used once', async () => {
  const { subject, contact, ...rest } = payout()
  const first = await ask(server, { subject, contact })
  await check(server, first.id, await server.latestCode(contact.phone))
  const thief = await server.api<{ code: string }>('/v1/transactions', {
    ...rest,
    subject,
    contact: { phone: '+5511987650000' },
    factor: 'sms',
  })
  expect([thief.status, thief.body.code]).toEqual([422, 'contact_mismatch'])

  const bound = await ask(server, { subject, contact })
  const code = await server.latestCode(contact.phone)
  const summary = { payee: 'Somebody else', amount: { value: '12500.00', currency: 'BRL' }, fields: [] }
  await server.api(`/v1/transactions/${bound.id}`, { summary, payload: { account: 'another' } }, { method: 'PATCH' })
  expect((await check(server, bound.id, code)).body.code).toBe('no_open_challenge')
  expect((await server.api(`/v1/transactions/${bound.id}/release`, {})).status).toBe(409)

  const releases = await Promise.all([1, 2, 3].map(() => server.api(`/v1/transactions/${first.id}/release`, {})))
  expect(releases.map(({ status }) => status).toSorted()).toEqual([200, 409, 409])
  expect(await eventsOf(server, first.id)).toEqual(expect.arrayContaining(['created', 'challenged', 'approved']))
})

test('11. a form from another site, or without a key, changes nothing, and no fault is shown raw', async () => {
  const made = await ask(server)
  const code = await server.latestCode(made.phone)
  const post = (headers: Record<string, string>) =>
    fetch(`${server.origin}/t/${made.id}/check`, { method: 'POST', headers, body: new URLSearchParams({ code }) })
  expect((await post({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  expect((await post({ origin: server.origin })).status).toBe(404)
  expect((await read(server, made.id)).status).toBe('pending')
  const portal = await fetch(`${server.origin}/repasse/confirmar`, {
    method: 'POST',
    headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    body: new URLSearchParams({ version: '1' }),
  })
  expect(portal.status).toBe(403)
  const faulty = await server.api<string>('/v1/transactions', '{"kind":', { key: server.credentials.apiKey })
  expect(JSON.stringify(faulty.body)).not.toMatch(/ at |node_modules|VA[0-9a-f]{32}/)
  const sent = await countMessages(server)
  await visit(server.origin, {}, (page) => reachCode(page, server, '5,00'))
  expect(await countMessages(server)).toBe(sent + 1)
})

function runToEnd(env: Record<string, string>): Promise<{ code: number; said: string }> {
  const cwd = mkdtempSync(join(tmpdir(), 'aval-start-'))
  const program = new URL('../../dist/main.js', import.meta.url).pathname
  return new Promise((resolve) => {
    const options = { cwd, env: { PATH: process.env.PATH ?? '', HOME: cwd, PORT: '0', ...env }, timeout: 20_000 }
    execFile(process.execPath, [program], options, (error, stdout, stderr) => {
      rmSync(cwd, { recursive: true, force: true })
      resolve({ code: Number(error?.code ?? 0), said: stdout + stderr })
    })
  })
}
