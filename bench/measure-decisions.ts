import { defaultCuts } from '../src/guard/buckets/scopes.ts'
import { builtInPrices } from '../src/guard/prices.ts'
import { createSendGuard, type SendGuard, type SendRequest } from '../src/guard/send-guard.ts'
import { systemClock } from '../src/lib/clock.ts'
import { parsePhone } from '../src/lib/e164.ts'
import { createKeyRing } from '../src/lib/keyring.ts'
import { systemRandom } from '../src/lib/random.ts'
import type { Db } from '../src/store/db.ts'
import { openDb } from '../src/store/open.ts'

/** What one decision of the guard costs on a store, noted in the records. */
export interface DecisionsMeasure {
  /** Medians alone, in milliseconds: of an empty statement, and of a decision. */
  emptyMs: number
  aloneMs: number
  /** Decisions a second with eight and with 64 that ask at once: over many countries, and all of one. */
  spread8: number
  hot8: number
  spread64: number
  hot64: number
}

const countries = [
  ['+5511', 9],
  ['+5521', 9],
  ['+3519', 8],
  ['+5491', 9],
  ['+521', 9],
] as const
const aloneTimes = 600

/** Measures on the store that the environment names, and tells the starting process. Nothing is refused: the bases are out of reach. */
export async function measureDecisions(): Promise<void> {
  const { AVAL_DATABASE_URL: url, BENCH_DIR: folder = '.', BENCH_MS: ms = '1500' } = process.env
  const db = await openDb(url ? { url } : { file: `${folder}/decisions.db` }, () => {})
  const guard = guardOver(db)
  let asked = 0
  const decide = async (isHot: boolean) => {
    const request = requestOf(asked++, isHot)
    const decision = await guard.maySend(request)
    if (decision.action !== 'allow') throw new Error(`a decision of the bench was ${decision.action}`)
    guard.note(request, decision, `bench-${asked}`)
  }
  const rate = async (clients: number, isHot: boolean) => {
    const until = performance.now() + Number(ms)
    const from = asked
    const begun = performance.now()
    await Promise.all(
      Array.from({ length: clients }, async () => {
        while (performance.now() < until) await decide(isHot)
      }),
    )
    return ((asked - from) * 1000) / (performance.now() - begun)
  }
  await rate(16, true)
  const measure: DecisionsMeasure = {
    emptyMs: await median(() => db.ping()),
    aloneMs: await median(() => decide(true)),
    spread8: await rate(8, false),
    hot8: await rate(8, true),
    spread64: await rate(64, false),
    hot64: await rate(64, true),
  }
  await guard.flush()
  await db.close()
  process.send?.(measure, () => process.exit(0))
}

function guardOver(db: Db): SendGuard {
  const outOfReach = { homeBaseUsd: 1e9, countryBaseUsd: 1e9, abroadBaseUsd: 1e9, growthBaseUsd: 1e9 }
  return createSendGuard({
    db,
    keys: createKeyRing([{ id: 'k1', root: Buffer.alloc(32, 1) }]),
    random: systemRandom(),
    clock: systemClock(),
    log: { warn() {} },
    rules: {
      mode: 'enforce',
      countries: '*',
      buckets: 'enforce',
      home: 'BR',
      prices: builtInPrices,
      cuts: { ...defaultCuts, ...outOfReach },
    },
  })
}

/** A number and an address of their own, so that no narrow bucket is ever empty. */
function requestOf(n: number, isHot: boolean): SendRequest {
  const [prefix, digits] = countries[isHot ? 0 : n % countries.length] ?? countries[0]
  const to = `${prefix}${String((n * 10_007) % 10 ** (digits - 1)).padStart(digits, '9')}`
  const ip = `${1 + (n % 99)}.${(n >> 8) % 250}.${(n * 7) % 250}.9`
  return { door: 'verify', account: 'bench', to, phone: parsePhone(to), channel: 'sms', ip }
}

async function median(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < aloneTimes; i++) {
    const from = performance.now()
    await run()
    times.push(performance.now() - from)
  }
  return times.sort((a, b) => a - b)[aloneTimes >> 1] ?? Number.NaN
}
