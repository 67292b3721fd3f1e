import { beforeAll, describe, expect, it } from 'vitest'
import { apiKey, payout } from '../support/doors.ts'
import { describeStores } from '../support/stores.ts'
import { openTarget, type Target } from './target.ts'

describeStores('the gate, asked by whom and for what it does not know,', (openStore) => {
  let { doors, at, refused, inject }: Target = {} as Target

  beforeAll(async () => {
    ;({ doors, at, refused, inject } = await openTarget((await openStore()).db))
  })

  describe('finds nothing under', () => {
    const ids = [
      'tx_',
      'tx_0',
      `tx_${'0'.repeat(33)}`,
      `TX_${'0'.repeat(32)}`,
      `tx_${'A'.repeat(32)}`,
      `tx_${'0'.repeat(31)}%0a`,
      `VE${'0'.repeat(32)}`,
      '%2e%2e%2f',
      '%00',
      '%ff',
      `tx_${'0'.repeat(400)}`,
      `tx_${'0'.repeat(100_000)}`,
      "tx_'--",
      '__proto__',
      '%F0%9F%92%A9',
    ]

    it.each(ids.map((id) => [id.slice(0, 40), id]))('the id %s (A64)', async (_name, id) => {
      for (const path of ['', '/events', '/challenges', '/checks', '/deny', '/cancel', '/release', '/release/ack']) {
        const method = path === '' || path === '/events' ? 'GET' : 'POST'
        const body = {
          '/checks': { code: '123456' },
          '/challenges': { factor: 'sms' },
          '/release/ack': { release_id: 'r' },
        }[path]
        await refused(() => doors.v1(method, `/transactions/${id}${path}`, body), 404, 400, 414)
      }
    })
  })

  it('lists only by filters that it knows and cursors that it signed (A65)', async () => {
    for (let i = 0; i < 3; i++) await doors.v1('POST', '/transactions', payout())
    const page = await doors.v1('GET', '/transactions?limit=1')
    const cursor = String(page.body.next_cursor)
    const [time = '', id = '', signature = ''] = cursor.split('.')
    expect((await doors.v1('GET', `/transactions?limit=1&cursor=${cursor}`)).body.data).toHaveLength(1)
    const forged = [
      `${Number(time) + 1}.${id}.${signature}`,
      `${time}.tx_${'f'.repeat(32)}.${signature}`,
      `${time}.${id}.`,
      `${time}.${id}.${signature.slice(0, -1)}`,
      `${time}.${id}`,
      '..',
      'x',
      `${time}.${id}' or 1=1 --.${signature}`,
    ]
    for (const other of forged)
      await refused(() => doors.v1('GET', `/transactions?cursor=${encodeURIComponent(other)}`), 422)
    await refused(() => doors.v1('GET', `/transactions?status=pending&cursor=${cursor}`), 422)
    const queries = [
      'limit=0',
      'limit=101',
      'limit=1e9',
      'limit=-1',
      'limit=1&limit=2',
      'limit=',
      'status=nothing',
      'status=pending&status=denied',
      'status[]=pending',
      'kind=%00',
      'sort=status;drop',
      'subject=',
      'subject=%00',
      `subject=${'a'.repeat(5000)}`,
      'unknown=1',
      '__proto__=1',
      'subject[__proto__]=1',
    ]
    for (const query of queries) {
      const answer = await doors.v1('GET', `/transactions?${query}`)
      expect([query, answer.status]).toEqual([query, 422])
    }
  })

  it('takes only one visible idempotency key, scoped to its request (A50)', async () => {
    for (const key of ['', ' ', 'a b', 'ü', 'a'.repeat(256), 'a,b c'])
      await refused(() => doors.v1('POST', '/transactions', payout(), { headers: { 'idempotency-key': key } }), 422)
    const headers = { 'idempotency-key': 'attack-key' }
    const made = await doors.v1('POST', '/transactions', payout(), { headers })
    await refused(() => doors.v1('POST', '/transactions', payout(), { headers }), 422)
    const other = await doors.v1('POST', `${at}/challenges`, { factor: 'sms' }, { headers })
    expect(other.text).not.toContain(made.body.id)
    const foreign = await doors.v1('POST', '/transactions', payout(), { headers, key: 'cs_someone' })
    expect([401, 403]).toContain(foreign.status)
    expect(foreign.text).not.toContain(made.body.id)
  })

  it('opens to nothing but its key and its own client secret', async () => {
    const bearers = [
      '',
      'x',
      apiKey.slice(0, -1),
      `${apiKey}x`,
      apiKey.toLowerCase(),
      `cs_${'a'.repeat(43)}`,
      'cs_',
      'null',
      'undefined',
      'é',
    ]
    for (const key of bearers) await refused(() => doors.v1('GET', at, undefined, { key }), 401, 404)
    for (const authorization of [
      `Basic ${Buffer.from(apiKey).toString('base64')}`,
      apiKey,
      `bearer: ${apiKey}`,
      `Bearer ${apiKey}, Bearer x`,
    ])
      await refused(() => inject('GET', at, undefined, { authorization }), 401)
    await refused(() => inject('POST', `${at}/cancel`, undefined, { authorization: '' }), 401)
    const queryKey = await doors.app.inject({ method: 'GET', url: `/v1${at}?key=${apiKey}&access_token=${apiKey}` })
    expect(queryKey.statusCode).toBe(401)
  })
})
