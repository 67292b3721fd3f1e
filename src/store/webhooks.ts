import type { Instant } from '../lib/clock.ts'
import type { WebhookStatus, WebhookVersion } from '../model/webhook.ts'
import { sql } from './db.ts'

/** A webhook of a service. `event_types` is JSON: a list of texts. */
export interface WebhookRow {
  sid: string
  service_sid: string
  account_sid: string
  friendly_name: string
  event_types: string
  webhook_url: string
  status: WebhookStatus
  version: WebhookVersion
  created_at: Instant
  updated_at: Instant
}

/** No row back: a webhook of the service has this name. */
export function insertWebhook(w: WebhookRow) {
  return sql<WebhookRow>`
    insert into webhooks (sid, service_sid, account_sid, friendly_name, event_types, webhook_url, status, version, created_at, updated_at)
    values (${w.sid}, ${w.service_sid}, ${w.account_sid}, ${w.friendly_name}, ${w.event_types}, ${w.webhook_url}, ${w.status},
      ${w.version}, ${w.created_at}, ${w.updated_at})
    on conflict (service_sid, friendly_name) do nothing returning *`
}

/** No row back: the service has none of this SID. */
export function findWebhook(accountSid: string, serviceSid: string, sid: string) {
  return sql<WebhookRow>`
    select * from webhooks where account_sid = ${accountSid} and service_sid = ${serviceSid} and sid = ${sid}`
}

/** While the service is held. No row back: another webhook of the service has this name. */
export function updateWebhook(w: WebhookRow) {
  return sql<WebhookRow>`
    update webhooks set friendly_name = ${w.friendly_name}, event_types = ${w.event_types}, webhook_url = ${w.webhook_url},
      status = ${w.status}, version = ${w.version}, updated_at = ${w.updated_at}
    where account_sid = ${w.account_sid} and service_sid = ${w.service_sid} and sid = ${w.sid}
      and not exists (select 1 from webhooks other where other.service_sid = ${w.service_sid}
        and other.friendly_name = ${w.friendly_name} and other.sid <> ${w.sid})
    returning *`
}

/** Removes a webhook; what is owed to it is dropped. No row back: there was none. */
export function deleteWebhook(accountSid: string, serviceSid: string, sid: string) {
  return sql<WebhookRow>`
    delete from webhooks where account_sid = ${accountSid} and service_sid = ${serviceSid} and sid = ${sid} returning *`
}

/** Newest first. */
export function listWebhooks(accountSid: string, serviceSid: string, offset: number, limit: number) {
  return sql<WebhookRow>`
    select * from webhooks where account_sid = ${accountSid} and service_sid = ${serviceSid}
    order by created_at desc, sid desc limit ${limit} offset ${offset}`
}

/** Where events are to go now. No row back: it was removed or switched off. */
export function findEnabledWebhook(sid: string) {
  return sql<WebhookRow>`select * from webhooks where sid = ${sid} and status = 'enabled'`
}
