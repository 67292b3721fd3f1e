import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import twilio from 'twilio'
import { afterEach, describe, expect, it } from 'vitest'
import { createApp } from '../../src/http/app.ts'
import { registerTwilio } from '../../src/http/twilio/routes.ts'
import { createOutbound } from '../../src/lib/outbound.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { Secret } from '../../src/lib/secret.ts'
import { sql } from '../../src/store/db.ts'
import { createLookupSource } from '../../src/verify/lookup-source.ts'
import { createServices } from '../../src/verify/services.ts'
import { accountSid, apiKey, authToken, type Doors, type Json, log, openDoors, publicUrl } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`
const path = (number: string) => `/v2/PhoneNumbers/${encodeURIComponent(number)}`
const overrideOf = (number: string) => `${path(number)}/Overrides/line_type_intelligence`

/** One request with JSON. */
async function json(
  { app }: Pick<Doors, 'app'>,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  url: string,
  body?: unknown,
) {
  const answer = await app.inject({
    method,
    url,
    headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { payload: JSON.stringify(body) }),
  })
  return { status: answer.statusCode, body: (answer.body ? JSON.parse(answer.body) : undefined) as Json }
}

const noPackages = {
  caller_name: null,
  sim_swap: null,
  call_forwarding: null,
  line_status: null,
  line_type_intelligence: null,
  identity_match: null,
  reassigned_number: null,
  sms_pumping_risk: null,
  phone_number_quality_score: null,
  pre_fill: null,
}

const leave: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of leave.splice(0).reverse()) await step()
})

describe('a lookup', () => {
  forEachStore((_name, openStore) => {
    it('tells what the numbering plan says, in exactly the members of Twilio', async () => {
      const { v2 } = await openDoors((await openStore()).db)
      const american = {
        calling_country_code: '1',
        country_code: 'US',
        phone_number: '+14159929960',
        national_format: '(415) 992-9960',
        valid: true,
        validation_errors: [],
        ...noPackages,
        url: `${publicUrl}/v2/PhoneNumbers/+14159929960`,
      }
      const asked = await v2('GET', '/v2/PhoneNumbers/+14159929960')
      expect([asked.status, asked.body]).toEqual([200, american])
      // North America is where a national number is from when nothing is said; 00 is an international prefix.
      for (const spelled of ['(415) 992-9960', '4159929960', '1-415-992-9960', '001 415 992 9960', '+1.415.992.9960'])
        expect((await v2('GET', path(spelled))).body, spelled).toEqual(american)
      expect((await v2('GET', `${path('+14159929960')}?CountryCode=BR&Fields=validation`)).body).toEqual(american)
      const brazilian = (await v2('GET', `${path('11 98765-4321')}?CountryCode=br`)).body
      expect(brazilian).toMatchObject({
        calling_country_code: '55',
        country_code: 'BR',
        phone_number: '+5511987654321',
        national_format: '(11) 98765-4321',
        valid: true,
      })
      expect((await v2('GET', `/lookups${path('+80012345678')}`)).body).toMatchObject({
        calling_country_code: '800',
        country_code: null,
        valid: true,
        url: `${publicUrl}/v2/PhoneNumbers/+80012345678`,
      })
    })

    it('says of what is no number why it is none, and answers 200', async () => {
      const { v2 } = await openDoors((await openStore()).db)
      const long = await v2('GET', '/v2/PhoneNumbers/+141599299600?Fields=line_type_intelligence')
      expect([long.status, long.body]).toEqual([
        200,
        {
          calling_country_code: null,
          country_code: null,
          phone_number: '+141599299600',
          national_format: null,
          valid: false,
          validation_errors: ['TOO_LONG'],
          ...noPackages,
          url: `${publicUrl}/v2/PhoneNumbers/+141599299600`,
        },
      ])
      const faults: [string, string, string?][] = [
        ['+1415', 'TOO_SHORT'],
        ['12', 'TOO_SHORT', 'BR'],
        ['+551198765432', 'INVALID_BUT_POSSIBLE'],
        ['11987654321', 'INVALID_BUT_POSSIBLE'],
        ['+9991234567', 'INVALID_COUNTRY_CODE'],
        ['+49'.padEnd(60, '1'), 'TOO_LONG'],
        ['+3765111111', 'INVALID_LENGTH'],
        ['not-a-number', 'NOT_A_NUMBER'],
        ['1-800-FLOWERS', 'NOT_A_NUMBER'],
        ['+442079460000 ext 5', 'NOT_A_NUMBER'],
        ['٠١٢٣٤٥٦٧٨٩', 'NOT_A_NUMBER'],
        ['<script>', 'NOT_A_NUMBER'],
      ]
      for (const [text, fault, country] of faults) {
        const { status, body } = await v2('GET', path(text) + (country ? `?CountryCode=${country}` : ''))
        expect([status, body.valid, body.validation_errors], text).toEqual([200, false, [fault]])
        expect(body.url, text).not.toContain('<')
      }
    })

    it('tells the kind of line in Twilio’s words', async () => {
      const { v2 } = await openDoors((await openStore()).db)
      const types: [string, string][] = [
        ['+5511987654321', 'mobile'],
        ['+14159929960', 'mobile'],
        ['+551130000000', 'landline'],
        ['+18005550199', 'tollFree'],
        ['+15005550000', 'personal'],
        ['+5590012345678', 'unknown'],
        ['+445600123456', 'nonFixedVoip'],
        ['+449098790123', 'premium'],
        ['+39848123456', 'sharedCost'],
        ['+445512345678', 'uan'],
        ['+447640123456', 'pager'],
      ]
      const told = await Promise.all(
        types.map(async ([number]) => {
          const { body } = await v2('GET', `${path(number)}?Fields=line_type_intelligence`)
          return [number, body.valid ? body.line_type_intelligence.type : 'unknown']
        }),
      )
      expect(told).toEqual(types)
      const { body } = await v2('GET', `${path('+5511987654321')}?Fields=%20sim_swap,line_type_intelligence,`)
      expect(body).toMatchObject({
        sim_swap: null,
        line_type_intelligence: {
          mobile_country_code: null,
          mobile_network_code: null,
          carrier_name: null,
          type: 'mobile',
          error_code: null,
        },
      })
    })

    it('refuses packages and countries that there are not', async () => {
      const { v2 } = await openDoors((await openStore()).db)
      for (const query of [
        'Fields=no_such',
        'Fields=sim_swap,Sim_Swap',
        'Fields=toString',
        'Fields=sim_swap&Fields=pre_fill',
        'CountryCode=XX',
        'CountryCode=BRA',
        `Fields=identity_match&FirstName=${'x'.repeat(257)}`,
      ]) {
        const { status, body } = await v2('GET', `${path('+14159929960')}?${query}`)
        expect([status, body.code], query).toEqual([400, 60200])
        expect(body.message, query).toMatch(/^Invalid parameter: (Fields|CountryCode|FirstName)$/)
      }
    })
  })
})

describe('an override of a line type', () => {
  forEachStore((_name, openStore) => {
    it('is what lookups answer from then on, and until it is taken back', async () => {
      const { db } = await openStore()
      const doors = await openDoors(db)
      const [number, url] = ['+551130000001', overrideOf('+551130000001')]
      const type = async () =>
        (await doors.v2('GET', `${path(number)}?Fields=line_type_intelligence`)).body.line_type_intelligence.type
      expect(await type()).toBe('landline')
      expect((await json(doors, 'GET', url)).status).toBe(404)
      expect((await json(doors, 'PUT', url, { line_type: 'mobile' })).status).toBe(404)
      const made = await json(doors, 'POST', url, { line_type: 'mobile', reason: 'They showed us.' })
      expect([made.status, made.body]).toEqual([
        201,
        {
          phone_number: number,
          original_line_type: 'landline',
          overridden_line_type: 'mobile',
          override_reason: 'They showed us.',
          override_timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
          overridden_by_account_sid: accountSid,
        },
      ])
      expect(await type()).toBe('mobile')
      expect((await json(doors, 'GET', url)).body).toEqual(made.body)
      doors.clock.advance(60_000)
      const changed = await json(doors, 'PUT', url, { line_type: 'fixedVoip', reason: 'They moved.' })
      expect(changed.body).toMatchObject({ original_line_type: 'landline', overridden_line_type: 'fixedVoip' })
      expect(changed.body.override_timestamp > made.body.override_timestamp).toBe(true)
      expect(await type()).toBe('fixedVoip')
      expect(JSON.stringify(await db.read(sql`select * from lookup_overrides`))).not.toContain('1130000001')
      expect((await json(doors, 'DELETE', url)).status).toBe(204)
      expect((await json(doors, 'DELETE', url)).status).toBe(404)
      expect(await type()).toBe('landline')
    })

    it('is one for a number, also of many that come at once to two nodes', async () => {
      const store = await openStore()
      const nodes = [await openDoors(store.db), await openDoors(await store.another())]
      const url = overrideOf('+551130000002')
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, i) => json(nodes[i % 2] as Doors, 'POST', url, { line_type: 'mobile' })),
      )
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
      expect(answers.filter(({ status, body }) => status === 400 && body.code === 60200)).toHaveLength(11)
    })

    it('is refused for other numbers, packages, types and bodies, and changes nothing', async () => {
      const { db } = await openStore()
      const doors = await openDoors(db)
      const good = { line_type: 'mobile', reason: 'why' }
      const url = overrideOf('+551130000003')
      const refused: [string, unknown][] = [
        [overrideOf('+1415'), good],
        [overrideOf('1130000003'), good],
        [url.replace('line_type_intelligence', 'sim_swap'), good],
        [url, {}],
        [url, { line_type: 'telegraph' }],
        [url, { line_type: ['mobile'] }],
        [url, { line_type: 'mobile', lineType: 'pager' }],
        [url, { line_type: 'mobile', reason: 'x'.repeat(1001) }],
        [url, { line_type: 'mobile', reason: '\u0000' }],
        [url, [good]],
        [url, 'mobile'],
        [url, null],
      ]
      for (const [at, body] of refused) {
        const answer = await json(doors, 'POST', at, body)
        expect([answer.status, answer.body.code], `${at} ${JSON.stringify(body)}`).toEqual([400, 60200])
      }
      const form = await doors.v2('POST', url, { line_type: 'mobile' })
      expect([form.status, form.body.code]).toEqual([400, 60200])
      expect(await db.read(sql`select * from lookup_overrides`)).toEqual([])
    })
  })
})

describe('a batch of lookups', () => {
  forEachStore((_name, openStore) => {
    it('answers each of up to a hundred numbers in its place', async () => {
      const doors = await openDoors((await openStore()).db)
      await json(doors, 'POST', overrideOf('+551130000004'), { line_type: 'pager' })
      const { status, body } = await json(doors, 'POST', '/v2/batch/query', {
        phone_numbers: [
          { correlation_id: 'a', phone_number: '11 3000-0004', country_code: 'BR', fields: ['line_type_intelligence'] },
          { phone_number: 'nonsense', fields: ['line_type_intelligence'] },
          { correlation_id: 'c', phone_number: '+14159929960' },
        ],
      })
      expect(status).toBe(200)
      expect(body.phone_numbers).toMatchObject([
        { correlation_id: 'a', phone_number: '+551130000004', valid: true, line_type_intelligence: { type: 'pager' } },
        { correlation_id: null, valid: false, validation_errors: ['NOT_A_NUMBER'], line_type_intelligence: null },
        {
          correlation_id: 'c',
          twilio_error_code: null,
          national_format: '(415) 992-9960',
          line_type_intelligence: null,
        },
      ])
      expect(body.phone_numbers[0]).not.toHaveProperty('url')
      const many = (n: number) => ({
        phone_numbers: Array.from({ length: n }, () => ({ phone_number: '+14159929960' })),
      })
      expect((await json(doors, 'POST', '/v2/batch/query', many(100))).body.phone_numbers).toHaveLength(100)
      for (const ill of [
        undefined,
        {},
        null,
        [],
        many(0),
        many(101),
        { phone_numbers: {} },
        { phone_numbers: ['+14159929960'] },
        { phone_numbers: [{}] },
        { phone_numbers: [{ phone_number: 5 }] },
        { phone_numbers: [{ phone_number: '+14159929960', fields: ['no_such'] }] },
        { phone_numbers: [{ phone_number: '+14159929960', fields: 'no_such' }] },
        { phone_numbers: [{ phone_number: '+14159929960', country_code: 'XX' }] },
        { phone_numbers: [{ phone_number: '+14159929960', fields: ['identity_match'], identity_match: 'x' }] },
      ]) {
        const answer = await json(doors, 'POST', '/v2/batch/query', ill)
        expect([answer.status, answer.body.code], JSON.stringify(ill)).toEqual([400, 60200])
      }
    })
  })
})

describe('the rate limits of lookups', () => {
  forEachStore((_name, openStore) => {
    it('are none, and none is taken that nobody would keep', async () => {
      const doors = await openDoors((await openStore()).db)
      const one = '/v2/RateLimits/Fields/sim_swap/Bucket/day'
      expect((await json(doors, 'GET', '/v2/RateLimits?Fields=sim_swap&Fields=pre_fill')).body).toEqual({
        rate_limits: [],
      })
      expect((await json(doors, 'PUT', one, { limit: 1, ttl: 60 })).status).toBe(400)
      expect((await json(doors, 'GET', one)).status).toBe(404)
      expect((await json(doors, 'DELETE', one)).status).toBe(404)
    })
  })
})

describe('the official twilio package', () => {
  forEachStore((_name, openStore) => {
    it('looks up, overrides and asks in batches', async () => {
      const doors = await openDoors((await openStore()).db)
      leave.push(() => doors.close())
      const client = twilio(accountSid, authToken)
      client.lookups.baseUrl = await doors.app.listen({ port: 0, host: '127.0.0.1' })
      const { phoneNumbers, lookupOverrides, query, rateLimits } = client.lookups.v2
      const one = await phoneNumbers('+5511987654321').fetch({ fields: 'line_type_intelligence', countryCode: 'BR' })
      expect(one).toMatchObject({ valid: true, countryCode: 'BR', lineTypeIntelligence: { type: 'mobile' } })
      const override = lookupOverrides('line_type_intelligence', '+5511987654321')
      const OverridesRequest = { lineType: 'nonFixedVoip', reason: 'seen' } as Json
      const made = await override.create(OverridesRequest)
      expect(made).toMatchObject({ originalLineType: 'mobile', overriddenLineType: 'nonFixedVoip' })
      expect(made.overrideTimestamp).toBeInstanceOf(Date)
      expect(await override.update({ ...OverridesRequest, lineType: 'pager' })).toMatchObject({
        overriddenLineType: 'pager',
      })
      expect(await override.fetch()).toMatchObject({ overrideReason: 'seen', overriddenByAccountSid: accountSid })
      const asked = await query.create({
        phoneNumbers: [{ correlationId: 'x', phoneNumber: '+5511987654321', fields: ['line_type_intelligence'] }],
      } as Json)
      expect(asked.phoneNumbers).toMatchObject([{ correlationId: 'x', lineTypeIntelligence: { type: 'pager' } }])
      expect(await override.remove()).toBe(true)
      expect((await rateLimits.fetch()).rateLimits).toEqual([])
    })
  })
})

describe('a source of lookups', () => {
  forEachStore((_name, openStore) => {
    type Behave = (request: IncomingMessage, response: ServerResponse) => void

    /** The door with a source that behaves as the test says. */
    async function open(behave: Behave, timeoutMs?: number) {
      const calls: { url: URL; authorization: string | undefined }[] = []
      const server = createServer((request, response) => {
        calls.push({ url: new URL(request.url ?? '', 'http://source'), authorization: request.headers.authorization })
        behave(request, response)
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { db } = await openStore()
      const { gate } = await openDoors(db)
      const lines: string[] = []
      const listening = pino({ level: 'warn' }, { write: (line) => lines.push(line) })
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/lookups`
      const account = {
        url,
        username: 'user',
        password: new Secret('source-password'),
        ...(timeoutMs && { timeoutMs }),
      }
      const app = createApp({ log, random: systemRandom(), trustedProxies: [], https: false })
      const door = {
        ...gate,
        carriers: {},
        catalogue: [],
        services: createServices(gate),
        publicUrl,
        accountSid,
        authToken: new Secret(authToken),
        apiKey: new Secret(apiKey),
        local: true,
        outbound: createOutbound({ networks: [] }),
        lookupSource: createLookupSource(account, listening),
      }
      registerTwilio(app, door)
      leave.push(
        async () => {
          server.closeAllConnections()
          await new Promise((resolve) => server.close(resolve))
        },
        () => app.close(),
      )
      const look = async (query: string, number = '+447772000001') => {
        const { status, body } = await json({ app } as Doors, 'GET', `${path(number)}?${query}`)
        expect(status).toBe(200)
        return body
      }
      return { app, calls, look, lines }
    }
    const answering =
      (packages: object, phone_number = '+447772000001'): Behave =>
      (_request, response) =>
        void response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ phone_number, valid: true, ...packages }))
    const swap = {
      last_sim_swap: { last_sim_swap_date: '2020-04-27T10:18:50Z', swapped_period: 'PT48H', swapped_in_period: true },
      carrier_name: 'Vodafone UK',
      mobile_country_code: '276',
      mobile_network_code: '02',
      error_code: null,
    }

    it('is asked for what was asked and Aval does not know, and hears of the person only what a package wants', async () => {
      const { calls, look } = await open(
        answering({ sim_swap: swap, line_type_intelligence: { type: 'pager' }, pre_fill: { first_name: 'Eve' } }),
      )
      expect(await look('')).toMatchObject(noPackages)
      expect(await look('Fields=validation,line_type_intelligence')).toMatchObject({
        line_type_intelligence: { type: 'mobile' },
      })
      expect(await look('Fields=sim_swap', '+1415')).toMatchObject({ valid: false, ...noPackages })
      expect(calls).toEqual([])
      const told = await look(
        'Fields=sim_swap,line_type_intelligence,identity_match&FirstName=Ana&LastVerifiedDate=20200101',
      )
      expect(told).toMatchObject({
        ...noPackages,
        sim_swap: swap,
        line_type_intelligence: { type: 'mobile' },
        pre_fill: null,
      })
      expect(calls).toHaveLength(1)
      expect(calls[0]?.url.pathname).toBe('/lookups/v2/PhoneNumbers/%2B447772000001')
      expect(Object.fromEntries(calls[0]?.url.searchParams ?? [])).toEqual({
        Fields: 'sim_swap,identity_match',
        FirstName: 'Ana',
      })
      expect(calls[0]?.authorization).toBe(`Basic ${Buffer.from('user:source-password').toString('base64')}`)
    })

    it('is believed member by member: what has another form, or is of another number, is null', async () => {
      const { look } = await open(
        answering({
          sim_swap: 'yes',
          call_forwarding: { call_forwarding_enabled: 'yes' },
          line_status: { status: 'active', more: '<b>' },
          sms_pumping_risk: null,
          phone_number_quality_score: { quality_score: { deep: 1 } },
          pre_fill: { first_name: 'Ana', error_code: null },
        }),
      )
      const Fields = 'sim_swap,call_forwarding,line_status,sms_pumping_risk,phone_number_quality_score,pre_fill'
      expect(await look(`Fields=${Fields}`)).toMatchObject({
        ...noPackages,
        line_status: { status: 'active', error_code: null },
        pre_fill: { first_name: 'Ana' },
      })
      expect((await look(`Fields=${Fields}`)).line_status).not.toHaveProperty('more')
      expect(await look(`Fields=${Fields}`, '+5511987654321')).toMatchObject(noPackages)
    })

    it('fails no lookup, whatever it does, and nothing of it is in the log', async () => {
      const number = '447772000001'
      const ways: Behave[] = [
        (request) => request.socket.destroy(),
        (_request, response) => void response.end(`{"phone_number":"+${number}`),
        (_request, response) => void response.end(`+${number}`),
        (request, response) =>
          request.url === '/elsewhere'
            ? answering({ sim_swap: swap })(request, response)
            : void response.writeHead(302, { location: '/elsewhere' }).end(),
        (_request, response) => void response.writeHead(401).end(`+${number}`),
        (_request, response) => void response.writeHead(503).end(`+${number}`),
      ]
      for (const way of ways) {
        const { look, lines } = await open(way)
        expect(await look('Fields=sim_swap,line_type_intelligence')).toMatchObject({
          valid: true,
          sim_swap: null,
          line_type_intelligence: { type: 'mobile' },
        })
        expect(lines.length).toBeGreaterThan(0)
        expect(lines.join()).not.toMatch(/7772000001|source-password/)
      }
    })

    it('is given up after its time, and left alone after five failures in a row', async () => {
      const { calls, look } = await open(() => {}, 50)
      const began = performance.now()
      for (let i = 0; i < 8; i++) expect(await look('Fields=sim_swap')).toMatchObject({ valid: true, sim_swap: null })
      expect(calls).toHaveLength(5)
      expect(performance.now() - began).toBeLessThan(4000)
    })

    it('does not hold up a batch, dead or slow, and is not taken for dead when it is slow', async () => {
      const batchOf = (app: Doors['app']) =>
        json({ app } as Doors, 'POST', '/v2/batch/query', {
          phone_numbers: Array.from({ length: 100 }, () => ({ phone_number: '+447772000001', fields: ['sim_swap'] })),
        })
      const dead = await open(() => {}, 300)
      const nothing = await batchOf(dead.app)
      expect([nothing.status, nothing.body.phone_numbers.length]).toEqual([200, 100])
      expect(dead.calls.length).toBeLessThan(20)
      const slow = await open(
        (request, response) => setTimeout(() => answering({ sim_swap: swap })(request, response), 250),
        600,
      )
      const some = (await batchOf(slow.app)).body.phone_numbers.filter((one: Json) => one.sim_swap !== null)
      expect(some.length).toBeGreaterThanOrEqual(10)
      expect(some.length).toBeLessThan(100)
      expect((await slow.look('Fields=sim_swap')).sim_swap).toEqual(swap)
    })
  })
})
