import type { Instant } from '../lib/clock.ts'
import { type DeliveryReport, type DeliveryStatus, type FailureKind, rankOf } from '../model/delivery.ts'
import type { Channel } from '../model/factor.ts'
import { sql } from './db.ts'

/** A message that is on its way, or was. It holds neither words nor address. */
export interface MessageRow {
  id: string
  transaction_id: string | null
  verification_sid: string | null
  channel: Channel
  carrier: string
  carrier_id: string | null
  status: DeliveryStatus
  rank: number
  failure_kind: FailureKind | null
  failure_code: string | null
  sent_at: Instant
  updated_at: Instant
  /** When the next channel is tried. */
  next_at: Instant | null
}

/** Notes a message before it is sent. */
export function insertMessage(
  m: Pick<MessageRow, 'id' | 'transaction_id' | 'verification_sid' | 'channel' | 'carrier' | 'sent_at' | 'next_at'>,
) {
  return sql<MessageRow>`
    insert into messages (id, transaction_id, verification_sid, channel, carrier, status, rank, sent_at, updated_at, next_at)
    values (${m.id}, ${m.transaction_id}, ${m.verification_sid}, ${m.channel}, ${m.carrier}, 'queued', 0, ${m.sent_at}, ${m.sent_at}, ${m.next_at})
    on conflict do nothing
    returning *`
}

/** The messages of a transaction, newest first. */
export function findMessages(transactionId: string) {
  return sql<MessageRow>`select * from messages where transaction_id = ${transactionId} order by sent_at desc, id desc`
}

/**
 * What the carrier answered when it was given the message: its name for it, unless it gave that to another, and a first status, unless a
 * report was faster.
 */
export function acceptMessage(
  id: string,
  { carrierId, status }: { carrierId: string | null; status: 'sent' | 'delivered' },
  at: Instant,
) {
  return sql<MessageRow>`
    update messages set
      carrier_id = case
        when exists (select 1 from messages other where other.carrier = messages.carrier and other.carrier_id = ${carrierId}) then null
        else cast(${carrierId} as text) end,
      updated_at = ${at},
      status = case when rank < ${rankOf(status)} then ${status} else status end,
      rank = case when rank < ${rankOf(status)} then ${rankOf(status)} else rank end,
      next_at = case when ${status} = 'delivered' then null else next_at end
    where id = ${id} and carrier_id is null
    returning *`
}

/** The carrier did not take it. What may work by another way is due at once. */
export function failMessage(id: string, failure: { kind: FailureKind; code: string }, at: Instant) {
  return sql<MessageRow>`
    update messages set status = 'undelivered', rank = ${rankOf('undelivered')}, failure_kind = ${failure.kind}, failure_code = ${failure.code},
      updated_at = ${at}, next_at = case when next_at is null or ${failure.kind} = 'permanent' then null else cast(${at} as bigint) end
    where id = ${id} and rank < ${rankOf('undelivered')}
    returning *`
}

/**
 * Notes a report. No row back: there is no such message, or it is further than this already, so that a report may come twice, late and in
 * any order. What was not delivered moves on at once, unless no way leads to the address; what arrived stops waiting.
 */
export function advanceMessage({ carrier, carrierId, messageId, status, failure }: DeliveryReport, at: Instant) {
  const rank = rankOf(status)
  return sql<MessageRow>`
    update messages set status = ${status}, rank = ${rank}, updated_at = ${at},
      failure_kind = ${failure?.kind ?? null}, failure_code = ${failure?.code ?? null},
      next_at = case
        when ${status} = 'undelivered' and next_at is not null and cast(${failure?.kind ?? null} as text) <> 'permanent' then cast(${at} as bigint)
        when ${status} = 'sent' then next_at
        else null end
    where carrier = ${carrier} and (carrier_id = ${carrierId} or (carrier_id is null and id = ${messageId ?? ''})) and rank < ${rank}
    returning *`
}

/** A newer message of the transaction was asked for: the older ones wait for nothing. */
export function stopWaiting(transactionId: string, except: string) {
  return sql`
    update messages set next_at = null where transaction_id = ${transactionId} and id <> ${except} and next_at is not null`
}

/** Takes messages whose time is over, for one worker until `until`; after that they are due again. */
export function claimDue(at: Instant, until: Instant, limit: number) {
  return sql<MessageRow>`
    update messages set next_at = ${until}
    where id in (select id from messages where next_at <= ${at} order by next_at limit ${limit}) and next_at <= ${at}
    returning *`
}

/** What was due is done. */
export function endWaiting(id: string) {
  return sql`update messages set next_at = null where id = ${id}`
}

/** Removes messages that were sent before `before`, `limit` at a time. */
export function forgetMessages(before: Instant, limit: number) {
  return sql<{ id: string }>`
    delete from messages where id in (select id from messages where sent_at <= ${before} limit ${limit}) returning id`
}
