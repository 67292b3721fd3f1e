import type { Instant } from '../lib/clock.ts'
import { sql } from './db.ts'
import type { Tenant } from './tenant.ts'

/** Which messaging service carries the texts to one country (ISO 3166), or to `all` others. */
export interface MessagingConfigurationRow extends Tenant {
  country: string
  messaging_service_sid: string
  created_at: Instant
  updated_at: Instant
}

/** No row back: the country has one. */
export function insertMessagingConfiguration(m: MessagingConfigurationRow) {
  return sql<MessagingConfigurationRow>`
    insert into messaging_configurations (service_sid, country, account_sid, messaging_service_sid, created_at, updated_at)
    values (${m.service_sid}, ${m.country}, ${m.account_sid}, ${m.messaging_service_sid}, ${m.created_at}, ${m.updated_at})
    on conflict (service_sid, country) do nothing returning *`
}

/** No row back: the country has none of its own. */
export function findMessagingConfiguration({ account_sid, service_sid }: Tenant, country: string) {
  return sql<MessagingConfigurationRow>`
    select * from messaging_configurations
    where service_sid = ${service_sid} and account_sid = ${account_sid} and country = ${country}`
}

/** Gives the country another messaging service. No row back: the country has none. */
export function updateMessagingConfiguration(
  { account_sid, service_sid }: Tenant,
  country: string,
  messagingServiceSid: string,
  at: Instant,
) {
  return sql<MessagingConfigurationRow>`
    update messaging_configurations set messaging_service_sid = ${messagingServiceSid}, updated_at = ${at}
    where service_sid = ${service_sid} and account_sid = ${account_sid} and country = ${country} returning *`
}

/** Leaves the country to the default. No row back: it had none. */
export function deleteMessagingConfiguration({ account_sid, service_sid }: Tenant, country: string) {
  return sql<MessagingConfigurationRow>`
    delete from messaging_configurations
    where service_sid = ${service_sid} and account_sid = ${account_sid} and country = ${country} returning *`
}

/** By country. */
export function listMessagingConfigurations({ account_sid, service_sid }: Tenant, offset: number, limit: number) {
  return sql<MessagingConfigurationRow>`
    select * from messaging_configurations where service_sid = ${service_sid} and account_sid = ${account_sid}
    order by country limit ${limit} offset ${offset}`
}
