import { join } from 'node:path'
import { defaultCuts } from '../src/guard/buckets/scopes.ts'
import { builtInPrices } from '../src/guard/prices.ts'
import { createSendGuard, type SendGuard } from '../src/guard/send-guard.ts'
import { systemClock } from '../src/lib/clock.ts'
import type { Phone } from '../src/lib/e164.ts'
import { createKeyRing } from '../src/lib/keyring.ts'
import { systemRandom } from '../src/lib/random.ts'
import { openDb } from '../src/store/open.ts'

/** What the guard's decisions cost, without a server around them. */
export interface Decisions {
  store: 'sqlite' | 'postgres'
  /** The median of one after another, in milliseconds; and of the empty statement. */
  aloneMs: number
  emptyMs: number
  /** A second, by eight who each wait for their answer: over many countries, all in one other country, and the empty statement. */
  many: number
  hot: number
  empty: number
  /** Processor time of this process for one decision of many countries, in milliseconds. */
  cpuMs: number
}

const clients = 8
const measureMs = 1500
const warmUpMs = 500
const countries = [
  'BR',
  'PT',
  'AR',
  'US',
  'MX',
  'CL',
  'CO',
  'ES',
  'FR',
  'DE',
  'IT',
  'GB',
  'AO',
  'MZ',
  'JP',
  'IN',
] as const

/** Measures a guard over the store that the environment names, and tells the starting process. */
export async function measureDecisions(): Promise<void> {
  const url = process.env.AVAL_DATABASE_URL
  const db = await openDb(url ? { url } : { file: join(process.env.AVAL_DATA_DIR ?? '', 'aval.db') })
  const ample = 1e9
  const guard = createSendGuard({
    db,
    keys: createKeyRing([{ id: 'k1', root: Buffer.alloc(32, 1) }]),
    random: systemRandom(),
    clock: systemClock(),
    log: console,
    rules: {
      mode: 'enforce',
      countries: '*',
      buckets: 'enforce',
      home: 'BR',
      prices: builtInPrices,
      // What is refused is written nowhere, and would flatter.
      cuts: { ...defaultCuts, homeBaseUsd: ample, abroadBaseUsd: ample, countryBaseUsd: ample, growthBaseUsd: ample },
    },
  })
  let asked = 0
  const over = (from: readonly Phone['country'][]) => () => decide(guard, asked++, from)
  const empty = () => db.ping()
  const many = over(countries)
  const hot = over(['AO'])
  await askFor(many, clients, warmUpMs)
  await askFor(hot, clients, warmUpMs)
  await askFor(empty, clients, warmUpMs)
  const aloneMs = await medianOf(many)
  const emptyMs = await medianOf(empty)
  const before = process.cpuUsage()
  const manyASecond = await askFor(many, clients, measureMs)
  const { user, system } = process.cpuUsage(before)
  const found: Decisions = {
    store: db.dialect,
    aloneMs,
    emptyMs,
    many: manyASecond,
    cpuMs: (user + system) / manyASecond / measureMs,
    hot: await askFor(hot, clients, measureMs),
    empty: await askFor(empty, clients, measureMs),
  }
  await guard.flush()
  await db.close()
  process.send?.(found, () => process.exit(0))
}

async function decide(guard: SendGuard, n: number, from: readonly Phone['country'][]): Promise<void> {
  // Spread over blocks and networks, as honest people are: both primes go once around before a number comes again.
  const number = String((n * 6_700_417) % 1_000_000_000).padStart(9, '0')
  const network = (n * 7919) % 16_777_216
  const to = `+55119${number}`
  const phone: Phone = { e164: to, country: from[n % from.length], type: 'MOBILE' }
  const ip = `11.${network >> 16}.${(network >> 8) & 255}.${network & 255}`
  const request = { door: 'verify', account: 'AC1', to, phone, channel: 'sms', ip } as const
  const decision = await guard.maySend(request)
  if (decision.action !== 'allow') throw new Error(`the ${n}th message was not allowed`)
  guard.note(request, decision, `VE${n}`)
}

/** Times a second that `clients` were answered, each asking again as soon as he was. */
async function askFor(ask: () => Promise<void>, clients: number, ms: number): Promise<number> {
  const until = performance.now() + ms
  let answered = 0
  async function client(): Promise<void> {
    while (performance.now() < until) {
      await ask()
      answered++
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return (answered * 1000) / ms
}

async function medianOf(ask: () => Promise<void>): Promise<number> {
  const times: number[] = []
  const until = performance.now() + measureMs
  while (performance.now() < until) {
    const from = performance.now()
    await ask()
    times.push(performance.now() - from)
    // As somebody who comes alone: what was noted of the one before is written by then.
    await new Promise((next) => setTimeout(next, 2))
  }
  return times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN
}
