import type { Instant } from '../../lib/clock.ts'
import { askTogether } from '../../lib/together.ts'
import { all, type Db, last, StoreUnavailable, type Unit } from '../../store/db.ts'
import {
  type BucketRow,
  findBuckets,
  findKnown,
  openBuckets,
  putAllKnown,
  putBuckets,
} from '../../store/guard-buckets.ts'
import { enterDecisions } from '../../store/guard-decisions.ts'
import { type Bucket, type BucketRule, repaid, returned, settled, unused } from './bucket.ts'
import { type AskerClass, type Draw, judge, type Taken } from './draw.ts'

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

// A batch holds its buckets until it is written; who comes meanwhile is in the next.
const batchMax = 64

/**
 * The ledger in the store: all nodes decide as one, and a restart forgets nothing. Asks of one moment go together: their buckets are opened
 * in one statement, judged here in their order, and written in another.
 */
export function createLedger(db: Db): Ledger {
  const together = { batchMax, isShared: (error: unknown) => error instanceof StoreUnavailable }
  const ask = askTogether<Ask<unknown>, unknown>((asks) => db.quick(() => answered(db.dialect, asks)), together)
  const look = askTogether<string, BucketRow | undefined>(async (keys) => {
    const rows = await db.read(findBuckets(db.dialect, JSON.stringify(keys)))
    return keys.map((key) => rows.find((row) => row.key === key))
  }, together)
  return {
    take: (asker, draws, at) => ask(taking(asker, draws, at)) as Promise<Taken>,
    giveBack: (charges) => ask(givingBack(charges)) as Promise<void>,
    repay: (charges, usd, at) => ask(repaying(charges, usd, at)) as Promise<void>,
    async classOf(asker) {
      return classOf(
        asker,
        new Set((await db.read(findKnown(asker.number, asker.device ?? null))).map(({ key }) => key)),
      )
    },
    async read({ key, rule }, at) {
      return settled((await look(key)) ?? unused(rule, at), rule, at)
    },
    enter: (entries) => db.quick(() => entering(db.dialect, entries)),
  }
}

/** The buckets of a batch, as they were opened and as they become. */
interface Opened {
  known: ReadonlySet<string>
  bucket(key: string): BucketRow | undefined
  put(row: BucketRow): void
}

/** What one caller wants of his buckets. */
interface Ask<Answer> {
  keys: readonly string[]
  /** Keys of which it matters whether they are known. */
  known: readonly string[]
  answer(opened: Opened): Answer
}

function* answered(dialect: Db['dialect'], asks: readonly Ask<unknown>[]): Unit<unknown[]> {
  const keys = new Set(asks.flatMap(({ keys }) => keys))
  const knownKeys = new Set(asks.flatMap(({ known }) => known))
  const rows = yield* all(openBuckets(dialect, [...keys], [...knownKeys]))
  const buckets = new Map(rows.flatMap((row) => (row.known === 0 ? [[row.key, row]] : [])))
  const changed = new Map<string, BucketRow>()
  const opened: Opened = {
    known: new Set(rows.flatMap(({ known, key }) => (known === 1 ? [key] : []))),
    bucket: (key) => changed.get(key) ?? buckets.get(key),
    put: (row) => void changed.set(row.key, row),
  }
  const answers = asks.map((one) => one.answer(opened))
  if (changed.size > 0) yield* all(last(putBuckets(dialect, [...changed.values()])))
  return answers
}

function taking(asker: Asker, draws: readonly Draw[], at: Instant): Ask<Taken> {
  return {
    keys: draws.map(({ key }) => key),
    known: typeof asker === 'number' ? [] : [asker.number, ...(asker.device === undefined ? [] : [asker.device])],
    answer({ known, bucket, put }) {
      const who = typeof asker === 'number' ? asker : classOf(asker, known)
      const rows = draws.map(({ key }) => bucket(key))
      const { answer, after } = judge(draws, rows, who, at)
      for (const [i, bucket] of after.entries()) if (bucket) put(rowOf(draws[i] as Draw, bucket))
      return answer
    },
  }
}

function givingBack(charges: readonly Charge[]): Ask<void> {
  return {
    keys: charges.map(({ key }) => key),
    known: [],
    answer({ bucket, put }) {
      for (const { key, cost } of charges) {
        const row = bucket(key)
        if (row) put({ ...row, ...returned(row, row, cost) })
      }
    },
  }
}

function repaying(charges: readonly Charge[], usd: number, at: Instant): Ask<void> {
  return {
    keys: charges.map(({ key }) => key),
    known: [],
    answer({ bucket, put }) {
      for (const { key, pay } of charges) {
        const row = bucket(key)
        if (!row) continue
        const rule = ruleOf(row)
        put({ ...row, ...repaid(settled(row, rule, at), rule, pay, usd) })
      }
    },
  }
}

function* entering(dialect: Db['dialect'], entries: readonly Entry[]): Unit<void> {
  const rows = yield* all(enterDecisions(dialect, JSON.stringify(entries.map(({ ref, at }) => ({ ref, at })))))
  const lastAt = new Map<string, Instant>()
  for (const { known, at } of entries) for (const key of known) lastAt.set(key, Math.max(at, lastAt.get(key) ?? at))
  const known = [...lastAt].map(([key, at]) => ({ key, at })).toSorted((a, b) => (a.key < b.key ? -1 : 1))
  yield* all(putAllKnown(dialect, JSON.stringify(known)))
  const repays = rows
    .toSorted((a, b) => a.entered_at - b.entered_at)
    .map(({ charged, price_micros, entered_at }) => repaying(JSON.parse(charged), price_micros / 1e6, entered_at))
  if (repays.length > 0) yield* answered(dialect, repays)
}

function classOf({ number, device }: Exclude<Asker, number>, known: ReadonlySet<string>): AskerClass {
  if (!known.has(number)) return 0
  return device !== undefined && !known.has(device) ? 1 : 2
}

function rowOf({ key, scope, label, rule }: Draw, bucket: Bucket): BucketRow {
  const { cap, refillMs, fadeMs, memoryMs } = rule
  return { key, scope, label, cap, refill_ms: refillMs, fade_ms: fadeMs, memory_ms: memoryMs, ...bucket }
}

/** The rule that a bucket was last used by. */
export function ruleOf({ base, cap, refill_ms, fade_ms, memory_ms }: BucketRow): BucketRule {
  return { base, cap, refillMs: refill_ms, fadeMs: fade_ms, memoryMs: memory_ms }
}
