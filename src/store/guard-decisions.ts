import type { Instant } from '../lib/clock.ts'
import { firstIdAt } from '../lib/ids.ts'
import { type Db, sql } from './db.ts'

/** One answer of a guard, with what it was made of. Figures, no words; masked, but for what is sealed. */
export interface DecisionRow {
  id: string
  at: Instant
  /** The door that asked. */
  door: 'verify' | 'gate'
  /** The verification, or the transaction. */
  ref: string
  channel: string
  country: string | null
  /** The recipient, masked. */
  recipient: string
  /** The network of the caller: /24 or /48. */
  address: string
  asker: number
  action: string
  /** 1: the answer was carried out; 0: it was only noted. */
  enforced: number
  price_micros: number
  /** JSON. */
  reasons: string
  /** JSON: the buckets that gave, and what an entered code pays back. */
  charged: string
  key_id: string
  /** Recipient, address and device, for a trace; sealed. */
  trace_sealed: string | null
  entered_at: Instant | null
}

/** A decision before anything became of it. */
export type NewDecision = Omit<DecisionRow, 'entered_at'>

/** Notes decisions; `list` is a JSON list of NewDecision. */
export function insertDecisions(dialect: Db['dialect'], list: string) {
  return dialect === 'sqlite'
    ? sql`
        insert into guard_decisions (id, at, door, ref, channel, country, recipient, address, asker, action, enforced, price_micros, reasons,
          charged, key_id, trace_sealed)
        select value ->> 'id', value ->> 'at', value ->> 'door', value ->> 'ref', value ->> 'channel', value ->> 'country',
          value ->> 'recipient', value ->> 'address', value ->> 'asker', value ->> 'action', value ->> 'enforced', value ->> 'price_micros',
          value ->> 'reasons', value ->> 'charged', value ->> 'key_id', value ->> 'trace_sealed'
        from json_each(${list})`
    : sql`
        insert into guard_decisions (id, at, door, ref, channel, country, recipient, address, asker, action, enforced, price_micros, reasons,
          charged, key_id, trace_sealed)
        select * from jsonb_to_recordset(cast(${list} as jsonb)) as d(id text, at bigint, door text, ref text, channel text, country text,
          recipient text, address text, asker bigint, action text, enforced bigint, price_micros bigint, reasons text, charged text,
          key_id text, trace_sealed text)`
}

/**
 * The code of the last message of each `ref` was entered; `list` is a JSON list of { ref, at }. Gives what is to be paid back, and nothing
 * for one that has no message, or whose code was entered before.
 */
export function enterDecisions(dialect: Db['dialect'], list: string) {
  return dialect === 'sqlite'
    ? sql<EnteredRow>`
        update guard_decisions set entered_at = e.moment
        from (select value ->> 'at' as moment,
          (select id from guard_decisions where ref = value ->> 'ref' and action = 'allow' order by at desc, id desc limit 1) as decision
          from json_each(${list})) as e
        where id = e.decision and entered_at is null
        returning charged, price_micros, entered_at`
    : sql<EnteredRow>`
        update guard_decisions set entered_at = e.moment
        from (select x.at as moment,
          (select id from guard_decisions d where d.ref = x.ref and action = 'allow' order by d.at desc, id desc limit 1) as decision
          from jsonb_to_recordset(cast(${list} as jsonb)) as x(ref text, at bigint)) as e
        where id = e.decision and entered_at is null
        returning charged, price_micros, entered_at`
}

/** What one entered code pays back. */
export type EnteredRow = Pick<DecisionRow, 'charged' | 'price_micros'> & { entered_at: Instant }

/** Which decisions are meant; null filters nothing. */
export interface DecisionFilter {
  action: string | null
  channel: string | null
  country: string | null
  door: string | null
  ref: string | null
  /** Older than this id. */
  before: string | null
  limit: number
}

/** Decisions, the newest first, in the order of the primary key. */
export function listDecisions(f: DecisionFilter) {
  return sql<DecisionRow>`
    select * from guard_decisions
    where id < ${f.before ?? 'dec~'}
      and (cast(${f.action} as text) is null or action = ${f.action}) and (cast(${f.channel} as text) is null or channel = ${f.channel})
      and (cast(${f.country} as text) is null or country = ${f.country}) and (cast(${f.door} as text) is null or door = ${f.door})
      and (cast(${f.ref} as text) is null or ref = ${f.ref})
    order by id desc limit ${f.limit}`
}

/** One decision. */
export function findDecision(id: string) {
  return sql<DecisionRow>`select * from guard_decisions where id = ${id}`
}

/** What was spent and what was not since `from`, by country and channel. */
export function sumDecisions(from: Instant) {
  return sql<{
    country: string | null
    channel: string
    allowed: number
    entered: number
    refused: number
    spent: number
    saved: number
  }>`
    select country, channel,
      sum(case when action = 'allow' or enforced = 0 then 1 else 0 end) as allowed,
      sum(case when entered_at is not null then 1 else 0 end) as entered,
      sum(case when action <> 'allow' and enforced = 1 then 1 else 0 end) as refused,
      cast(sum(case when action = 'allow' or enforced = 0 then price_micros else 0 end) as bigint) as spent,
      cast(sum(case when action <> 'allow' and enforced = 1 then price_micros else 0 end) as bigint) as saved
    from guard_decisions where id >= ${firstIdAt('dec', from)} group by country, channel order by country, channel`
}

/** Takes recipient and address out of decisions from before `before`, `limit` at a time. */
export function forgetTraces(before: Instant, limit: number) {
  return sql<{ id: string }>`
    update guard_decisions set trace_sealed = null, recipient = '', address = ''
    where id in (select id from guard_decisions where trace_sealed is not null and id <= ${firstIdAt('dec', before)} order by id limit ${limit}) returning id`
}

/** Removes decisions from before `before`, `limit` at a time. */
export function forgetDecisions(before: Instant, limit: number) {
  return sql<{ id: string }>`
    delete from guard_decisions where id in (select id from guard_decisions where id <= ${firstIdAt('dec', before)} order by id limit ${limit}) returning id`
}

/** Decisions after one id and before another, oldest first. */
export function pageOfDecisions(after: string, before: string, limit: number) {
  return sql<DecisionRow>`select * from guard_decisions where id > ${after} and id < ${before} order by id limit ${limit}`
}
