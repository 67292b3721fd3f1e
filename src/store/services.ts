import type { Instant } from '../lib/clock.ts'
import { sql } from './db.ts'

/** A Verify service: a tenant of the Twilio door. `settings` is JSON with the members that the service was given. */
export interface ServiceRow {
  sid: string
  account_sid: string
  friendly_name: string
  settings: string
  created_at: Instant
  updated_at: Instant
  /** Whether an enabled webhook of it asks for the events of verifications. */
  notifies: number
}

export type NewService = Omit<ServiceRow, 'notifies'>

/** No row back: the sid is taken. */
export function insertService(s: NewService) {
  return sql<NewService>`
    insert into services (sid, account_sid, friendly_name, settings, created_at, updated_at)
    values (${s.sid}, ${s.account_sid}, ${s.friendly_name}, ${s.settings}, ${s.created_at}, ${s.updated_at})
    on conflict (sid) do nothing returning *`
}

/** The service of this account, and whether webhooks want to hear of its verifications. No row back: the account has none of this SID. */
export function findService(accountSid: string, sid: string) {
  return sql<ServiceRow>`
    select s.*, case when exists (select 1 from webhooks w where w.service_sid = s.sid and w.status = 'enabled'
      and w.event_types like '%"verification.%') then 1 else 0 end as notifies
    from services s where s.account_sid = ${accountSid} and s.sid = ${sid}`
}

/** The service as it is; nobody else who holds it, to change it or to add to what it has, goes on until the unit ends. */
export function holdService(accountSid: string, sid: string) {
  return sql<NewService>`
    update services set updated_at = updated_at where account_sid = ${accountSid} and sid = ${sid} returning *`
}

/** Writes what the service is from now on; for a unit that holds it. No row back: it is gone. */
export function updateService(s: NewService) {
  return sql<NewService>`
    update services set friendly_name = ${s.friendly_name}, settings = ${s.settings}, updated_at = ${s.updated_at}
    where account_sid = ${s.account_sid} and sid = ${s.sid} returning *`
}

/** Removes a service and, by cascade, what was set up in it; its verifications stay and are reached no more. No row back: there was none. */
export function deleteService(accountSid: string, sid: string) {
  return sql<NewService>`delete from services where account_sid = ${accountSid} and sid = ${sid} returning *`
}

/** Newest first. */
export function listServices(accountSid: string, offset: number, limit: number) {
  return sql<ServiceRow>`
    select s.*, 0 as notifies from services s where account_sid = ${accountSid}
    order by created_at desc, sid limit ${limit} offset ${offset}`
}
