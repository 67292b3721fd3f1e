import type { Instant } from '../lib/clock.ts'
import { type Db, sql } from './db.ts'

const dayMs = 86_400_000

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

/** A bucket as it was opened; or, where `known` is 1, only a key that is known. */
export interface OpenedRow extends BucketRow {
  known: 0 | 1
}

/**
 * The buckets of these keys, and which of the other keys are known. Within a unit they are this node's alone until the commit, also those
 * that are not there yet: PostgreSQL locks their keys in one order, SQLite has one writer.
 */
export function openBuckets(dialect: Db['dialect'], keys: readonly string[], known: readonly string[]) {
  return dialect === 'sqlite'
    ? sql<OpenedRow>`
        select 0 as known, key, scope, label, base, cap, refill_ms, fade_ms, memory_ms, balance, sent, entered, spent, pending, at
        from guard_buckets where key in (select value from json_each(${JSON.stringify(keys)}))
        union all select 1, key, '', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        from guard_known where key in (select value from json_each(${JSON.stringify(known)}))`
    : sql<OpenedRow>`select * from guard_open(cast(${textList(keys)} as text[]), cast(${textList(known)} as text[]))`
}

/** Writes buckets as they are now. */
export function putBuckets(dialect: Db['dialect'], rows: readonly BucketRow[]) {
  if (dialect === 'sqlite')
    return sql`
      insert into guard_buckets (key, scope, label, base, cap, refill_ms, fade_ms, memory_ms, balance, sent, entered, spent, pending, at, day)
      select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8, value ->> 9,
        value ->> 10, value ->> 11, value ->> 12, value ->> 13, (value ->> 13) / 86400000
      from json_each(${JSON.stringify(rows.map(valuesOf))}) where true
      on conflict (key) do update set base = excluded.base, cap = excluded.cap, refill_ms = excluded.refill_ms, fade_ms = excluded.fade_ms,
        memory_ms = excluded.memory_ms, balance = excluded.balance, sent = excluded.sent, entered = excluded.entered, spent = excluded.spent,
        pending = excluded.pending, at = excluded.at, day = excluded.day`
  const text = (column: 'key' | 'scope' | 'label') => textList(rows.map((row) => row[column]))
  const number = (column: Exclude<keyof BucketRow, 'key' | 'scope' | 'label'>) =>
    `{${rows.map((row) => row[column]).join(',')}}`
  return sql`
    insert into guard_buckets as k (key, scope, label, base, cap, refill_ms, fade_ms, memory_ms, balance, sent, entered, spent, pending, at, day)
    select key, scope, label, base, cap, refill_ms, fade_ms, memory_ms, balance, sent, entered, spent, pending, at, at / 86400000
    from unnest(cast(${text('key')} as text[]), cast(${text('scope')} as text[]), cast(${text('label')} as text[]),
      cast(${number('base')} as float8[]), cast(${number('cap')} as float8[]), cast(${number('refill_ms')} as float8[]),
      cast(${number('fade_ms')} as float8[]), cast(${number('memory_ms')} as float8[]), cast(${number('balance')} as float8[]),
      cast(${number('sent')} as float8[]), cast(${number('entered')} as float8[]), cast(${number('spent')} as float8[]),
      cast(${number('pending')} as float8[]), cast(${number('at')} as bigint[]))
      as u (key, scope, label, base, cap, refill_ms, fade_ms, memory_ms, balance, sent, entered, spent, pending, at)
    on conflict (key) do update set base = excluded.base, cap = excluded.cap, refill_ms = excluded.refill_ms, fade_ms = excluded.fade_ms,
      memory_ms = excluded.memory_ms, balance = excluded.balance, sent = excluded.sent, entered = excluded.entered, spent = excluded.spent,
      pending = excluded.pending, at = excluded.at, day = excluded.day`
}

function valuesOf(b: BucketRow) {
  const rule = [b.base, b.cap, b.refill_ms, b.fade_ms, b.memory_ms]
  return [b.key, b.scope, b.label, ...rule, b.balance, b.sent, b.entered, b.spent, b.pending, b.at]
}

/** A list of texts as PostgreSQL writes it. */
function textList(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`
}

/** Keeps everybody else from a bucket until the unit ends. */
export function lockBucket(dialect: Db['dialect'], key: string) {
  return dialect === 'sqlite' ? sql`select 1` : sql`select guard_lock(array[cast(${key} as text)])`
}

/** Several buckets at once; `keys` is a JSON list. */
export function findBuckets(dialect: Db['dialect'], keys: string) {
  return dialect === 'sqlite'
    ? sql<BucketRow>`select * from guard_buckets where key in (select value from json_each(${keys}))`
    : sql<BucketRow>`select * from guard_buckets where key in (select jsonb_array_elements_text(cast(${keys} as jsonb)))`
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

/** As putKnown, for many; `list` is a JSON list of { key, at } in the order of the keys, each key once. */
export function putAllKnown(dialect: Db['dialect'], list: string) {
  return dialect === 'sqlite'
    ? sql`
        insert into guard_known (key, first_at, last_at)
        select value ->> 'key', value ->> 'at', value ->> 'at' from json_each(${list}) where true
        on conflict (key) do update set last_at = max(guard_known.last_at, excluded.last_at)`
    : sql`
        insert into guard_known (key, first_at, last_at)
        select key, at, at from jsonb_to_recordset(cast(${list} as jsonb)) as x(key text, at bigint)
        on conflict (key) do update set last_at = greatest(guard_known.last_at, excluded.last_at)`
}

/** Removes buckets that nobody used since `before`: by then they are what an unused one is. */
export function forgetBuckets(before: Instant, limit: number) {
  return sql<{ key: string }>`
    delete from guard_buckets where key in (
      select key from guard_buckets where day <= ${Math.floor(before / dayMs)} and at <= ${before} and scope not like 'stat%' limit ${limit})
    returning key`
}

/** Buckets that may be empty, those that were used last first: half of what is lent is gone. A proof of work is no block when it is spent. */
export function findLowBuckets(limit: number) {
  return sql<BucketRow>`
    select * from guard_buckets where base > 0 and balance < base / 2 and scope <> 'proof' order by day desc, at desc limit ${limit}`
}

/** Forgets a bucket: it is full again, and has seen nothing. No row back: there is none. */
export function deleteBucket(key: string) {
  return sql<{ key: string }>`delete from guard_buckets where key = ${key} returning key`
}

/** Fills a bucket to its base; what it has seen stays. No row back: there is none, or it is full. */
export function fillBucket(key: string) {
  return sql<BucketRow>`update guard_buckets set balance = base where key = ${key} and balance < base returning *`
}
