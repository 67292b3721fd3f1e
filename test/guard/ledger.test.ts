import fc from 'fast-check'
import { expect, it } from 'vitest'
import { conditionsOf } from '../../src/guard/buckets/conditions.ts'
import type { AskerClass, Draw, Taken } from '../../src/guard/buckets/draw.ts'
import { createLedger } from '../../src/guard/buckets/ledger.ts'
import { createMemoryLedger } from '../../src/guard/buckets/memory-ledger.ts'
import { defaultCuts, drawsFor, type Message } from '../../src/guard/buckets/scopes.ts'
import { insertDecisions } from '../../src/store/guard-decisions.ts'
import { describeStores } from '../support/stores.ts'

const start = 1_800_000_000_000

const message = fc.record({
  country: fc.constantFrom('BR', 'AO', 'GH'),
  number: fc.integer({ min: 0, max: 5 }),
  source: fc.option(fc.integer({ min: 0, max: 3 })),
  family: fc.constantFrom('sms', 'call', 'free') as fc.Arbitrary<Message['family']>,
  asker: fc.constantFrom(0, 0, 0, 1, 2) as fc.Arbitrary<AskerClass>,
  wait: fc.constantFrom(0, 1, 900, 30_000, 3_600_000, 86_400_000, -5_000),
  entered: fc.boolean(),
})

type Step = typeof message extends fc.Arbitrary<infer T> ? T : never

function messageOf({ country, number, source, family }: Step): Message {
  return {
    family,
    price: country === 'BR' ? 0.05 : 0.3,
    country,
    isHome: country === 'BR',
    recipient: { key: `${country}${number}`, label: 'n' },
    block: { key: `${country}${number % 2}`, label: 'b' },
    source: source === null ? undefined : { ip: { key: `i${source}`, label: 'i' }, net: { key: 'n', label: 'n' } },
  }
}

describeStores('the ledger of the guard', (openStore) => {
  it('decides in the store as it does in memory, whatever comes when', async () => {
    const { db } = await openStore()
    const ledger = createLedger(db)
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 5, maxLength: 40 }), async (steps) => {
        const memory = createMemoryLedger()
        const prefix = `r${run++}`
        let at = start
        for (const [i, step] of steps.entries()) {
          at += step.wait
          const fair = { normal: 0.8, incident: 1, usualDay: 20 }
          const here = step.number > 3 ? conditionsOf(undefined, undefined) : fair
          // What operators set may change between two messages.
          const cuts = { ...defaultCuts, homeBaseUsd: i % 3 === 0 ? 12 : 10, countryBaseUsd: 2 - (i % 4) * 0.5 }
          const draws = drawsFor(messageOf(step), cuts, here, fair).map((draw) => ({
            ...draw,
            key: `${prefix}|${draw.key}`,
          }))
          const inStore = await ledger.take(step.asker, draws, at)
          const inMemory = memory.take(step.asker, draws, at)
          expect(seen(inStore, draws)).toEqual(seen(inMemory, draws))
          if (!inMemory.taken) continue
          const charges = draws.flatMap(({ key, cost, pay }, n) =>
            inMemory.draws[n]?.used ? [{ key, cost, pay }] : [],
          )
          const ref = `${prefix}-${i}`
          await db.write(insertDecisions(db.dialect, JSON.stringify([decision(ref, at, JSON.stringify(charges))])))
          if (!step.entered) continue
          memory.enter(charges, 0.05, at + 10_000)
          // What was paid back once is not paid back again.
          await ledger.enter([{ ref, known: [], at: at + 10_000 }])
          await ledger.enter([{ ref, known: [], at: at + 11_000 }])
        }
      }),
      { numRuns: 30 },
    )
  })

  it('answers what is asked at one moment as if it were asked one after the other', async () => {
    const { db } = await openStore()
    const ledger = createLedger(db)
    let run = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(message, { minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 5 }),
        async (moments) => {
          const memory = createMemoryLedger()
          const prefix = `m${run++}`
          let at = start
          for (const steps of moments) {
            at += 60_000
            const asks = steps.map((step, i) => ({
              asker: step.asker,
              at: at + (i % 3) * 1000,
              draws: drawsFor(
                messageOf(step),
                defaultCuts,
                conditionsOf(undefined, undefined),
                conditionsOf(undefined, undefined),
              ).map((draw) => ({
                ...draw,
                key: `${prefix}|${draw.key}`,
              })),
            }))
            const inStore = await Promise.all(asks.map((ask) => ledger.take(ask.asker, ask.draws, ask.at)))
            for (const [i, { asker, draws, at }] of asks.entries())
              expect(seen(inStore[i] as Taken, draws)).toEqual(seen(memory.take(asker, draws, at), draws))
          }
        },
      ),
      { numRuns: 30 },
    )
  })

  it('gives one burst that is split over two nodes no more than one node would', async () => {
    const store = await openStore()
    const nodes = [createLedger(store.db), createLedger(await store.another())]
    const draws = drawsFor(
      messageOf({ country: 'AO', number: 1, source: null, family: 'sms', asker: 0, wait: 0, entered: false }),
      defaultCuts,
      conditionsOf(undefined, undefined),
      conditionsOf(undefined, undefined),
    )
    const takes = await Promise.all(Array.from({ length: 40 }, (_, i) => nodes[i % 2]?.take(0, draws, start)))
    // A number that never proved itself has five messages.
    expect(takes.filter((one) => one?.taken)).toHaveLength(5)
  })

  it('knows who entered a code before, and from which device', async () => {
    const { db } = await openStore()
    const ledger = createLedger(db)
    const draws: Draw[] = []
    const ask = async (device?: string) => (await ledger.take({ number: 'n', device }, draws, start)).asker
    expect([await ask(), await ask('d')]).toEqual([0, 0])
    await ledger.enter([{ ref: 'nothing', known: ['n'], at: start }])
    expect([await ask(), await ask('d')]).toEqual([2, 1])
    await ledger.enter([{ ref: 'nothing', known: ['n', 'd'], at: start }])
    expect([await ask(), await ask('d'), await ask('e')]).toEqual([2, 2, 1])
  })
})

/** What counts of an answer: the buckets that were used. */
function seen({ asker, taken, draws }: Taken, given: readonly Draw[]) {
  const used = draws.flatMap(({ used, refused, bucket }, i) =>
    used ? [{ scope: given[i]?.scope, refused, ...Object.fromEntries(Object.entries(bucket).map(rounded)) }] : [],
  )
  return { asker, taken, used }
}

function rounded([name, value]: [string, number]): [string, number] {
  return [name, Math.round(value * 1e6) / 1e6 + 0]
}

function decision(ref: string, at: number, charged: string) {
  return {
    id: `dec_${ref}`,
    at,
    door: 'verify' as const,
    ref,
    channel: 'sms',
    country: 'BR',
    recipient: '',
    address: '',
    asker: 0,
    action: 'allow',
    enforced: 1,
    price_micros: 50_000,
    reasons: '[]',
    charged,
    key_id: 'k1',
    trace_sealed: null,
  }
}
