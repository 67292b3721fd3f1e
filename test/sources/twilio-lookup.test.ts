import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createTwilioLookup, type LookupPackage, lookupPackages } from '../../src/guard/sources/twilio-lookup.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { Secret } from '../../src/lib/secret.ts'
import { openPeer, sendJson } from '../support/peer.ts'
import { hear, itIsUnknownOfFaults, questionOf, type Reply } from './support.ts'

const accountSid = `AC${'0'.repeat(32)}`
const authToken = 'twilio-canary'
const phone = questionOf().phone as string

function sourceAt(baseUrl: string, packages: readonly LookupPackage[] = lookupPackages) {
  return createTwilioLookup({ accountSid, authToken: new Secret(authToken), packages, baseUrl }, systemClock())
}

/** Lookup v2 as far as a fetch goes: Basic auth, the path with the number, and every member that an answer has. */
async function openLookup(answer: object | Reply) {
  const peer = await openPeer((taken, response) => {
    const basic = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`
    if (taken.headers.authorization !== basic) return sendJson(response, 401, { code: 20003, status: 401 })
    if (typeof answer === 'function') return (answer as Reply)(response, taken)
    const { pathname } = new URL(taken.path, 'http://peer')
    const number = decodeURIComponent(pathname.replace(/^\/v2\/PhoneNumbers\//, ''))
    sendJson(response, 200, { ...nothing, phone_number: number, ...answer })
  })
  return { peer, source: sourceAt(peer.url) }
}

const nothing = {
  calling_country_code: '55',
  country_code: 'BR',
  national_format: '(11) 98765-4321',
  valid: true,
  validation_errors: [],
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
const swap = (last: object | null, error_code: number | null = null) => ({
  sim_swap: {
    last_sim_swap: last,
    carrier_name: 'Vivo',
    mobile_country_code: '724',
    mobile_network_code: '10',
    error_code,
  },
})

describe('Twilio Lookup', () => {
  it('is asked about a transaction for line, SIM and forwarding, and about a message for line and pumping', async () => {
    const { peer, source } = await openLookup({})
    await hear(source)
    await hear(source, questionOf({ about: 'message' }))
    expect(peer.taken.map(({ method, path }) => `${method} ${decodeURIComponent(path)}`)).toEqual([
      `GET /v2/PhoneNumbers/${phone}?Fields=line_type_intelligence,sim_swap,call_forwarding`,
      `GET /v2/PhoneNumbers/${phone}?Fields=line_type_intelligence,sms_pumping_risk`,
    ])
  })

  it('is asked for no package that the account does not have', async () => {
    const { peer } = await openLookup({})
    await hear(sourceAt(peer.url, ['call_forwarding']))
    const message = await hear(sourceAt(peer.url, ['call_forwarding']), questionOf({ about: 'message' }))
    expect(peer.taken.map(({ path }) => new URL(path, 'http://peer').search)).toEqual(['?Fields=call_forwarding'])
    expect(message.said).toMatchObject({ answer: 'unknown', why: 'not_asked' })
  })

  it('tells kind of line, change of SIM, forwarding and risk of pumping', async () => {
    const { source } = await openLookup({
      line_type_intelligence: { type: 'nonFixedVoip', carrier_name: 'x', error_code: null },
      ...swap({ last_sim_swap_date: '2020-11-05T20:52:09Z', swapped_period: 'PT72H', swapped_in_period: true }),
      call_forwarding: { call_forwarding_enabled: true, error_code: null },
      sms_pumping_risk: {
        carrier_risk_category: 'high',
        number_blocked: true,
        sms_pumping_risk_score: 91,
        error_code: null,
      },
    })
    expect((await hear(source)).facts).toEqual({
      lineType: 'nonFixedVoip',
      simChangedAt: Date.parse('2020-11-05T20:52:09Z'),
      simChangedWithinH: 72,
      callForwarding: true,
      pumpingScore: 91,
      action: 'review',
      reasons: ['number_blocked', 'carrier_risk_high'],
    })
  })

  it.each([
    [{ last_sim_swap_date: null, swapped_period: 'PT24H', swapped_in_period: false }, { simUnchangedForH: 24 }],
    [{ last_sim_swap_date: null, swapped_period: 'PT48H', swapped_in_period: true }, { simChangedWithinH: 48 }],
    [{ last_sim_swap_date: null, swapped_period: 'P3D', swapped_in_period: true }, { simChangedWithinH: 72 }],
    // A change is believed for as long as it may be, and no change for as long as it must be.
    [{ last_sim_swap_date: null, swapped_period: 'PT90M', swapped_in_period: true }, { simChangedWithinH: 2 }],
    [{ last_sim_swap_date: null, swapped_period: 'PT90M', swapped_in_period: false }, { simUnchangedForH: 1 }],
  ])('reads a change of SIM %j', async (last, expected) => {
    const { source } = await openLookup(swap(last))
    expect((await hear(source)).facts).toEqual({ ...expected, reasons: [] })
  })

  it('calls a kind of line that it does not know unknown, and a number that cannot be one a reason', async () => {
    const { source } = await openLookup({ valid: false, line_type_intelligence: { type: 'holographic' } })
    expect((await hear(source)).facts).toEqual({ lineType: 'unknown', reasons: ['number_not_valid'] })
  })

  it.each([
    ['all packages are null', {}],
    ['the carrier does not take part', swap(null)],
    // Such a package can carry numbers all the same.
    ['a package failed', swap({ swapped_period: 'PT72H', swapped_in_period: false }, 60_620)],
    ['members are missing', { sim_swap: {}, call_forwarding: {}, sms_pumping_risk: {}, line_type_intelligence: {} }],
  ])('is unknown where %s, never harmless', async (_name, answer) => {
    const { source } = await openLookup(answer)
    const { facts, said } = await hear(source)
    expect(said).toMatchObject({ answer: 'unknown', why: 'not_known' })
    expect(facts).toEqual({ reasons: [] })
  })

  it.each([
    { phone_number: null },
    { phone_number: 5511987654321 },
    { valid: 'yes' },
    { call_forwarding: { call_forwarding_enabled: 'no' } },
    { line_type_intelligence: { type: 7 } },
    { sms_pumping_risk: { sms_pumping_risk_score: -1 } },
    { sms_pumping_risk: { sms_pumping_risk_score: 1e9 } },
    { sms_pumping_risk: { sms_pumping_risk_score: '3' } },
    swap({ swapped_period: 'PT72H', swapped_in_period: 'false' }),
    swap({ swapped_period: 'a while', swapped_in_period: false }),
    swap({ swapped_period: 'P1M', swapped_in_period: true }),
    swap({ swapped_in_period: false }),
    swap({ last_sim_swap_date: '05/11/2020', swapped_period: 'PT72H', swapped_in_period: false }),
    swap({ last_sim_swap_date: '9999-01-01T00:00:00Z', swapped_period: 'PT72H', swapped_in_period: false }),
    swap({ last_sim_swap_date: 1604609529, swapped_period: 'PT72H', swapped_in_period: false }),
  ])('is unknown when it answers %j', async (answer) => {
    const { source } = await openLookup(answer)
    expect((await hear(source)).said).toMatchObject({ answer: 'unknown', why: 'odd_answer' })
  })

  it('is not believed about another number, and that shuts it for nobody', async () => {
    const { source } = await openLookup({
      phone_number: '+5511987654322',
      call_forwarding: { call_forwarding_enabled: false },
    })
    await expect(source.ask(questionOf(), new AbortController().signal)).rejects.toMatchObject({
      why: 'wrong_number',
      isOutage: false,
    })
  })

  it.each([undefined, '', '11987654321', '+', '+55 11 98765-4321', '+5511987654321/../x', '+0'])(
    'is not asked about %j',
    async (odd) => {
      const { peer, source } = await openLookup({})
      expect((await hear(source, questionOf({ phone: odd }))).said).toMatchObject({ why: 'not_asked' })
      expect(peer.taken).toEqual([])
    },
  )

  itIsUnknownOfFaults(async (reply) => (await openLookup(reply)).source, { at: sourceAt })
})

describe('Twilio Lookup as its own description has it', () => {
  const spec = JSON.parse(readFileSync(new URL('../contract/openapi/twilio_lookups_v2.json', import.meta.url), 'utf8'))
  const { examples } = spec.paths['/v2/PhoneNumbers/{PhoneNumber}'].get.responses['200'].content['application/json']
  const expected: Record<string, object> = {
    fetchInvalid: { reasons: ['number_not_valid'] },
    fetchSimSwap: { simChangedAt: Date.parse('2020-04-27T10:18:50Z'), simChangedWithinH: 48, reasons: [] },
    fetchSimSwapWithoutLastSimSwapDate: { simChangedWithinH: 24, reasons: [] },
    fetchSimSwapWithFalseSwapped: { simUnchangedForH: 24, reasons: [] },
    fetchCallForwarding: { callForwarding: true, reasons: [] },
    fetchSimSwapAndCallForwarding: {
      simChangedAt: Date.parse('2020-11-05T20:52:09Z'),
      simChangedWithinH: 24,
      callForwarding: true,
      reasons: [],
    },
    fetchLineTypeIntelligence: { lineType: 'nonFixedVoip', reasons: [] },
    fetchSmsPumpingRisk: { pumpingScore: 61, reasons: [] },
    fetchSmsPumpingRiskWithPartnerSubId: { pumpingScore: 61, reasons: [] },
  }

  it.each(Object.keys(examples))('is understood: %s', async (name) => {
    const { value } = examples[name]
    const { source } = await openLookup(value)
    const { facts, said } = await hear(source, questionOf({ phone: value.phone_number }))
    expect(facts).toEqual(expected[name] ?? { reasons: [] })
    expect(said?.answer).toBe(expected[name] ? 'facts' : 'unknown')
  })

  it('has an example of all that is read', () => {
    expect(Object.keys(examples)).toEqual(expect.arrayContaining(Object.keys(expected)))
  })
})
