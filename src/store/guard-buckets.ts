import type { Instant } from '../lib/clock.ts'
import { type Db, sql } from './db.ts'

/** A bucket of the guards, with the rule that it was last used by. */
export interface BucketRow {
  /** Keyed hash; no number and no address can be read from it. */
  key: string
  scope: string
  /** What an operator may see of the value. */
  label: string
  base: number
  cap: number
  refill_ms: number
  fade_ms: number
  memory_ms: number
  balance: number
  sent: number
  entered: number
  spent: number
  pending: number
  at: Instant
}

/** What PostgreSQL's guard_take answers: a list for each figure, in the order of the draws; null for a bucket of other askers. */
export interface TakenRow {
  asker: 0 | 1 | 2
  taken: boolean
  used: boolean[]
  refused: boolean[]
  balances: (number | null)[] | null
  sents: (number | null)[] | null
  entereds: (number | null)[] | null
  spents: (number | null)[] | null
  pendings: (number | null)[] | null
  ats: (Instant | null)[]
}

/** What guard_take is asked, as PostgreSQL writes lists. */
export interface TakeLists {
  keys: string
  scopes: string
  labels: string
  /** Eleven numbers a draw; the migration names them. */
  numbers: string
}

/** PostgreSQL: takes from all buckets or from none, in one round trip and under the locks of their rows. */
export function takeInPostgres(
  at: Instant,
  asker: number | null,
  number: string | null,
  device: string | null,
  lists: TakeLists,
) {
  return sql<TakenRow>`
    select * from guard_take(${at}, ${asker}, ${number}, ${device}, cast(${lists.keys} as text[]), cast(${lists.scopes} as text[]),
      cast(${lists.labels} as text[]), cast(${lists.numbers} as float8[]))`
}

/** PostgreSQL: pays back what the last message of `ref` took, once. */
export function enterInPostgres(at: Instant, ref: string, known: string) {
  return sql<{ paid: number }>`select guard_entered(${at}, ${ref}, ${known}) as paid`
}

/** PostgreSQL: pays back charges, a JSON list of { key, pay }. */
export function repayInPostgres(at: Instant, charges: string, usd: number) {
  return sql`select guard_repay(${at}, cast(${charges} as jsonb), ${usd})`
}

/** One bucket. */
export function findBucket(key: string) {
  return sql<BucketRow>`select * from guard_buckets where key = ${key}`
}

/** Several buckets at once; `keys` is a JSON list. */
export function findBuckets(dialect: Db['dialect'], keys: string) {
  return dialect === 'sqlite'
    ? sql<BucketRow>`select * from guard_buckets where key in (select value from json_each(${keys}))`
    : sql<BucketRow>`select * from guard_buckets where key in (select jsonb_array_elements_text(cast(${keys} as jsonb)))`
}

/** Writes a bucket as it is now. */
export function putBucket(b: BucketRow) {
  return sql`
    insert into guard_buckets (key, scope, label, base, cap, refill_ms, fade_ms, memory_ms, balance, sent, entered, spent, pending, at)
    values (${b.key}, ${b.scope}, ${b.label}, ${b.base}, ${b.cap}, ${b.refill_ms}, ${b.fade_ms}, ${b.memory_ms}, ${b.balance}, ${b.sent},
      ${b.entered}, ${b.spent}, ${b.pending}, ${b.at})
    on conflict (key) do update set base = excluded.base, cap = excluded.cap, refill_ms = excluded.refill_ms, fade_ms = excluded.fade_ms,
      memory_ms = excluded.memory_ms, balance = excluded.balance, sent = excluded.sent, entered = excluded.entered, spent = excluded.spent,
      pending = excluded.pending, at = excluded.at`
}

/** Which of two keys are known: a number, and the same from a device. */
export function findKnown(number: string | null, device: string | null) {
  return sql<{ key: string }>`select key from guard_known where key = ${number} or key = ${device}`
}

/** Somebody entered the code of this number, from this device. */
export function putKnown(key: string, at: Instant) {
  return sql`
    insert into guard_known (key, first_at, last_at) values (${key}, ${at}, ${at})
    on conflict (key) do update set last_at = case when guard_known.last_at < excluded.last_at then excluded.last_at else guard_known.last_at end`
}

/** Removes buckets that nobody used since `before`: by then they are what an unused one is. */
export function forgetBuckets(before: Instant, limit: number) {
  return sql<{ key: string }>`
    delete from guard_buckets where key in (select key from guard_buckets where at <= ${before} and scope not like 'stat%' limit ${limit})
    returning key`
}

/** Buckets that may be empty, those that were used last first: half of what is lent is gone. */
export function findLowBuckets(limit: number) {
  return sql<BucketRow>`select * from guard_buckets where base > 0 and balance < base / 2 order by at desc limit ${limit}`
}

/** Forgets a bucket: it is full again, and has seen nothing. No row back: there is none. */
export function deleteBucket(key: string) {
  return sql<{ key: string }>`delete from guard_buckets where key = ${key} returning key`
}

/** Puts back what one message took, as if it had not been there. */
export function giveBack(key: string, cost: number) {
  return sql`
    update guard_buckets set
      balance = case when balance + ${cost} > cap then cap else balance + ${cost} end,
      sent = case when sent < 1 then 0 else sent - 1 end,
      pending = case when pending < 1 then 0 else pending - 1 end
    where key = ${key}`
}

/** Fills a bucket to its base; what it has seen stays. No row back: there is none, or it is full. */
export function fillBucket(key: string) {
  return sql<BucketRow>`update guard_buckets set balance = base where key = ${key} and balance < base returning *`
}
