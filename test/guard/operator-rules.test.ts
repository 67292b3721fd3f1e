import { expect, it } from 'vitest'
import { openIpFacts } from '../../src/guard/ip/ip-facts.ts'
import { openDoors, serviceSid } from '../support/doors.ts'
import { describeStores } from '../support/stores.ts'

const verifications = `/v2/Services/${serviceSid}/Verifications`

describeStores('a rule that an operator wrote', (openStore) => {
  async function ready(text: string) {
    const store = await openStore()
    const doors = await openDoors(store.db, { guard: { buckets: 'enforce' } })
    const set = (next: string, after: number) =>
      doors.v1('PUT', '/rules', { value: { text: next }, why: 'test', after })
    const start = async (To: string, more: Record<string, string> = {}) =>
      (await doors.v2('POST', verifications, { To, Channel: 'sms', ...more })).body.code ?? 201
    if (text) expect((await set(text, 0)).status).toBe(200)
    return { store, doors, set, start }
  }

  it('decides of the next message, and is in its decision', async () => {
    const { start, doors } = await ready('# closed for now\ndivert if country = GH and channel = sms')
    expect(await start('+233244100000')).toBe(60410)
    expect(await start('+233244100000', { Channel: 'whatsapp' })).toBe(201)
    expect(await start('+5511987650010')).toBe(201)
    const { body } = await doors.v1('GET', '/decisions?action=divert')
    expect(body.data[0].reasons).toMatchObject([
      { code: 'rule', line: 2, shadow: false, text: 'rule 2: divert if country = GH and channel = sms' },
    ])
  })

  it('in shadow only says what it would', async () => {
    const { start, doors } = await ready('shadow block if country = GH')
    expect(await start('+233244100000')).toBe(201)
    const { body } = await doors.v1('GET', '/decisions')
    expect(body.data[0]).toMatchObject({ action: 'allow', reasons: [{ code: 'rule', shadow: true }] })
  })

  it('that allows goes before the others and past the buckets', async () => {
    const { start } = await ready('block if country = BR\nallow if number starts with "+551198765"')
    expect(await start('+5521998100000')).toBe(60410)
    for (let i = 0; i < 9; i++) expect(await start(`+55119876500${10 + i}`)).toBe(201)
  })

  it('asks lists by their names, of networks too, and who is known', async () => {
    const { start, doors, set } = await ready('')
    const unknown = await set('block if ip in @hosting', 0)
    expect([unknown.status, JSON.stringify(unknown.body)]).toEqual([422, expect.stringContaining('hosting')])
    await doors.v1('POST', '/lists', { list: 'hosting', kind: 'cidr', value: '198.51.0.0/16', note: 'a cloud' })
    expect((await set('divert if ip in @hosting and class = 0', 0)).status).toBe(200)
    expect(await start('+5511987650010', { DeviceIp: '198.51.7.8' })).toBe(60410)
    expect(await start('+5511987650010', { DeviceIp: '198.52.7.8' })).toBe(201)
    const code = doors.sent.at(-1)?.code ?? ''
    await doors.v2('POST', `/v2/Services/${serviceSid}/VerificationCheck`, { To: '+5511987650010', Code: code })
    expect(await start('+5511987650010', { DeviceIp: '198.51.7.8' })).toBe(201)
  })

  it('knows the country of an address, and so does a list', async () => {
    const { db } = await openStore()
    const ipFacts = await openIpFacts({ watchMs: 0 })
    const doors = await openDoors(db, { ipFacts })
    const start = async (DeviceIp: string, To = '+5511987650010') =>
      (await doors.v2('POST', verifications, { To, Channel: 'sms', DeviceIp })).body.code ?? 201
    const set = (text: string, after: number) => doors.v1('PUT', '/rules', { value: { text }, why: 'test', after })
    expect([await start('8.8.8.8'), await start('200.147.3.157')]).toEqual([201, 201])
    await set('divert if ip_country != country', 0)
    const mapped = '::ffff:8.8.8.8'
    expect([await start('8.8.8.8'), await start(mapped), await start('200.147.3.157')]).toEqual([60410, 60410, 201])
    await set('', 1)
    await doors.v1('POST', '/lists', { list: 'block', kind: 'ip_country', value: 'BR', note: 'test' })
    expect([await start('8.8.8.8', '+5521998100000'), await start('200.147.3.157')]).toEqual([201, 60410])
    ipFacts.close()
  })

  it('tunes a bucket, and makes one of its own', async () => {
    const { start } = await ready('budget block base 2 per 24h\nbudget key(ip) base 3 per 12h then block')
    expect([await start('+5511987650010'), await start('+5511987650011'), await start('+5511987650012')]).toEqual([
      201, 201, 60410,
    ])
    const from = { DeviceIp: '198.52.7.8' }
    const answers = []
    for (let i = 0; i < 4; i++) answers.push(await start(`+5521${998_100_000 + i * 10_007}`, from))
    expect(answers).toEqual([201, 201, 201, 60410])
  })

  it('with a mistake is refused at the very word, and the rules before it stay', async () => {
    const { start, set, doors } = await ready('block if country = GH')
    const wrong = await set('block if country = GH\nblock if contry = AO\ndivert if amount > AO', 1)
    expect(wrong.status).toBe(422)
    const told =
      wrong.body.errors?.map(({ message }: { message: string }) => message).join('\n') ?? JSON.stringify(wrong.body)
    expect(told).toMatch(/line 2, column 10: .*contry/)
    expect(told).toMatch(/country/)
    expect(told).toMatch(/line 3, column 20/)
    expect(await start('+233244100000')).toBe(60410)
    const unkept = await set('block if count(wrong, ip, 1h) > 3', 1)
    expect([unkept.status, JSON.stringify(unkept.body)]).toEqual([422, expect.stringContaining('count(wrong, ...)')])
    expect((await doors.v1('GET', '/rules')).body).toMatchObject({
      version: 1,
      value: { text: 'block if country = GH' },
    })
  })

  it('counts what was sent, entered and refused by what names it, and the count fades', async () => {
    const { start, doors, set } = await ready('divert if count(sent, ip, 1h) >= 3 and count(entered, ip, 1h) < 1')
    const [one, other] = ['198.51.7.8', '198.52.7.8']
    const to = (n: number) => `+55119${String(81_230_000 + n * 10_000)}`
    const begin = async (n: number, DeviceIp: string) => start(to(n), { DeviceIp })
    expect([await begin(1, one), await begin(2, one), await begin(3, one)]).toEqual([201, 201, 201])
    expect([await begin(4, one), await begin(5, other)]).toEqual([60410, 201])
    await doors.v2('POST', `/v2/Services/${serviceSid}/VerificationCheck`, {
      To: to(3),
      Code: doors.codeFor(to(3)),
    })
    expect(await begin(6, one)).toBe(201)

    await set('divert if count(refused, ip, 1h) >= 2\nblock if country = GH', 1)
    const gh = { DeviceIp: other }
    expect([await start('+233244100000', gh), await start('+233244200000', gh)]).toEqual([60410, 60410])
    expect(await begin(7, other)).toBe(60410)
    expect(await begin(8, one)).toBe(201)
    doors.clock.advance(5 * 3_600_000)
    expect(await begin(9, other)).toBe(201)
  })

  it('reaches every node', async () => {
    const { store, doors, set } = await ready('')
    const other = await openDoors(await store.another(), { clock: doors.clock })
    const ask = () => other.v2('POST', verifications, { To: '+233244100000', Channel: 'sms' })
    expect((await ask()).status).toBe(201)
    await set('block if country = GH', 0)
    doors.clock.advance(2_000)
    expect((await ask()).status).toBe(403)
  })
})
