import { randomBytes, randomInt } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Json, wrong } from '../support/doors.ts'
import { startServer, type TestServer } from '../support/server.ts'
import type { StoreName } from '../support/stores.ts'
import { dumpPostgres, filesBelow, walFileNow } from './at-rest.ts'
import { type Canary, canariesIn } from './canaries.ts'

const stores: StoreName[] = ['sqlite', 'postgres']
const canary = () => `canary${randomBytes(9).toString('hex')}`
const phoneOf = () => `+55119${randomInt(70_000_000, 89_999_999)}`

describe.each(stores)('what is secret, on %s,', (store) => {
  let server: TestServer
  let firstWalFile = ''
  const answers: string[] = []
  const verifyAnswers: string[] = []
  const codes: Canary[] = []
  const phones: Canary[] = []
  const contents: Canary[] = []
  const credentials: Canary[] = []

  beforeAll(async () => {
    server = await startServer({ store, env: { AVAL_LOG_LEVEL: 'trace' } })
    if (server.databaseUrl) firstWalFile = await walFileNow(server.databaseUrl)
    const { apiKey, authToken, keys } = server.credentials
    credentials.push({ name: 'the API key', value: apiKey.split(':')[1] ?? '' })
    credentials.push({ name: 'the auth token', value: authToken })
    credentials.push({ name: 'the root key', value: keys.split(':')[1] ?? '' })

    await liveThrough('approved', async (at, code) => {
      await ask(`${at}/checks`, { code: wrong(code) })
      await ask(`${at}/checks`, { code })
    })
    await liveThrough('locked', async (at, code) => {
      for (let i = 0; i < 6; i++) await ask(`${at}/checks`, { code: wrong(code) })
    })
    await liveThrough('denied', (at) => ask(`${at}/deny`, {}))
    await liveThrough('changed', (at) => change(at))
    await liveThrough('pending', async () => {})
    await liveThrough('released', async (at, code) => {
      await ask(`${at}/checks`, { code })
      const { body } = await server.api<Json>(`${at}/release`, {})
      expect(JSON.stringify(body.payload)).toContain('canary')
      await ask(`${at}/release/ack`, { release_id: body.release_id })
    })
    await verifyOnce()
    await sayBadThings()
  }, 60_000)
  afterAll(() => server.stop())

  it('is on no disk, in no log of writes and in no table', async () => {
    const everything = [...codes, ...phones, ...contents, ...credentials]
    const isSecretStore = (path: string) => path.startsWith('inbox') || path === 'credentials.json'
    const places: [string, Buffer | string][] = filesBelow(server.dataDir, isSecretStore)
    if (server.databaseUrl) places.push(...(await dumpPostgres(server.databaseUrl, firstWalFile)))
    if (firstWalFile) expect(places.map(([place]) => place)).toContain(firstWalFile)
    expect(places.length).toBeGreaterThan(store === 'postgres' ? 20 : 1)
    expect(places.flatMap(([place, content]) => canariesIn(place, content, everything))).toEqual([])
  })

  it('is in no line of the log, at its most talkative', () => {
    const everything = [...codes, ...phones, ...contents, ...credentials]
    expect(server.output().length).toBeGreaterThan(0)
    expect(canariesIn('the log', server.output(), everything)).toEqual([])
  })

  it('is in no answer before its release, and codes are in none at all', () => {
    const text = answers.join('\n')
    expect(answers.length).toBeGreaterThan(40)
    expect(canariesIn('an answer', text, [...contents, ...phones, ...codes])).toEqual([])
    expect(canariesIn('an answer of the Twilio door', verifyAnswers.join('\n'), [...codes, ...contents])).toEqual([])
  })

  it('is found where it is, so that looking for it means something', () => {
    const [inbox] = filesBelow(server.dataDir, (path) => !path.startsWith('inbox'))
    expect(canariesIn('the inbox', inbox?.[1] ?? '', [...codes, ...phones]).length).toBeGreaterThanOrEqual(8)
    const [payload] = contents as [Canary]
    const sealedBadly = Buffer.from(`xx${payload.value}`).toString('base64')
    expect(canariesIn('base64', sealedBadly, contents)).toEqual([`base64 holds ${payload.name}`])
  })

  /** One transaction whose payload, field, phone and code are canaries, and what comes to it. */
  async function liveThrough(name: string, then: (at: string, code: string) => Promise<unknown>): Promise<void> {
    const [payload, field, phone] = [canary(), canary(), phoneOf()]
    contents.push({ name: `the payload (${name})`, value: payload }, { name: `the field (${name})`, value: field })
    phones.push(
      { name: `the phone (${name})`, value: phone },
      { name: `the phone's digits (${name})`, value: phone.slice(3) },
    )
    const made = await ask(
      '/v1/transactions',
      {
        kind: 'payout_account.change',
        subject: `org_${name}`,
        contact: { phone },
        summary: { payee: 'Aurora Eventos Ltda', fields: [{ label: 'Conta', value: field }] },
        payload: { account: payload, [payload]: [payload] },
        factor: 'sms',
      },
      { 'idempotency-key': `secret-${name}` },
    )
    const code = await server.latestCode(phone)
    codes.push({ name: `the code (${name})`, value: code })
    const { id, client_secret: clientSecret, url } = made
    credentials.push({ name: `the client secret (${name})`, value: clientSecret })
    credentials.push({ name: `the page key (${name})`, value: new URL(url).searchParams.get('k') ?? '' })
    const at = `/v1/transactions/${id}`
    await openPage(url)
    await then(at, code)
    for (const path of [at, `${at}/events`, `/v1/transactions?subject=org_${name}`]) await ask(path)
    await openPage(url)
  }

  async function change(at: string): Promise<void> {
    const [payload, field] = [canary(), canary()]
    contents.push({ name: 'the changed payload', value: payload }, { name: 'the changed field', value: field })
    const summary = { payee: 'Aurora Eventos Ltda', fields: [{ label: 'Conta', value: field }] }
    await ask(at, { payload: { account: payload }, summary }, {}, 'PATCH')
  }

  async function verifyOnce(): Promise<void> {
    const to = phoneOf()
    phones.push({ name: 'the phone (Twilio door)', value: to })
    await askForm('', { CodeLength: '10' })
    await askForm('/Verifications', { To: to, Channel: 'sms' })
    const code = await server.latestCode(to)
    codes.push({ name: 'the code (Twilio door)', value: code })
    await askForm('/VerificationCheck', { To: to, Code: wrong(code) })
    await askForm('/VerificationCheck', { To: to, Code: code })
  }

  /** Input that is refused must not be repeated, neither to its sender nor to the log. */
  async function sayBadThings(): Promise<void> {
    const value = canary()
    contents.push({ name: 'what was refused', value })
    const bad = [`{"payload":"${value}`, { payload: value, kind: 'x' }, { kind: value, summary: { payee: 1 } }, [value]]
    for (const body of bad) await ask('/v1/transactions', body)
    await ask(`/v1/transactions/${value}`)
    await ask(`/v1/transactions?cursor=${value}`)
    await ask('/v1/transactions', { payload: value }, { 'content-type': 'text/plain' })
    await ask('/v1/transactions', {}, { authorization: `Bearer ${value}` })
    await askForm('/VerificationCheck', { To: '+5511999990000', Code: value })
  }

  async function ask(path: string, body?: unknown, headers = {}, method = body === undefined ? 'GET' : 'POST') {
    const answer = await server.api<Json>(path, body, { headers, method })
    const text = JSON.stringify(answer.body)
    answers.push(text, JSON.stringify([...answer.headers]))
    return answer.body
  }

  async function askForm(path: string, form: Record<string, string>): Promise<void> {
    const { accountSid, authToken, serviceSid } = server.credentials
    const response = await fetch(`${server.origin}/v2/Services/${serviceSid}${path}`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}` },
      body: new URLSearchParams(form),
    })
    verifyAnswers.push(await response.text())
  }

  /** The hosted page as a browser opens it: the key in the address becomes a cookie. */
  async function openPage(url: string): Promise<void> {
    const first = await fetch(url, { redirect: 'manual' })
    answers.push(await first.text())
    const cookie = first.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ')
    const to = first.headers.get('location')
    if (to) answers.push(await (await fetch(new URL(to, url), { headers: { cookie } })).text())
  }
})
