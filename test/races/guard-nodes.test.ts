import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { payout } from '../support/doors.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { type Asker, askNodes, burst, tally } from './attacker.ts'

const limit = { timeout: 60_000 }
const day = 86_400_000

describe('the guard, over two processes on one PostgreSQL', () => {
  const nodes: TestServer[] = []
  let asker: Asker
  beforeAll(async () => {
    const env = { AVAL_LOG_LEVEL: 'error', AVAL_GUARD_MODE: 'enforce', AVAL_GUARD_BUCKETS: 'enforce' }
    const first = await startServer({ store: 'postgres', env })
    nodes.push(first, await startServer({ store: 'postgres', env, besides: first }))
    asker = askNodes(nodes)
  })
  afterAll(async () => {
    for (const node of nodes) await node.stop()
  })

  const start = (To: string) => asker.v2('/Verifications', { To, Channel: 'sms' })

  it('lets no more of a burst into one block of numbers through than one node would', limit, async () => {
    const answers = await burst(60, (i) => start(`+55119812${String(30_000 + i)}`))
    expect(tally(answers)).toMatchObject({ 201: 6 })
  })

  it('lends a country no more money when the burst is split', limit, async () => {
    // A number in each of forty blocks: nothing narrower is in the way.
    const answers = await burst(40, (i) => start(`+2449${String(23_000_000 + i * 110_000)}`))
    const left = answers.filter(({ status }) => status === 201).length
    const usd = (await nodes[0]?.api<{ value: { usd: { AO: { sms: number } } } }>('/v1/prices'))?.body
    const price = usd?.value.usd.AO.sms ?? Number.NaN
    expect(left).toBeGreaterThan(0)
    expect(left * price).toBeLessThanOrEqual(1.75)
    expect((left + 1) * price).toBeGreaterThan(1.75)
  })

  it('forgets nothing when both are killed', limit, async () => {
    await burst(12, (i) => start(`+55219817${String(40_000 + i)}`))
    for (const node of nodes) await node.kill('SIGKILL')
    for (const node of nodes) await node.restart()
    const after = await burst(10, (i) => start(`+55219817${String(40_500 + i)}`))
    expect(after.filter(({ status }) => status === 201)).toEqual([])
  })

  it('of a release and a calling off at the end of a hold, one wins', limit, async () => {
    for (let turn = 0; turn < 4; turn++) {
      const context = { owner_tax_id: '12345678000195', payee_tax_id: '52998224725' }
      const body = payout({ context, factor: 'sms' })
      const { id } = (await asker.v1('POST', '/transactions', body)).body
      const checked = await asker.v1('POST', `/transactions/${id}/checks`, {
        code: await asker.codeFor(body.contact.phone),
      })
      expect(checked.body.hold).toMatchObject({ seconds: 86_400 })
      await asker.advance(day - 150)
      const answers = await burst(40, (i) =>
        i % 2 === 0
          ? asker.v1('POST', `/transactions/${id}/release`)
          : asker.v1('POST', `/transactions/${id}/cancel`, {}),
      )
      const released = answers.some(({ status, body }) => status === 200 && body.release_id !== undefined)
      const canceled = answers.some(({ status, body }) => status === 200 && body.status === 'canceled')
      const { status } = (await asker.v1('GET', `/transactions/${id}`)).body
      expect([released, canceled]).toEqual([status === 'releasing', status === 'canceled'])
    }
  })
})
