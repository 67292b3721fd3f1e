import { describe, expect, it } from 'vitest'
import { askSources } from '../../src/guard/sources/ask-sources.ts'
import { configuredSources } from '../../src/guard/sources/configured-sources.ts'
import { mergeFacts } from '../../src/guard/sources/merge-facts.ts'
import { createMinfraud } from '../../src/guard/sources/minfraud.ts'
import { resilientSource } from '../../src/guard/sources/resilient-source.ts'
import { type FraudFacts, type FraudSource, SourceFault } from '../../src/guard/sources/source.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { Secret } from '../../src/lib/secret.ts'
import { carrierLog } from '../support/carrier-log.ts'
import { openPeer, sendJson } from '../support/peer.ts'
import { canaries, questionOf, type Reply } from './support.ts'

const clock = systemClock()
const at = 1_700_000_000_000

/** minFraud over a real socket, its answers changeable while it runs. */
async function openSource(first: Reply) {
  let reply = first
  const peer = await openPeer((taken, response) => reply(response, taken))
  const source = createMinfraud({
    accountId: '1',
    licenseKey: new Secret('license-canary'),
    service: 'score',
    baseUrl: peer.url,
  })
  return { peer, source, replyBy: (next: Reply) => (reply = next) }
}

const score =
  (riskScore: number): Reply =>
  (response) =>
    sendJson(response, 200, { risk_score: riskScore })
const down: Reply = (response) => sendJson(response, 500, {})

describe('several sources', () => {
  it('are asked at once, and a slow one hinders no other', async () => {
    const [quick, slow, odd, other] = await Promise.all([
      openSource(score(20)),
      openSource(() => {}),
      openSource((response) => response.end('<html>')),
      openSource(score(70)),
    ])
    const sources = [quick, slow, odd, other].map(({ source }) => source)
    const { facts, said } = await askSources(sources, questionOf(), { clock, budgetMs: 3000 })
    expect(facts).toEqual({ probability: 0.7, reasons: [] })
    expect(said.map(({ answer, why }) => why ?? answer)).toEqual(['facts', 'timeout', 'odd_answer', 'facts'])
    expect(said[1]?.ms).toBeGreaterThanOrEqual(2_990)
    expect(said[0]?.ms).toBeLessThan(2_990)
  })

  it('are waited for 800 ms where nothing else is said', async () => {
    const { source } = await openSource(() => {})
    const { said } = await askSources([source, source], questionOf(), { clock })
    for (const { ms, why } of said) {
      expect(why).toBe('timeout')
      expect(ms).toBeGreaterThanOrEqual(790)
      expect(ms).toBeLessThan(5_000)
    }
  })

  it('that break every promise are unknown, and nothing is thrown', async () => {
    const named = (name: string, ask: FraudSource['ask'], more: Partial<FraudSource> = {}) => ({ name, ask, ...more })
    const quoting = new Error(`${questionOf().phone} ${questionOf().email}`)
    const sources = [
      named('throws', () => {
        throw quoting
      }),
      named('rejects', async () => Promise.reject(quoting)),
      named('rejects with nothing', async () => Promise.reject(undefined)),
      named('never ends and hears no signal', () => new Promise(() => {})),
      named('cannot tell', async () => ({ reasons: [] }), {
        canAnswer: () => {
          throw quoting
        },
      }),
      named('knows nothing', async () => 'unknown'),
      named('has no reasons', async () => ({}) as FraudFacts),
    ]
    const { facts, said } = await askSources(sources, questionOf(), { clock, budgetMs: 100 })
    expect(facts).toEqual({ reasons: [] })
    expect(said.map(({ why }) => why)).toEqual([
      'odd_answer',
      'odd_answer',
      'odd_answer',
      'timeout',
      'odd_answer',
      'not_known',
      'odd_answer',
    ])
    expect(JSON.stringify(said)).not.toMatch(canaries)
  })

  it('that are none say nothing', async () => {
    expect(await askSources([], questionOf(), { clock })).toEqual({ facts: { reasons: [] }, said: [] })
  })

  it('have at most twenty reasons each', async () => {
    const source: FraudSource = {
      name: 'many',
      ask: async () => ({ reasons: Array.from({ length: 99 }, (_, n) => String(n)) }),
    }
    expect((await askSources([source], questionOf(), { clock })).facts.reasons).toHaveLength(20)
  })
})

describe('where sources differ, the strictest counts', () => {
  const merged = (...all: Partial<FraudFacts>[]) =>
    mergeFacts(
      all.map((one) => ({ reasons: [], ...one })),
      at,
    )
  const hours = (n: number) => at - n * 3_600_000

  it.each<[Partial<FraudFacts>[], Partial<FraudFacts>]>([
    [[{ action: 'allow' }, { action: 'block' }, { action: 'review' }], { action: 'block' }],
    [[{ action: 'review' }, { action: 'allow' }], { action: 'review' }],
    [[{ action: 'allow' }, {}], { action: 'allow' }],
    [[{ probability: 0.1 }, { probability: 0.9 }, { probability: 0 }], { probability: 0.9 }],
    [[{ pumpingScore: 0 }, { pumpingScore: 61 }], { pumpingScore: 61 }],
    [[{ callForwarding: true }, { callForwarding: false }], { callForwarding: true }],
    [[{ callForwarding: false }, {}], { callForwarding: false }],
    [[{ numberVerified: true }, { numberVerified: false }], { numberVerified: false }],
    [[{ lineType: 'mobile' }, { lineType: 'nonFixedVoip' }, { lineType: 'landline' }], { lineType: 'nonFixedVoip' }],
    [[{ lineType: 'unknown' }, { lineType: 'mobile' }], { lineType: 'unknown' }],
    [[{ simChangedAt: hours(900) }, { simChangedAt: hours(2) }], { simChangedAt: hours(2) }],
    [[{ simChangedWithinH: 240 }, { simChangedWithinH: 72 }], { simChangedWithinH: 72 }],
    [[{ simUnchangedForH: 240 }, { simUnchangedForH: 72 }], { simUnchangedForH: 72 }],
    // Both can be true: it was changed between 72 and 240 hours ago.
    [[{ simUnchangedForH: 72 }, { simChangedWithinH: 240 }], { simUnchangedForH: 72, simChangedWithinH: 240 }],
    [[{ simUnchangedForH: 72 }, { simChangedAt: hours(73) }], { simUnchangedForH: 72, simChangedAt: hours(73) }],
    // Not both: somebody saw a change.
    [[{ simUnchangedForH: 72 }, { simChangedWithinH: 72 }], { simChangedWithinH: 72 }],
    [[{ simUnchangedForH: 240 }, { simChangedWithinH: 72 }], { simChangedWithinH: 72 }],
    [[{ simUnchangedForH: 72 }, { simChangedAt: hours(2) }], { simChangedAt: hours(2) }],
    [[{ simUnchangedForH: 72, simChangedAt: hours(2) }], { simChangedAt: hours(2) }],
    [[{ reasons: ['a', 'b'] }, { reasons: ['b', 'c'] }], { reasons: ['a', 'b', 'c'] }],
    [[], {}],
  ])('%j', (all, expected) => {
    expect(merged(...all)).toEqual({ reasons: [], ...expected })
    expect(merged(...all.toReversed())).toMatchObject({
      ...expected,
      ...(expected.reasons ? { reasons: expect.any(Array) } : {}),
    })
  })
})

describe('a breaker', () => {
  const ask = async (source: FraudSource, changes = {}) => {
    const { said } = await askSources([source], questionOf(changes), { clock, budgetMs: 5000 })
    return said[0]?.why ?? 'facts'
  }
  async function open({ restMs = 60_000 } = {}) {
    const log = carrierLog()
    const { source, ...rest } = await openSource(down)
    return { ...rest, log, source: resilientSource(source, log, { restMs }) }
  }

  it('opens after five faults in a row, and then nothing is asked', async () => {
    const { peer, source, log } = await open()
    for (let n = 0; n < 5; n++) expect(await ask(source)).toBe('status_500')
    expect(await ask(source)).toBe('breaker_open')
    expect(peer.taken).toHaveLength(5)
    expect(log.lines).toHaveLength(5)
    expect(JSON.parse(log.lines[0] ?? '')).toEqual({
      source: 'minfraud',
      why: 'status_500',
      message: 'a fraud source gave no facts',
    })
  })

  it('closes when the source is well again, and stays open while it is not', async () => {
    const { peer, source, replyBy } = await open({ restMs: 50 })
    for (let n = 0; n < 5; n++) await ask(source)
    await expect.poll(() => ask(source), { interval: 10 }).toBe('status_500')
    expect(await ask(source)).toBe('breaker_open')
    replyBy(score(20))
    await expect.poll(() => ask(source), { interval: 10 }).toBe('facts')
    const asked = peer.taken.length
    for (let n = 0; n < 4; n++) expect(await ask(source)).toBe('facts')
    expect(peer.taken).toHaveLength(asked + 4)
  })

  it('is not opened by questions that are refused, nor kept closed by those that are not asked', async () => {
    const { source, replyBy } = await open()
    replyBy((response) => sendJson(response, 400, { code: 'IP_ADDRESS_RESERVED' }))
    for (let n = 0; n < 9; n++) expect(await ask(source)).toBe('status_400')
    replyBy(down)
    for (let n = 0; n < 5; n++) {
      expect(await ask(source)).toBe('status_500')
      expect(await ask(source, { ip: undefined, email: undefined })).toBe('not_asked')
      expect(await source.ask(questionOf({ ip: undefined, email: undefined }), AbortSignal.timeout(1000))).toBe(
        'unknown',
      )
    }
    expect(await ask(source)).toBe('breaker_open')
  })

  it('opens for one that is too slow, and its rest costs nobody time', async () => {
    const { source, replyBy } = await open()
    replyBy(() => {})
    const slowly = () => askSources([source], questionOf(), { clock, budgetMs: 50 })
    for (let n = 0; n < 5; n++) expect((await slowly()).said[0]?.why).toBe('timeout')
    await expect.poll(() => ask(source), { interval: 10 }).toBe('breaker_open')
  })

  it('that tries whether the source is well again keeps nobody waiting, and holds no wait against it', async () => {
    const { source, peer, replyBy } = await open({ restMs: 50 })
    for (let n = 0; n < 5; n++) await ask(source)
    let answer = () => {}
    replyBy((response, taken) => {
      answer = () => score(20)(response, taken)
    })
    const asked: Promise<unknown>[] = []
    const patiently = () => asked.push(source.ask(questionOf(), AbortSignal.timeout(10_000)).catch(() => 'fault'))
    await expect.poll(() => patiently() && peer.taken.length, { interval: 60 }).toBe(6)
    const inAHurry = Array.from({ length: 6 }, () => source.ask(questionOf(), AbortSignal.timeout(100)))
    for (const one of await Promise.allSettled(inAHurry)) expect(one).toMatchObject({ reason: { why: 'timeout' } })
    expect(peer.taken).toHaveLength(6)
    replyBy(score(20))
    answer()
    expect(await Promise.all(asked)).toContainEqual({ probability: 0.2, reasons: [] })
    expect(await ask(source)).toBe('facts')
  })

  it('is each source’s own', async () => {
    const [bad, good] = [await open(), await openSource(score(20))]
    for (let n = 0; n < 5; n++) await ask(bad.source)
    const { said } = await askSources([bad.source, good.source], questionOf(), { clock })
    expect(said.map(({ answer, why }) => why ?? answer)).toEqual(['breaker_open', 'facts'])
  })
})

describe('the sources that settings choose', () => {
  const deps = { clock, random: systemRandom(), log: carrierLog() }

  it('are none, or each with its breaker', async () => {
    expect(configuredSources({}, deps)).toEqual([])
    const { peer } = await openSource(down)
    const all = configuredSources(
      {
        twilioLookup: {
          accountSid: `AC${'0'.repeat(32)}`,
          authToken: new Secret('x'),
          packages: ['sim_swap'],
          baseUrl: peer.url,
        },
        minfraud: { accountId: '1', licenseKey: new Secret('x'), service: 'insights', baseUrl: peer.url },
        camaraSimSwap: {
          baseUrl: peer.url,
          ask: 'check',
          maxAgeH: 72,
          client: { tokenUrl: peer.url, clientId: 'x', scope: 'x', credential: { clientSecret: new Secret('x') } },
        },
        camaraNumberVerification: { baseUrl: peer.url },
        signedHook: { url: peer.url, secret: new Secret(`whsec_${Buffer.alloc(32, 7).toString('base64')}`) },
      },
      deps,
    )
    const names = ['twilio_lookup', 'minfraud', 'camara_sim_swap', 'camara_number_verification', 'signed_hook']
    expect(all.map(({ name }) => name)).toEqual(names)
    for (let n = 0; n < 5; n++) await askSources(all, questionOf(), { clock, budgetMs: 5000 })
    const { said } = await askSources(all, questionOf(), { clock, budgetMs: 5000 })
    expect(said.map(({ why }) => why)).toEqual(names.map(() => 'breaker_open'))
  })

  it('have faults that say a code and no more', () => {
    expect(new SourceFault('timeout').message).toBe('a fraud source gave no facts: timeout')
  })
})
