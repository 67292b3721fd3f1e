import type { Instant } from '../../lib/clock.ts'
import { all, type Db, type Unit } from '../../store/db.ts'
import {
  type BucketRow,
  enterInPostgres,
  findBucket,
  findKnown,
  giveBack,
  putBucket,
  putKnown,
  repayInPostgres,
  type TakeLists,
  takeInPostgres,
} from '../../store/guard-buckets.ts'
import { enterDecision } from '../../store/guard-decisions.ts'
import { type Bucket, type BucketRule, repaid, settled, unused } from './bucket.ts'
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

/** The ledger in the store: all nodes decide as one, and a restart forgets nothing. */
export function createLedger(db: Db): Ledger {
  const classOfKnown = async (asker: Exclude<Asker, number>) =>
    classOf(asker, await db.read(findKnown(asker.number, asker.device ?? null)))
  return {
    ...(db.dialect === 'postgres' ? inPostgres(db) : inSqlite(db)),
    classOf: classOfKnown,
    giveBack: (charges) =>
      db.quick(function* () {
        // In one order, as everybody who works on buckets.
        for (const { key, cost } of charges.toSorted((a, b) => (a.key < b.key ? -1 : 1)))
          yield* all(giveBack(key, cost))
      }),
    async read({ key, rule }, at) {
      const [row] = await db.read(findBucket(key))
      return settled(row ?? unused(rule, at), rule, at)
    },
  }
}

/** Functions in the database: one round trip. They do what `judge` and `bucket.ts` do. */
function inPostgres(db: Db): Omit<Ledger, 'classOf' | 'read' | 'giveBack'> {
  return {
    async take(asker, draws, at) {
      const [known, number, device] =
        typeof asker === 'number' ? [asker, null, null] : [null, asker.number, asker.device]
      const [row] = await db.write(takeInPostgres(at, known, number, device ?? null, listsOf(draws)))
      if (!row) throw new Error('guard_take gave no row')
      const { balances, sents, entereds, spents, pendings, ats } = row
      const bucketAt = (i: number): Bucket => ({
        base: (draws[i] as Draw).rule.base,
        balance: balances?.[i] ?? (draws[i] as Draw).rule.base,
        sent: sents?.[i] ?? 0,
        entered: entereds?.[i] ?? 0,
        spent: spents?.[i] ?? 0,
        pending: pendings?.[i] ?? 0,
        at: Number(ats[i] ?? at),
      })
      return {
        asker: row.asker,
        taken: row.taken,
        draws: draws.map((_, i) => ({
          used: row.used[i] === true,
          refused: row.refused[i] === true,
          bucket: bucketAt(i),
        })),
      }
    },
    async repay(charges, usd, at) {
      await db.write(repayInPostgres(at, JSON.stringify(charges), usd))
    },
    async enter(entries) {
      await Promise.all(entries.map(({ ref, known, at }) => db.write(enterInPostgres(at, ref, JSON.stringify(known)))))
    },
  }
}

const conditionNumbers = { unless: 1, only: 2, without: 3 }

/** The draws as the lists that the function takes. */
function listsOf(draws: readonly Draw[]): TakeLists {
  const numbers = draws.flatMap(({ rule, cost, classes, effect, when, vouchesFrom }) => [
    rule.base,
    rule.cap,
    rule.refillMs,
    rule.fadeMs,
    rule.memoryMs,
    cost,
    classes,
    effect === 'refuse' ? 1 : 0,
    when ? conditionNumbers[when.is] : 0,
    when ? when.voucher + 1 : 0,
    vouchesFrom ?? -1,
  ])
  return {
    keys: list(draws.map(({ key }) => key)),
    scopes: list(draws.map(({ scope }) => scope)),
    labels: list(draws.map(({ label }) => label)),
    numbers: `{${numbers.join(',')}}`,
  }
}

/** A list of texts as PostgreSQL writes it. */
function list(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`
}

/** One writer, so that reading, judging and writing are one step already. */
function inSqlite(db: Db): Omit<Ledger, 'classOf' | 'read' | 'giveBack'> {
  return {
    take: (asker, draws, at) =>
      db.quick(function* () {
        const who =
          typeof asker === 'number' ? asker : classOf(asker, yield* all(findKnown(asker.number, asker.device ?? null)))
        const rows: (BucketRow | undefined)[] = []
        for (const { key, classes } of draws)
          rows.push(classes & (1 << who) ? (yield* all(findBucket(key)))[0] : undefined)
        const { answer, after } = judge(draws, rows, who, at)
        for (const [i, bucket] of after.entries()) if (bucket) yield* all(putBucket(rowOf(draws[i] as Draw, bucket)))
        return answer
      }),
    enter: (entries) =>
      db.quick(function* () {
        for (const { ref, known, at } of entries) {
          const [decision] = yield* all(enterDecision(ref, at))
          for (const key of known) yield* all(putKnown(key, at))
          if (decision) yield* repayInSqlite(JSON.parse(decision.charged), decision.price_micros / 1e6, at)
        }
      }),
    repay: (charges, usd, at) =>
      db.quick(function* () {
        yield* repayInSqlite(charges, usd, at)
      }),
  }
}

function* repayInSqlite(charges: readonly Charge[], usd: number, at: Instant): Unit<void> {
  for (const { key, pay } of charges) {
    const [row] = yield* all(findBucket(key))
    if (!row) continue
    const rule = ruleOf(row)
    yield* all(putBucket({ ...row, ...repaid(settled(row, rule, at), rule, pay, usd) }))
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
