import { solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { expect, it } from 'vitest'
import type { WorkChallenge, WorkProof } from '../../src/model/proof-of-work.ts'
import { sql } from '../../src/store/db.ts'
import { type Doors, type Json, openDoors, payout } from '../support/doors.ts'
import { describeStores } from '../support/stores.ts'

const ip = '203.0.114.9'

async function solve(challenge: WorkChallenge): Promise<WorkProof> {
  const solution = await solveChallenge({ challenge: challenge as never, deriveKey })
  if (!solution) throw new Error('not solved')
  return { challenge, solution }
}

/** Somebody with the client secret of a transaction of his own, at this address. */
async function stranger(doors: Doors, n: number, from = ip) {
  const contact = { phone: `+55${21 + (n % 2)}9${81_000_000 + n * 1_010_007}` }
  const { body } = await doors.v1('POST', '/transactions', payout({ contact }))
  return { ...(await asker(doors, body, from)), contact }
}

async function asker(doors: Doors, { id, client_secret: secret }: Json, from = ip) {
  const ask = async (proof?: unknown, more: { from?: string; doors?: Doors; factor?: string } = {}) => {
    const answer = await (more.doors ?? doors).app.inject({
      method: 'POST',
      url: `/v1/transactions/${id}/challenges`,
      remoteAddress: more.from ?? from,
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      payload: JSON.stringify({ factor: more.factor ?? 'sms', ...(proof !== undefined && { proof_of_work: proof }) }),
    })
    return { status: answer.statusCode, body: JSON.parse(answer.body) as Json }
  }
  return { id: id as string, ask }
}

describeStores('a proof of work', (openStore) => {
  async function ready(options: Parameters<typeof openDoors>[1] = {}) {
    const store = await openStore()
    const doors = await openDoors(store.db, { ...options, guard: { buckets: 'enforce', ...options.guard } })
    return { store, doors }
  }
  /** Empties the bucket of one address, by strangers whose codes nobody enters. */
  async function flood(doors: Doors, from = ip) {
    for (let n = 0; n < 8; n++) expect((await (await stranger(doors, n, from)).ask()).status).toBe(200)
  }
  const sent = (doors: Doors) => doors.sent.length
  const reasons = async (doors: Doors) => {
    await doors.gate.guard.flush()
    return (await doors.v1('GET', '/decisions')).body.data[0]
  }

  it('lets one message past the empty bucket of an address, and is written down in words', async () => {
    const { doors } = await ready()
    await flood(doors)
    const { ask } = await stranger(doors, 8)
    const refused = await ask()
    expect([refused.status, refused.body.code]).toEqual([422, 'another_way_needed'])
    expect(refused.body.proof_of_work.parameters).toMatchObject({ algorithm: 'PBKDF2/SHA-256', cost: 1 })
    expect(JSON.stringify(refused.body)).not.toContain(ip)
    expect(await reasons(doors)).toMatchObject({ action: 'challenge' })
    expect(JSON.stringify(await reasons(doors))).toContain('a proof of work by its browser lets it pass')
    const before = sent(doors)
    expect((await ask(await solve(refused.body.proof_of_work))).status).toBe(200)
    expect(sent(doors)).toBe(before + 1)
    expect(await reasons(doors)).toMatchObject({ action: 'allow' })
    expect(JSON.stringify(await reasons(doors))).toContain('its browser did a proof of work')
  })

  it('that is shown again sends nothing, on the same node and on another', async () => {
    const { doors, store } = await ready()
    const other = await openDoors(await store.another(), { guard: { buckets: 'enforce' }, clock: doors.clock })
    await flood(doors)
    const { ask } = await stranger(doors, 8)
    const proof = await solve((await ask()).body.proof_of_work)
    const before = sent(doors) + sent(other)
    const answers = await Promise.all([
      ask(proof),
      ask(proof, { doors: other }),
      ask(proof),
      ask(proof, { doors: other }),
    ])
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(sent(doors) + sent(other)).toBe(before + 1)
    doors.clock.advance(5 * 60_000)
    for (const node of [doors, other]) {
      const again = await ask(proof, { doors: node })
      expect([again.status, again.body.code, again.body.proof_of_work]).toEqual([422, 'another_way_needed', undefined])
    }
    expect(sent(doors) + sent(other)).toBe(before + 1)
  })

  it('stands for one transaction, one version and one network alone, for ten minutes', async () => {
    const { doors } = await ready()
    await flood(doors)
    const { ask, id } = await stranger(doors, 8)
    const { ask: askOther } = await stranger(doors, 9)
    const proof = await solve((await ask()).body.proof_of_work)
    const late = await solve((await ask()).body.proof_of_work)
    const refused = [
      await askOther(proof),
      await ask(proof, { from: '203.0.114.10' }),
      await ask({ ...proof, solution: { ...proof.solution, derivedKey: 'ab'.repeat(32) } }),
      await ask({ ...proof, challenge: { ...proof.challenge, signature: 'ab'.repeat(32) } }),
      await ask(withParameters(proof, { cost: 2 })),
      await ask(withParameters(proof, { expiresAt: 4_000_000_000 })),
      await ask(withParameters(proof, { data: { ...proof.challenge.parameters.data, key: 'no-such-key' } })),
    ]
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual(
      refused.map(() => [422, 'proof_of_work_invalid']),
    )
    doors.clock.advance(10 * 60_000 + 1_000)
    expect((await ask(late)).body.code).toBe('proof_of_work_invalid')
    const fresh = await solve((await ask()).body.proof_of_work)
    await doors.v1('PATCH', `/transactions/${id}`, { summary: { payee: 'Another' } })
    expect((await ask(fresh)).body.code).toBe('proof_of_work_invalid')
    expect((await ask(await solve((await ask()).body.proof_of_work))).status).toBe(200)
  })

  it('made at one address of a /64 stands at another of it, and in no other /64', async () => {
    const { doors } = await ready()
    await flood(doors, '2001:db8:1:1::1')
    const { ask } = await stranger(doors, 8, '2001:db8:1:1::1')
    const proof = await solve((await ask()).body.proof_of_work)
    expect((await ask(proof, { from: '2001:db8:1:2::1' })).body.code).toBe('proof_of_work_invalid')
    expect((await ask(proof, { from: '2001:db8:1:1:ffff::2' })).status).toBe(200)
  })

  it('is done five times in any hour for one /64 at the most, and not offered then', async () => {
    const { doors } = await ready()
    await doors.v1('PUT', '/rules', { value: { text: 'challenge if country = BR' }, why: 'test', after: 0 })
    const work = async (n: number) => {
      const { ask } = await stranger(doors, n, `2001:db8:1:1::${n}`)
      const { proof_of_work: offer } = (await ask()).body
      return offer ? (await ask(await solve(offer))).status : 'no offer'
    }
    // From the end of a whole hour on, for one that is counted by the clock would begin anew.
    doors.clock.advance(3_600_000 - (doors.clock.now() % 3_600_000) + 3_300_000)
    const outcomes = []
    for (let n = 0; n < 14; n++) {
      outcomes.push(await work(n))
      doors.clock.advance(240_000)
    }
    expect(outcomes).toEqual([...Array(5).fill(200), ...Array(9).fill('no offer')])
    expect(JSON.stringify(await reasons(doors))).toContain('five proofs of work in an hour')
    doors.clock.advance(3_600_000)
    expect(await work(15)).toBe(200)
  })

  it('that is done past the five of its network is refused, though it was offered before', async () => {
    const { doors } = await ready()
    await doors.v1('PUT', '/rules', { value: { text: 'challenge if country = BR' }, why: 'test', after: 0 })
    const asked = await Promise.all(Array.from({ length: 7 }, (_, n) => stranger(doors, n)))
    const proofs: WorkProof[] = []
    for (const { ask } of asked) proofs.push(await solve((await ask()).body.proof_of_work))
    const answers = await Promise.all(asked.map(({ ask }, n) => ask(proofs[n])))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5)
    expect(sent(doors)).toBe(5)
  })

  it('is not offered where a number or a block of numbers has had too many, and passes neither', async () => {
    const { doors } = await ready()
    const block = (n: number) => `+55119876500${10 + n}`
    for (let n = 0; n < 6; n++) {
      const { body } = await doors.v1('POST', '/transactions', payout({ contact: { phone: block(n) } }))
      expect((await (await asker(doors, body, `203.0.${n}.1`)).ask()).status).toBe(200)
    }
    await flood(doors)
    const blocked = await doors.v1('POST', '/transactions', payout({ contact: { phone: block(7) } }))
    const { ask } = await asker(doors, blocked.body)
    const refused = await ask()
    expect([refused.body.code, refused.body.proof_of_work]).toEqual(['another_way_needed', undefined])
    expect(await reasons(doors)).toMatchObject({ action: 'divert' })
  })

  it('passes an address, and no number that had too many meanwhile', async () => {
    const { doors } = await ready()
    await flood(doors)
    const { ask, contact } = await stranger(doors, 8)
    const proof = await solve((await ask()).body.proof_of_work)
    for (let n = 0; n < 5; n++) {
      const { body } = await doors.v1('POST', '/transactions', payout({ contact }))
      expect((await (await asker(doors, body, '203.0.1.1')).ask()).status).toBe(200)
    }
    expect((await ask(proof)).body.code).toBe('too_many_messages')
  })

  it('leaves an empty bucket as it is, and is charged to all others', async () => {
    const { doors } = await ready()
    const balances = async () => {
      const rows = await doors.gate.db.read(
        sql<{ scope: string; balance: number; sent: number }>`select scope, balance, sent from guard_buckets`,
      )
      return Object.fromEntries(rows.map(({ scope, balance, sent }) => [scope, { balance, sent: Math.round(sent) }]))
    }
    await flood(doors)
    const before = await balances()
    const { ask } = await stranger(doors, 8)
    await ask(await solve((await ask()).body.proof_of_work))
    const after = await balances()
    expect(after.ip?.balance).toBeCloseTo(before.ip?.balance ?? -1, 1)
    expect(after.net?.balance).toBeCloseTo((before.net?.balance ?? 0) - 1, 1)
    expect(after['home-']?.sent).toBe((before['home-']?.sent ?? 0) + 1)
    expect((await doors.v1('GET', '/blocks')).body.data.map(({ scope }: Json) => scope)).not.toContain('proof')
  })

  it('is what a rule of operators asks for by challenge; other rules judge all the same', async () => {
    const { doors } = await ready()
    const rules = (text: string, after: number) => doors.v1('PUT', '/rules', { value: { text }, why: 'test', after })
    await rules('challenge if country = BR', 0)
    const { ask } = await stranger(doors, 1)
    const refused = await ask()
    expect(refused.body.code).toBe('another_way_needed')
    const proof = await solve(refused.body.proof_of_work)
    await rules('challenge if country = BR\nblock if channel = sms', 1)
    const blocked = await ask(proof)
    expect([blocked.status, blocked.body.proof_of_work]).toEqual([422, undefined])
    await rules('challenge if country = BR', 2)
    expect((await ask(proof)).status).toBe(200)
    doors.clock.advance(120_000)
    expect((await ask(proof)).body.code).toBe('another_way_needed')
    expect(sent(doors)).toBe(1)
  })

  it('is offered to nobody without an address: neither at creation nor to a server', async () => {
    const { doors } = await ready()
    await doors.v1('PUT', '/rules', { value: { text: 'challenge if country = BR' }, why: 'test', after: 0 })
    const made = await doors.v1('POST', '/transactions', payout({ factor: 'sms', client: { ip } }))
    expect([made.status, made.body.code, made.body.proof_of_work]).toEqual([422, 'another_way_needed', undefined])
    const { body } = await doors.v1('POST', '/transactions', payout())
    const asked = await doors.v1('POST', `/transactions/${body.id}/challenges`, { factor: 'sms' })
    expect([asked.body.code, asked.body.proof_of_work]).toEqual(['another_way_needed', undefined])
  })

  it('that is no proof in its form is refused with its fault, and never fails', async () => {
    const { doors } = await ready()
    const { ask } = await stranger(doors, 1)
    for (const bad of [
      'x',
      {},
      [],
      null,
      { challenge: {}, solution: {} },
      { challenge: null, solution: 'x'.repeat(9) },
    ]) {
      const { status, body } = await ask(bad)
      expect([status, body.code]).toEqual([422, 'invalid_request'])
      expect(body.errors[0].path).toMatch(/^proof_of_work/)
    }
  })

  it('is not offered where it is set to cost nothing', async () => {
    const { doors } = await ready({ workIterations: 0 })
    await flood(doors)
    const { ask } = await stranger(doors, 8)
    expect((await ask()).body.proof_of_work).toBeUndefined()
  })
})

function withParameters({ challenge, solution }: WorkProof, more: object): unknown {
  return { challenge: { ...challenge, parameters: { ...challenge.parameters, ...more } }, solution }
}
