import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { createAval } from '../../src/aval.ts'
import { readConfig } from '../../src/config.ts'
import { parsePhone } from '../../src/lib/e164.ts'
import { Secret } from '../../src/lib/secret.ts'
import { sql } from '../../src/store/db.ts'
import {
  changeLookupOverride,
  createLookupOverride,
  readLookupOverride,
  removeLookupOverride,
} from '../../src/verify/lookup-overrides.ts'
import { createLookupSource } from '../../src/verify/lookup-source.ts'
import { accountSid, authToken, log, openDoors } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

const number = '+447772000001'
const swap = { carrier_name: 'Vodafone UK', mobile_country_code: '276', mobile_network_code: '02', error_code: null }
const leave: (() => unknown)[] = []
afterEach(async () => {
  for (const step of leave.splice(0).reverse()) await step()
})

/** A service that speaks Lookup v2, or does what a test says instead; gives its address. */
async function openSource(behave: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_request, response) => behave(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  leave.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('any text for a number', () => {
  forEachStore((name, openStore) => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: fc.constantFrom(...'+0123456789 ().-;=ext'), maxLength: 45 }),
      fc
        .tuple(fc.constantFrom('+1', '+55', '+44', '+800', '+', '00'), fc.bigInt({ min: 0n, max: 10n ** 14n }))
        .map(([prefix, rest]) => `${prefix}${rest}`),
      fc.constantFrom('\u0000', '+\u0000', '..', '.', '%', '%2B', '9'.repeat(99), '\ud83d', '__proto__', '+1415\r\n'),
    )
    const errors = [
      'TOO_SHORT',
      'TOO_LONG',
      'INVALID_BUT_POSSIBLE',
      'INVALID_COUNTRY_CODE',
      'INVALID_LENGTH',
      'NOT_A_NUMBER',
    ]
    const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`

    it('is a number or is none: one by one and in a batch the same, and never a failure', {
      timeout: 60_000,
    }, async () => {
      const { app } = await openDoors((await openStore()).db)
      leave.push(() => app.close())
      const property = fc.asyncProperty(texts, fc.constantFrom('', 'BR', 'US'), async (text, country) => {
        const query = `Fields=line_type_intelligence${country && `&CountryCode=${country}`}`
        const path = `/v2/PhoneNumbers/${encodeURIComponent(text.toWellFormed())}`
        const one = await app.inject({ method: 'GET', url: `${path}?${query}`, headers: { authorization } })
        expect([200, 400, 404], text).toContain(one.statusCode)
        const batch = await app.inject({
          method: 'POST',
          url: '/v2/batch/query',
          headers: { authorization, 'content-type': 'application/json' },
          payload: JSON.stringify({
            phone_numbers: [
              { phone_number: text, fields: ['line_type_intelligence'], ...(country && { country_code: country }) },
            ],
          }),
        })
        expect([200, 400], text).toContain(batch.statusCode)
        const override = await app.inject({
          method: 'POST',
          url: `${path}/Overrides/line_type_intelligence`,
          headers: { authorization, 'content-type': 'application/json' },
          payload: '{"line_type":"none such"}',
        })
        expect([400, 404], text).toContain(override.statusCode)
        if (one.statusCode !== 200) return
        const { url, ...body } = one.json()
        expect(url).toMatch(/^http:\/\/localhost:4000\/v2\/PhoneNumbers\/[\w.!~*'()%+-]*$/)
        if (body.valid) {
          expect(body).toMatchObject({
            phone_number: expect.stringMatching(/^\+[1-9]\d{6,14}$/),
            validation_errors: [],
          })
          expect(body.line_type_intelligence.type).toMatch(/^[a-zA-Z]+$/)
        } else {
          expect(body.validation_errors).toHaveLength(1)
          expect(errors).toContain(body.validation_errors[0])
        }
        // A path takes dots for itself.
        if (batch.statusCode === 200 && !/^\.+$/.test(text)) expect(batch.json().phone_numbers[0]).toMatchObject(body)
      })
      await fc.assert(property, { numRuns: name === 'sqlite' ? 400 : 100 })
    })
  })
})

describe('an override of a line type', () => {
  forEachStore((_name, openStore) => {
    it('is the account’s that made it: another one neither sees, changes nor removes it, and may have its own', async () => {
      const { db } = await openStore()
      const { gate } = await openDoors(db)
      const other = `AC${'e'.repeat(32)}`
      const phone = parsePhone('+551130000009')
      if (!phone) throw new Error('no phone number')
      const made = await createLookupOverride(gate, accountSid, phone, { lineType: 'mobile', reason: 'ours' })
      expect(await readLookupOverride(gate, other, phone)).toBeUndefined()
      expect(await changeLookupOverride(gate, other, phone, { lineType: 'pager', reason: 'theirs' })).toBeUndefined()
      expect(await removeLookupOverride(gate, other, phone)).toBe(false)
      expect(await readLookupOverride(gate, accountSid, phone)).toEqual(made)
      await createLookupOverride(gate, other, phone, { lineType: 'pager', reason: 'theirs' })
      expect(await removeLookupOverride(gate, other, phone)).toBe(true)
      expect(await readLookupOverride(gate, accountSid, phone)).toEqual(made)
      expect(await db.read(sql`select * from lookup_overrides`)).toHaveLength(1)
    })
  })
})

describe('a source of lookups', () => {
  const answered = (padding = '') => JSON.stringify({ phone_number: number, sim_swap: swap, padding })

  it('is not read beyond 64 KiB, packed or endless, and the lookup stands', async () => {
    const ways: [string, (response: ServerResponse) => void][] = [
      ['long', (response) => response.end(answered('x'.repeat(100_000)))],
      [
        'packed',
        (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(answered('x'.repeat(5e6)))),
      ],
      [
        'endless',
        (response) => {
          response.write(answered().slice(0, -1))
          const write = () => {
            while (response.write(' '.repeat(16_384)));
          }
          response.on('drain', write)
          write()
        },
      ],
    ]
    for (const [way, behave] of ways) {
      const lines: string[] = []
      const url = await openSource(behave)
      const listening = pino({ level: 'warn' }, { write: (line) => lines.push(line) })
      const source = createLookupSource({ url, username: 'user', password: new Secret('source-password') }, listening)
      const began = performance.now()
      expect(await source.ask(number, ['sim_swap'], {}), way).toEqual({})
      expect(performance.now() - began, way).toBeLessThan(4000)
      expect(lines.join(), way).not.toMatch(/7772000001|source-password|xxx/)
    }
    const url = await openSource((response) => response.end(answered('x'.repeat(60_000))))
    const source = createLookupSource({ url, username: 'user', password: new Secret('source-password') }, log)
    expect(await source.ask(number, ['sim_swap'], {})).toMatchObject({ sim_swap: swap })
  })

  it('that the settings name is the one that lookups ask', async () => {
    const url = await openSource((response) => response.end(answered()))
    const dataDir = mkdtempSync(join(tmpdir(), 'aval-lookups-'))
    leave.push(() => rmSync(dataDir, { recursive: true, force: true }))
    const env = { AVAL_LOOKUP_URL: url, AVAL_LOOKUP_USERNAME: 'user', AVAL_LOOKUP_PASSWORD: 'source-password' }
    const aval = await createAval(readConfig({ env: { ...env, AVAL_DATA_DIR: dataDir }, cwd: dataDir }), { log })
    leave.push(() => aval.close())
    const { credentials } = aval
    const auth = Buffer.from(`${credentials.accountSid}:${credentials.authToken.reveal()}`).toString('base64')
    const answer = await aval.app.inject({
      method: 'GET',
      url: `/v2/PhoneNumbers/${number}?Fields=sim_swap`,
      headers: { authorization: `Basic ${auth}` },
    })
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { valid: true, sim_swap: swap }])
  })
})
