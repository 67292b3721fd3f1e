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
