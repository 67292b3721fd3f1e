import { afterAll, beforeAll, describe } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { type Asker, askNodes } from './attacker.ts'
import { raceFactors, raceGate, raceVerify } from './races.ts'

describe('at once, over two processes on one PostgreSQL', () => {
  const nodes: TestServer[] = []
  let asker: Asker
  beforeAll(async () => {
    const env = { AVAL_LOG_LEVEL: 'warn' }
    const first = await startServer({ store: 'postgres', env })
    nodes.push(first, await startServer({ store: 'postgres', env, besides: first }))
    asker = askNodes(nodes)
  })
  afterAll(async () => {
    for (const node of nodes) await node.stop()
  })

  describe('a transaction', () => raceGate(() => asker))
  describe('a verification', () => raceVerify(() => asker))
  describe('a factor', () => raceFactors(() => asker))
})
