import { createServer } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { startServer, type TestServer } from './server.ts'

const running: TestServer[] = []
const to = '+5511987654321'
const order = {
  kind: 'payout.withdraw',
  subject: 'organizer-1',
  contact: { phone: to },
  summary: { payee: 'Ana Lima', amount: { value: '12500.00', currency: 'BRL' }, fields: [] },
  payload: { account: '12345-6' },
  factor: 'sms',
}

interface Transaction {
  id: string
  status: string
}

async function start(options: Parameters<typeof startServer>[0]): Promise<TestServer> {
  const server = await startServer(options)
  running.push(server)
  return server
}

afterEach(async () => {
  for (const server of running.splice(0)) await server.stop()
})

test.each(['sqlite', 'postgres'] as const)('a killed server comes back with what it answered (%s)', async (store) => {
  const server = await start({ store })
  const created = await server.api<Transaction>('/v1/transactions', order)
  expect(created.status).toBe(201)
  const code = await server.latestCode(to)
  await server.kill('SIGKILL')
  await server.restart()
  const checked = await server.api<Transaction>(`/v1/transactions/${created.body.id}/checks`, { code })
  expect(checked).toMatchObject({ status: 200, body: { status: 'approved' } })
})

test('two servers on one PostgreSQL are one Aval', async () => {
  const first = await start({ store: 'postgres' })
  const second = await start({ store: 'postgres', besides: first })
  const created = await first.api<Transaction>('/v1/transactions', order)
  const code = await first.latestCode(to)
  const checked = await second.api<Transaction>(`/v1/transactions/${created.body.id}/checks`, { code })
  expect(checked).toMatchObject({ status: 200, body: { status: 'approved' } })
})

test('the clock of a server can be turned', async () => {
  const server = await start({ store: 'sqlite' })
  const { body } = await server.api<Transaction>('/v1/transactions', order)
  await server.advanceClock(25 * 3_600_000)
  expect(await server.api(`/v1/transactions/${body.id}`)).toMatchObject({ body: { status: 'expired' } })
})

test('another program on the port is not taken for the server', async () => {
  const server = await start({ store: 'sqlite' })
  await server.kill()
  const stranger = createServer((request, response) => response.writeHead(request.url === '/readyz' ? 200 : 401).end())
  await new Promise<void>((resolve) => stranger.listen(server.port, '127.0.0.1', resolve))
  await expect(server.restart()).rejects.toThrow(/EADDRINUSE/)
  stranger.close()
})

test('a server that refuses its settings says why', async () => {
  await expect(startServer({ store: 'sqlite', env: { AVAL_NONSENSE: '1' } })).rejects.toThrow(/AVAL_NONSENSE/)
})
