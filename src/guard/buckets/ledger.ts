import type { Instant } from '../../lib/clock.ts'
import { all, type Db, type Unit } from '../../store/db.ts'
import {
  type BucketRow,
  enterInPostgres,
  findBucket,
  findBuckets,
  findKnown,
  giveBack,
  putBucket,
  putKnown,
  repayInPostgres,
  type TakeLists,
  type TakenRow,
  takeInPostgres,
} from '../../store/guard-buckets.ts'
import { enterDecision } from '../../store/guard-decisions.ts'
import { type Bucket, type BucketRule, repaid, settled, unused } from './bucket.ts'
import { type AskerClass, type Draw, type Drawn, judge, type Taken } from './draw.ts'
import { createTurns } from './turns.ts'

/** Who asks: known already, or by the keys that say it. */
export type Asker = AskerClass | { number: string; device: string | undefined }

/** What is paid back for a message whose code was entered. */
export interface Charge {
  key: string
  cost: number
  pay: number
}

/** A code that was entered. */
export interface Entry {
  ref: string
  known: readonly string[]
  at: Instant
}

/** Where the buckets are. Every call is one step: of two that meet at a bucket, one sees what the other took. */
export interface Ledger {
  /** Takes from all buckets, or from none. */
  take(asker: Asker, draws: readonly Draw[], at: Instant): Promise<Taken>
  /** Takes charges back, of a message that was not sent after all. */
  giveBack(charges: readonly Charge[]): Promise<void>
  /** Pays back charges, for a message that cost `usd`. */
  repay(charges: readonly Charge[], usd: number, at: Instant): Promise<void>
  /** Who asks, without taking anything. */
  classOf(asker: Exclude<Asker, AskerClass>): Promise<AskerClass>
  /** The bucket of a draw as it is at `at`. */
  read(draw: Draw, at: Instant): Promise<Bucket>
  /** Pays back what the last message of each `ref` took, once, and remembers the keys as known. */
  enter(entries: readonly Entry[]): Promise<void>
}

/** A take as it waits for its turn. */
interface Ask {
  asker: Asker
  draws: readonly Draw[]
  at: Instant
}

/**
 * The ledger in the store: all nodes decide as one, and a restart forgets nothing. What is asked at the same moment goes there together, one
 * after the other in one step, so that a bucket that everybody takes from is locked and written once for all of them.
 */
export function createLedger(db: Db): Ledger {
  const { takeAll, enterAll, repay } = db.dialect === 'postgres' ? inPostgres(db) : inSqlite(db)
  const takes = createTurns(takeAll)
  const reads = createTurns((keys: string[]) => readAll(db, keys))
  return {
    take: (asker, draws, at) => takes({ asker, draws, at }),
    enter: enterAll,
    repay,
    classOf: async (asker) => classOf(asker, await db.read(findKnown(asker.number, asker.device ?? null))),
    giveBack: (charges) =>
      db.quick(function* () {
        // In one order, as everybody who works on buckets.
        for (const { key, cost } of charges.toSorted((a, b) => (a.key < b.key ? -1 : 1)))
          yield* all(giveBack(key, cost))
      }),
    async read({ key, rule }, at) {
      const row = await reads(key)
      return settled(row ?? unused(rule, at), rule, at)
    },
  }
}

async function readAll(db: Db, keys: readonly string[]): Promise<(BucketRow | undefined)[]> {
  const rows = await db.read(findBuckets(db.dialect, JSON.stringify(keys)))
  const byKey = new Map(rows.map((row) => [row.key, row]))
  return keys.map((key) => byKey.get(key))
}

interface Steps {
  takeAll(asks: readonly Ask[]): Promise<Taken[]>
  enterAll(entries: readonly Entry[]): Promise<void>
  repay: Ledger['repay']
}

/** Functions in the database: one round trip. They do what `judge` and `bucket.ts` do. */
function inPostgres(db: Db): Steps {
  return {
    async takeAll(asks) {
      const [row] = await db.write(takeInPostgres(takeLists(asks)))
      if (!row) throw new Error('guard_take_all gave no row')
      let first = 0
      return asks.map(({ draws, at }, n) => {
        const taken: Taken = {
          asker: row.askers[n] as AskerClass,
          taken: row.takens[n] === true,
          draws: draws.map(({ rule }, i) => drawnAt(row, first + i, rule, at)),
        }
        first += draws.length
        return taken
      })
    },
    async repay(charges, usd, at) {
      await db.write(repayInPostgres(at, JSON.stringify(charges), usd))
    },
    async enterAll(entries) {
      const at = Math.max(...entries.map((entry) => entry.at))
      const known = [...new Set(entries.flatMap((entry) => entry.known))]
      const refs = [...new Set(entries.map(({ ref }) => ref))]
      await db.write(enterInPostgres(at, list(refs), list(known)))
    },
  }
}

function drawnAt(row: TakenRow, i: number, { base }: BucketRule, at: Instant): Drawn {
  return {
    used: row.used[i] === true,
    refused: row.refused[i] === true,
    bucket: {
      base,
      balance: row.balances[i] ?? base,
      sent: row.sents[i] ?? 0,
      entered: row.entereds[i] ?? 0,
      spent: row.spents[i] ?? 0,
      pending: row.pendings[i] ?? 0,
      at: Number(row.ats[i] ?? at),
    },
  }
}

const conditionNumbers = { unless: 1, only: 2, without: 3 }

/** The asks as the lists that the function takes: each bucket is named once, and the draws say which is theirs. */
function takeLists(asks: readonly Ask[]): TakeLists {
  const buckets = new Map<string, { place: number; draw: Draw }>()
  const places: number[] = []
  const numbers: number[] = []
  for (const { draws } of asks) {
    for (const draw of draws) {
      const { key, rule, cost, classes, effect, when, vouchesFrom } = draw
      const bucket = buckets.get(key) ?? { place: buckets.size + 1, draw }
      buckets.set(key, bucket)
      places.push(bucket.place)
      numbers.push(rule.base, rule.cap, rule.refillMs, rule.fadeMs, rule.memoryMs, cost, classes)
      numbers.push(effect === 'refuse' ? 1 : 0, when ? conditionNumbers[when.is] : 0, when ? when.voucher + 1 : 0)
      numbers.push(vouchesFrom ?? -1)
    }
  }
  const named = [...buckets.values()].map(({ draw }) => draw)
  const keyed = asks.map(({ asker }) => (typeof asker === 'number' ? undefined : asker))
  return {
    ats: `{${asks.map(({ at }) => at).join()}}`,
    askers: `{${asks.map(({ asker }) => (typeof asker === 'number' ? asker : -1)).join()}}`,
    askersNumbers: list(keyed.map((asker) => asker?.number ?? '')),
    devices: list(keyed.map((asker) => asker?.device ?? '')),
    sizes: `{${asks.map(({ draws }) => draws.length).join()}}`,
    keys: list(named.map(({ key }) => key)),
    scopes: list(named.map(({ scope }) => scope)),
    labels: list(named.map(({ label }) => label)),
    places: `{${places.join()}}`,
    numbers: `{${numbers.join()}}`,
  }
}

/** A list of texts as PostgreSQL writes it. */
function list(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`
}

/** One writer, so that reading, judging and writing are one step already. */
function inSqlite(db: Db): Steps {
  return {
    takeAll: (asks) =>
      db.quick(function* () {
        const shelf = createShelf()
        const answers: Taken[] = []
        for (const { asker, draws, at } of asks) {
          const who =
            typeof asker === 'number'
              ? asker
              : classOf(asker, yield* all(findKnown(asker.number, asker.device ?? null)))
          const rows: (BucketRow | undefined)[] = []
          for (const { key, classes } of draws) rows.push(classes & (1 << who) ? yield* shelf.find(key) : undefined)
          const { answer, after } = judge(draws, rows, who, at)
          for (const [i, bucket] of after.entries()) if (bucket) shelf.put(rowOf(draws[i] as Draw, bucket))
          answers.push(answer)
        }
        yield* shelf.write()
        return answers
      }),
    enterAll: (entries) =>
      db.quick(function* () {
        const shelf = createShelf()
        for (const { ref, known, at } of entries) {
          const [decision] = yield* all(enterDecision(ref, at))
          for (const key of known) yield* all(putKnown(key, at))
          if (decision) yield* repayOn(shelf, JSON.parse(decision.charged), decision.price_micros / 1e6, at)
        }
        yield* shelf.write()
      }),
    repay: (charges, usd, at) =>
      db.quick(function* () {
        const shelf = createShelf()
        yield* repayOn(shelf, charges, usd, at)
        yield* shelf.write()
      }),
  }
}

/** The buckets of one step: each is read once, and written once. */
function createShelf() {
  const rows = new Map<string, BucketRow | undefined>()
  const changed = new Set<string>()
  return {
    *find(key: string): Unit<BucketRow | undefined> {
      if (!rows.has(key)) rows.set(key, (yield* all(findBucket(key)))[0])
      return rows.get(key)
    },
    put(row: BucketRow): void {
      rows.set(row.key, row)
      changed.add(row.key)
    },
    *write(): Unit<void> {
      for (const key of changed) yield* all(putBucket(rows.get(key) as BucketRow))
    },
  }
}

function* repayOn(
  shelf: ReturnType<typeof createShelf>,
  charges: readonly Charge[],
  usd: number,
  at: Instant,
): Unit<void> {
  for (const { key, pay } of charges) {
    const row = yield* shelf.find(key)
    if (!row) continue
    const rule = ruleOf(row)
    shelf.put({ ...row, ...repaid(settled(row, rule, at), rule, pay, usd) })
  }
}

function classOf({ number, device }: Exclude<Asker, number>, known: readonly { key: string }[]): AskerClass {
  if (!known.some(({ key }) => key === number)) return 0
  return device !== undefined && !known.some(({ key }) => key === device) ? 1 : 2
}

function rowOf({ key, scope, label, rule }: Draw, bucket: Bucket): BucketRow {
  const { cap, refillMs, fadeMs, memoryMs } = rule
  return { key, scope, label, cap, refill_ms: refillMs, fade_ms: fadeMs, memory_ms: memoryMs, ...bucket }
}

/** The rule that a bucket was last used by. */
export function ruleOf({ base, cap, refill_ms, fade_ms, memory_ms }: BucketRow): BucketRule {
  return { base, cap, refillMs: refill_ms, fadeMs: fade_ms, memoryMs: memory_ms }
}
