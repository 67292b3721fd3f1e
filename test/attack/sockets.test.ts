import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Json, payout, wrong } from '../support/doors.ts'
import { startServer, type TestServer } from '../support/server.ts'

describe('over a bare socket', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer({ store: 'sqlite', env: { AVAL_LOG_LEVEL: 'info' } })
  })
  afterAll(() => server.stop())

  async function opened() {
    const request = payout({ factor: 'sms' })
    const { body } = await server.api<Json>('/v1/transactions', request)
    return { at: `/v1/transactions/${body.id}`, code: await server.latestCode(request.contact.phone) }
  }

  /** Sends these bytes and gives what came back before the other side closed, or within the time, or at once. */
  function say(bytes: string | Buffer, leave?: 'close' | 'reset'): Promise<string> {
    return new Promise((resolve) => {
      let heard = ''
      const socket = connect(server.port, '127.0.0.1', () => {
        socket.write(bytes, () => {
          if (leave === 'reset') socket.resetAndDestroy()
          if (leave === 'close') socket.destroy()
        })
      })
      const late = setTimeout(() => socket.destroy(), 2000)
      socket.on('data', (chunk) => {
        heard += chunk
      })
      socket.on('error', () => {})
      socket.on('close', () => {
        clearTimeout(late)
        resolve(heard)
      })
    })
  }

  function request(path: string, body: string, more: string[] = []): string {
    const head = [
      `POST ${path} HTTP/1.1`,
      'Host: localhost',
      `Authorization: Bearer ${server.credentials.apiKey}`,
      'Content-Type: application/json',
      'Connection: close',
      ...more,
    ]
    return `${head.join('\r\n')}\r\n\r\n${body}`
  }

  function check(at: string, code: string): string {
    const body = JSON.stringify({ code })
    return request(`${at}/checks`, body, [`Content-Length: ${body.length}`])
  }

  it('guesses count although nobody waits for the answer (A16)', async () => {
    const { at, code } = await opened()
    await Promise.all(Array.from({ length: 50 }, (_, i) => say(check(at, wrong(code)), i % 2 ? 'reset' : 'close')))
    // What was closed politely arrives whole, whenever the server comes to it.
    await vi.waitFor(async () => expect((await server.api<Json>(at)).body.status).toBe('locked'), 20_000)
    const { body } = await server.api<Json>(`${at}/events`)
    expect(body.data.filter(({ type }: Json) => /checked|locked/.test(type))).toHaveLength(5)
    expect(await say(check(at, code))).toMatch(/^HTTP\/1\.1 4/)
    expect((await server.api<Json>(at)).body.status).toBe('locked')
  })

  it('an address in a forwarding header of a stranger is not believed (A08)', async () => {
    const { at, code } = await opened()
    for (let i = 0; i < 5; i++)
      await server.api(
        `${at}/checks`,
        { code: wrong(code) },
        { headers: { 'x-forwarded-for': `203.0.113.${i}`, forwarded: 'for=203.0.113.9' } },
      )
    const { body } = await server.api<Json>(`${at}/events`)
    expect(body.data.filter(({ ip }: Json) => ip.includes('203.0.113'))).toEqual([])
  })

  it('requests inside requests, and ones that never end, do nothing (A60)', async () => {
    const { at } = await opened()
    const inner = request(`${at}/cancel`, '', ['Content-Length: 0'])
    const smuggled = [
      request(`${at}/checks`, `0\r\n\r\n${inner}`, ['Content-Length: 4', 'Transfer-Encoding: chunked']),
      request(`${at}/checks`, `{}${inner}`, ['Content-Length: 2', 'Content-Length: 300']),
      request(`${at}/checks`, inner, ['Transfer-Encoding : chunked']),
      request(`${at}/checks`, inner, ['Transfer-Encoding: xchunked']),
      request(`${at}/checks`, '', ['Content-Length: -1']),
      `POST ${at}/cancel HTTP/9.9\r\n\r\n`,
      request(`${at}/checks`, '', [`X-Long: ${'x'.repeat(70_000)}`]),
      request(
        `${at}/checks`,
        '',
        Array.from({ length: 5000 }, (_, i) => `X-${i}: 1`),
      ),
      Buffer.from('\u0016\u0003\u0001\u0000\u0005hello'),
    ]
    for (const bytes of smuggled) {
      const answer = await say(bytes)
      expect(answer === '' || /^HTTP\/1\.1 4\d\d/.test(answer), answer.slice(0, 200)).toBe(true)
    }
    expect((await server.api<Json>(at)).body.status).toBe('pending')
  })

  it('a flood of large bodies is refused, and others are served meanwhile (A60)', async () => {
    const { at, code } = await opened()
    const large = 'x'.repeat(5_000_000)
    const floods = Array.from({ length: 10 }, () =>
      say(request('/v1/transactions', large, [`Content-Length: ${large.length}`])),
    )
    const approved = await server.api<Json>(`${at}/checks`, { code })
    expect(approved.body.status).toBe('approved')
    for (const answer of await Promise.all(floods))
      expect(answer === '' || answer.startsWith('HTTP/1.1 413')).toBe(true)
  })

  it('the server still stands, and has logged no failure of its own', async () => {
    expect((await server.api('/readyz')).status).toBe(200)
    const failures = server.output().match(/^.*a request failed.*$/gm) ?? []
    expect([failures.length, failures[0]?.slice(0, 400)]).toEqual([0, undefined])
  })
})
