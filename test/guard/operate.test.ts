import { expect, it } from 'vitest'
import { openDoors, payout, serviceSid } from '../support/doors.ts'
import { describeStores } from '../support/stores.ts'

const verifications = `/v2/Services/${serviceSid}/Verifications`

describeStores('what operators see and set', (openStore) => {
  async function ready() {
    const store = await openStore()
    const doors = await openDoors(store.db, { guard: { buckets: 'enforce' } })
    const start = async (To: string, more: Record<string, string> = {}) =>
      doors.v2('POST', verifications, { To, Channel: 'sms', ...more })
    const pump = async (n: number) => {
      for (let i = 0; i < n; i++) await start(`+55119876500${10 + i}`)
    }
    return { store, doors, start, pump }
  }

  it('a decision says why in words, with figures, and shows no number', async () => {
    const { doors, pump } = await ready()
    await pump(8)
    const { body, text } = await doors.v1('GET', '/decisions?action=divert')
    expect(body.data).toHaveLength(2)
    expect(body.data[0]).toMatchObject({
      object: 'decision',
      door: 'verify',
      channel: 'sms',
      country: 'BR',
      recipient: '•••• 0017',
      class: 0,
      action: 'divert',
      enforced: true,
      price_usd: 0.05,
    })
    expect(body.data[0].reasons[0].text).toBe(
      'this block of numbers (+551198765-••••) has sent 6 codes lately, 0 of them entered; it has 0 of 6 messages left, the next in 4 h',
    )
    expect(text).not.toMatch(/\+55119876500/)
    const one = await doors.v1('GET', `/decisions/${body.data[0].id}`)
    expect(one.body).toEqual(body.data[0])
  })

  it('decisions come in pages, the newest first, each once', async () => {
    const { doors, pump } = await ready()
    await pump(8)
    const ids: string[] = []
    let cursor = ''
    do {
      const { body } = await doors.v1('GET', `/decisions?limit=3${cursor && `&cursor=${cursor}`}`)
      ids.push(...body.data.map(({ id }: { id: string }) => id))
      cursor = body.next_cursor ?? ''
    } while (cursor)
    expect(ids).toHaveLength(8)
    expect(ids).toEqual([...new Set(ids)].sort().reverse())
  })

  it('a block is seen, lifted and forgiven', async () => {
    const { doors, pump, start } = await ready()
    await pump(7)
    const { body } = await doors.v1('GET', '/blocks')
    expect(body.data).toHaveLength(1)
    const [block] = body.data
    expect(block).toMatchObject({
      object: 'block',
      scope: 'block',
      label: '+551198765-••••',
      sent: 6,
      entered: 0,
      base: 6,
    })
    expect((await start('+5511987650050')).status).toBe(403)
    expect((await doors.v1('POST', `/blocks/${block.id}/lift`, { why: 'a fair of ours' })).status).toBe(200)
    expect((await start('+5511987650051')).status).toBe(201)
    expect((await doors.v1('GET', '/blocks')).body.data).toEqual([])
    await doors.v1('POST', `/blocks/${block.id}/forgive`, { why: 'they were ours' })
    expect((await doors.v1('POST', `/blocks/${block.id}/forgive`, { why: 'again' })).status).toBe(404)
    for (let i = 60; i < 66; i++) expect((await start(`+55119876500${i}`)).status).toBe(201)
  })

  it('a list keeps out by number, beginning, country and network, until its end, whatever the spelling', async () => {
    const { doors, start } = await ready()
    const list = async (kind: string, value: string, more: object = {}) =>
      doors.v1('POST', '/lists', { list: 'block', kind, value, note: 'test', ...more })
    const until = new Date(doors.clock.now() + 60_000).toISOString()
    const made = [
      await list('number', '+5511987654321', { until }),
      await list('prefix', '+24492'),
      await list('country', 'GH'),
      await list('cidr', '203.0.114.0/24'),
    ]
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201, 201])
    const asked = [
      await start('+5511987654321'),
      await start('+244923000111'),
      await start('+233244100000'),
      await start('+5521998100000', { DeviceIp: '203.0.114.77' }),
      await start('+5521998100001', { DeviceIp: '::ffff:203.0.114.77' }),
      await start('+5521998100002', { DeviceIp: '::ffff:cb00:724d' }),
    ]
    expect(asked.map(({ body }) => body.code)).toEqual(Array(6).fill(60410))
    const { text, body } = await doors.v1('GET', '/lists')
    expect(body.data.map(({ value }: { value: string }) => value).sort()).toEqual([
      '+24492',
      '203.0.114.0/24',
      'GH',
      '•••• 4321',
    ])
    expect(text).not.toContain('987654321')
    doors.clock.advance(61_000)
    expect((await start('+5511987654321')).status).toBe(201)
    expect((await doors.v1('DELETE', `/lists/${made[1]?.body.id}`)).status).toBe(204)
    expect((await start('+244923000111')).status).toBe(201)
  })

  it('an allowing item goes past lists, geography and buckets', async () => {
    const { doors, start, pump } = await ready()
    await doors.v1('PUT', '/geo', { value: { countries: ['PT'] }, why: 'test', after: 0 })
    await doors.v1('POST', '/lists', { list: 'allow', kind: 'cidr', value: '198.51.100.0/24', note: 'office' })
    await pump(7)
    expect((await start('+5511987650099', { DeviceIp: '198.51.100.7' })).status).toBe(201)
  })

  it('geography changes on every node, by channel too, and only after the version that was read', async () => {
    const { store, doors, start } = await ready()
    const other = await openDoors(await store.another(), { clock: doors.clock, guard: { buckets: 'enforce' } })
    const first = await doors.v1('GET', '/geo')
    expect(first.body).toMatchObject({ object: 'geo', version: 0, value: { countries: '*' } })
    expect((await other.v2('POST', verifications, { To: '+233244100001', Channel: 'sms' })).status).toBe(201)
    const value = { countries: ['BR', 'GH'], by_channel: { call: ['BR'] } }
    const set = await doors.v1('PUT', '/geo', { value, why: 'calls to Ghana are dear', after: 0 })
    expect(set.body).toMatchObject({ version: 1, value })
    expect((await start('+244923000111')).body.code).toBe(60605)
    expect((await start('+233244100000', { Channel: 'call' })).body.code).toBe(60605)
    expect((await start('+233244100000')).status).toBe(201)
    doors.clock.advance(2_000)
    expect((await other.v2('POST', verifications, { To: '+244923000112', Channel: 'sms' })).body.code).toBe(60605)
    const late = await doors.v1('PUT', '/geo', { value: { countries: '*' }, why: 'too late', after: 0 })
    expect([late.status, late.body.code]).toEqual([409, 'version_conflict'])
    expect((await doors.v1('GET', '/geo/versions')).body.data).toHaveLength(1)
  })

  it('of two who change a part at once one does', async () => {
    const { doors } = await ready()
    const put = (usd: number) => doors.v1('PUT', '/budgets', { value: { home_base_usd: usd }, why: 'race', after: 0 })
    const answers = await Promise.all([1, 2, 3, 4].map(put))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409])
  })

  it('prices and budgets decide how much goes out', async () => {
    const { doors, start } = await ready()
    await doors.v1('PUT', '/budgets', { value: { country_base_usd: 1 }, why: 'test', after: 0 })
    await doors.v1('PUT', '/prices', {
      value: { as_of: '2026-11-01', usd: { GH: { sms: 0.5 } } },
      why: 'new contract',
      after: 0,
    })
    const answers = []
    for (let i = 0; i < 4; i++) answers.push((await start(`+23324410${1000 + i * 1001}`)).status)
    expect(answers).toEqual([201, 201, 403, 403])
    const { body } = await doors.v1('GET', '/spend')
    expect(body.data).toEqual([
      { country: 'GH', channel: 'sms', allowed: 2, entered: 0, refused: 2, spent_usd: 1, saved_usd: 1 },
    ])
    const { body: exposure } = await doors.v1('GET', '/exposure')
    expect(exposure.text).toBe(
      `The most that fraud can cost you today is USD ${exposure.most_today_usd.toFixed(2)}: what the buckets of home and abroad can lend to strangers, with what comes back to them in a day and their savings.`,
    )
    expect(exposure.most_today_usd).toBe(120)
  })

  it('what is wrong is told by its member, and changes nothing', async () => {
    const { doors } = await ready()
    const wrong: [method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: object][] = [
      ['GET', '/decisions?action=maybe'],
      ['GET', '/decisions?cursor=x'],
      ['GET', '/decisions?limit=0'],
      ['GET', '/blocks?limit=1000'],
      ['GET', '/spend?days=400'],
      ['PUT', '/geo', { value: { countries: ['Brazil'] }, why: 'x', after: 0 }],
      ['PUT', '/geo', { value: { countries: '*' }, after: 0 }],
      ['PUT', '/prices', { value: { as_of: '2026-13-01', usd: {} }, why: 'x', after: 0 }],
      ['PUT', '/prices', { value: { as_of: '2026-11-01', usd: { BR: { fax: 1 } } }, why: 'x', after: 0 }],
      ['PUT', '/budgets', { value: { home_base_usd: -1 }, why: 'x', after: 0 }],
      ['POST', '/lists', { list: 'block', kind: 'cidr', value: '203.0.114.7/24', note: 'x' }],
      ['POST', '/lists', { list: 'block', kind: 'cidr', value: '0.0.0.0/0x', note: 'x' }],
      ['POST', '/lists', { list: 'block', kind: 'number', value: '12', note: 'x' }],
      ['POST', '/lists', { list: 'block', kind: 'country', value: 'ZZZ', note: 'x' }],
      ['POST', '/lists', { list: 'block', kind: 'country', value: 'AO', note: 'x', until: '2001-01-01T00:00:00Z' }],
      ['POST', '/blocks/eA/lift', {}],
    ]
    for (const [method, path, body] of wrong) {
      const answer = await doors.v1(method, path, body)
      expect([path, answer.status]).toEqual([path, 422])
    }
    for (const path of ['/decisions/dec_x', '/decisions/%00']) expect((await doors.v1('GET', path)).status).toBe(404)
    for (const id of ['x', '%00', 'AAAA']) {
      expect((await doors.v1('POST', `/blocks/${id}/lift`, { why: 'x' })).status).toBe(404)
      expect((await doors.v1('DELETE', `/lists/${id}`)).status).toBe(404)
    }
    expect((await doors.v1('GET', '/geo')).body.version).toBe(0)
    expect((await doors.v1('GET', '/lists')).body.data).toEqual([])
  })

  it('is for the API key alone', async () => {
    const { doors } = await ready()
    const { client_secret } = (await doors.v1('POST', '/transactions', payout())).body
    for (const path of ['/decisions', '/blocks', '/lists', '/geo', '/prices', '/budgets', '/spend', '/exposure']) {
      expect((await doors.v1('GET', path, undefined, { key: client_secret })).status).toBe(403)
      expect((await doors.v1('GET', path, undefined, { key: null })).status).toBe(401)
    }
  })
})
