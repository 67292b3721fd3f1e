import type { Instant } from '../lib/clock.ts'
import { sql } from './db.ts'

/** What happened to a factor or a challenge, as webhooks hear of it. Each happens once. */
export interface FactorEvent {
  type: 'factor.created' | 'factor.verified' | 'factor.deleted' | 'challenge.approved' | 'challenge.denied'
  accountSid: string
  serviceSid: string
  identity: string
  factorSid: string
  factorType: string
  challengeSid?: string | undefined
}

/** An event that one webhook is owed. It is open until it is delivered or given up. */
export interface WebhookDeliveryRow {
  /** Of the event and the webhook together. */
  id: string
  webhook_sid: string
  service_sid: string
  event_type: string
  /** SID of the factor, challenge or verification. */
  subject: string
  /** A FactorEvent in JSON; null where the verification's row has all there is to say. */
  body: string | null
  /** Begun, the one under way included. */
  tries: number
  /** While a try is under way, when it counts as lost. */
  next_try_at: Instant
  /** When the try that is under way began. */
  leased_at: Instant | null
  created_at: Instant
  delivered_at: Instant | null
  failed_at: Instant | null
}

/** In the unit of the move itself: owes the event to every enabled webhook of the service that asks for it. `*` asks for all of these. */
export function oweEvent(event: FactorEvent, at: Instant) {
  const subject = event.challengeSid ?? event.factorSid
  const body = JSON.stringify(event)
  return sql`
    insert into webhook_deliveries (id, webhook_sid, service_sid, event_type, subject, body, tries, next_try_at, created_at)
    select ${`${subject}/${event.type}/`} || w.sid, w.sid, w.service_sid, cast(${event.type} as text), cast(${subject} as text),
      cast(${body} as text), 0, cast(${at} as bigint), cast(${at} as bigint)
    from webhooks w
    where w.service_sid = ${event.serviceSid} and w.status = 'enabled'
      and (w.event_types like '%"*"%' or w.event_types like ${`%"${event.type}"%`})`
}

/** Enabled webhooks that something is to be delivered to. */
export function findDueWebhooks(at: Instant) {
  return sql<{ sid: string }>`
    select w.sid from webhooks w where w.status = 'enabled' and (select min(d.next_try_at) from webhook_deliveries d
      where d.webhook_sid = w.sid and d.delivered_at is null and d.failed_at is null) <= ${at}`
}

/** What a webhook is to be told now, oldest first. Others may take it before it is claimed. */
export function findDueDeliveries(webhookSid: string, at: Instant, limit: number) {
  return sql<Pick<WebhookDeliveryRow, 'id' | 'subject'>>`
    select id, subject from webhook_deliveries
    where webhook_sid = ${webhookSid} and delivered_at is null and failed_at is null and next_try_at <= ${at}
    order by next_try_at limit ${limit}`
}

/** So long a later event of one subject waits for an earlier one that is under way; a first try is due within five seconds. */
const orderMs = 3_000

/**
 * Takes a delivery and counts a try: until `leaseMs` have gone by nobody else takes it. No row back: somebody else did, or an earlier
 * event about the subject goes first, because it is due or under way; one that waits for a further try is overtaken.
 */
export function claimDelivery(id: string, webhookSid: string, subject: string, at: Instant, leaseMs: number) {
  // Written so that PostgreSQL has only the primary key and the index of subjects to choose from: it cannot guess how long the index of
  // what is due has grown, and would read it whole.
  return sql<WebhookDeliveryRow>`
    update webhook_deliveries set tries = tries + 1, leased_at = ${at}, next_try_at = ${at + leaseMs}
    where id = ${id} and coalesce(delivered_at, failed_at) is null and next_try_at <= ${at}
      and not exists (select 1 from webhook_deliveries earlier
        where earlier.subject = ${subject} and earlier.webhook_sid || '' = ${webhookSid}
          and earlier.created_at < webhook_deliveries.created_at and earlier.delivered_at is null and earlier.failed_at is null
          and (earlier.next_try_at <= ${at} or earlier.leased_at > ${at - orderMs}))
    returning *`
}

/** The receiver took it. */
export function settleDelivered(id: string, at: Instant) {
  return sql`
    update webhook_deliveries set delivered_at = ${at}, leased_at = null where id = ${id} and delivered_at is null returning id`
}

/** The try of this number failed: there is another one at `nextTryAt`, or none. No row back: somebody else has taken it since. */
export function settleFailed(id: string, tries: number, nextTryAt: Instant | null, at: Instant) {
  return sql`
    update webhook_deliveries set leased_at = null, next_try_at = coalesce(cast(${nextTryAt} as bigint), next_try_at),
      failed_at = case when cast(${nextTryAt} as bigint) is null then cast(${at} as bigint) end
    where id = ${id} and tries = ${tries} and coalesce(delivered_at, failed_at) is null
    returning id`
}

/** Drops what a webhook is still owed. */
export function dropDeliveries(webhookSid: string) {
  return sql`
    delete from webhook_deliveries where webhook_sid = ${webhookSid} and delivered_at is null and failed_at is null`
}

/** Drops what webhooks are owed that were removed or switched off while the event was on its way here. */
export function dropStrayDeliveries(limit: number) {
  return sql`
    delete from webhook_deliveries where id in (
      select d.id from webhook_deliveries d where d.delivered_at is null and d.failed_at is null
        and not exists (select 1 from webhooks w where w.sid = d.webhook_sid and w.status = 'enabled') limit ${limit})
    returning id`
}

/** Forgets events older than `before` that were delivered or given up. */
export function forgetDeliveries(before: Instant, limit: number) {
  return sql`
    delete from webhook_deliveries where id in (
      select id from webhook_deliveries where created_at < ${before} and (delivered_at is not null or failed_at is not null)
      limit ${limit})
    returning id`
}
