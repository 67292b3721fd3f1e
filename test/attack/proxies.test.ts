import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../support/ask.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** Forms of one network in a minute, one more than are taken. */
const flood = 601

describe.each([
  { proxies: '127.0.0.1/32', believed: true },
  { proxies: '192.0.2.0/24', believed: false },
  { proxies: '', believed: false },
])('an address in X-Forwarded-For, with AVAL_TRUSTED_PROXIES "$proxies" (A08)', ({ proxies, believed }) => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer({ store: 'sqlite', env: { AVAL_TRUSTED_PROXIES: proxies } })
  })
  afterAll(() => server?.stop())

  it(`${believed ? 'stands' : 'does not stand'} in the history of a transaction`, async () => {
    const { id } = await ask(server)
    // What stands first in the list anybody may have written; the proxy adds what it saw at the end.
    const headers = { 'x-forwarded-for': '198.51.100.1, 203.0.113.7' }
    await server.api(`/v1/transactions/${id}/cancel`, {}, { headers })
    const { body } = await server.api<{ data: { ip: string }[] }>(`/v1/transactions/${id}/events`)
    expect(body.data.map(({ ip }) => ip)).toEqual([
      ...Array(body.data.length - 1).fill('127.0.0.1'),
      believed ? '203.0.113.7' : '127.0.0.1',
    ])
  })

  it(`${believed ? 'is' : 'is not'} what a flood of forms is counted by`, async () => {
    const send = async (from: string) => {
      const headers = { 'x-forwarded-for': from }
      const answer = await fetch(`${server.origin}/t/tx_${'0'.repeat(32)}/check`, { method: 'POST', headers })
      await answer.arrayBuffer()
      return answer.status
    }
    const statuses = await Promise.all(Array.from({ length: flood }, () => send('203.0.113.7')))
    expect(statuses.filter((status) => status === 429)).toHaveLength(1)
    expect(await send('198.51.100.7')).toBe(believed ? 404 : 429)
  })
})
