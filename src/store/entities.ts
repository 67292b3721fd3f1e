import type { Instant } from '../lib/clock.ts'
import { sql } from './db.ts'
import type { Tenant } from './tenant.ts'

/** A user in the factors API, by the caller's own name for them. */
export interface EntityRow extends Tenant {
  sid: string
  identity: string
  created_at: Instant
  updated_at: Instant
}

/** No row back: the identity is an entity already. */
export function insertEntity(e: EntityRow) {
  return sql<EntityRow>`
    insert into entities (sid, service_sid, account_sid, identity, created_at, updated_at)
    values (${e.sid}, ${e.service_sid}, ${e.account_sid}, ${e.identity}, ${e.created_at}, ${e.updated_at})
    on conflict (service_sid, identity) do nothing returning *`
}

/** The entity of this identity, made if there was none. Inside a unit nobody else adds to it until the unit ends. */
export function keepEntity(e: EntityRow) {
  return sql<EntityRow>`
    insert into entities (sid, service_sid, account_sid, identity, created_at, updated_at)
    values (${e.sid}, ${e.service_sid}, ${e.account_sid}, ${e.identity}, ${e.created_at}, ${e.updated_at})
    on conflict (service_sid, identity) do update set updated_at = excluded.updated_at returning *`
}

/** No row back: the service has none of this identity. */
export function findEntity({ account_sid, service_sid }: Tenant, identity: string) {
  return sql<EntityRow>`
    select * from entities
    where account_sid = ${account_sid} and service_sid = ${service_sid} and identity = ${identity}`
}

/** The entity, which nobody else adds to or removes until the unit ends. */
export function holdEntity({ account_sid, service_sid }: Tenant, identity: string) {
  return sql<EntityRow>`
    update entities set updated_at = updated_at
    where account_sid = ${account_sid} and service_sid = ${service_sid} and identity = ${identity} returning *`
}

/** Removes an entity and, by cascade, its factors; its challenges are the caller's to remove in the same unit. No row back: there was none. */
export function deleteEntity({ account_sid, service_sid }: Tenant, identity: string) {
  return sql<EntityRow>`
    delete from entities
    where account_sid = ${account_sid} and service_sid = ${service_sid} and identity = ${identity} returning *`
}

/** Newest first. */
export function listEntities({ account_sid, service_sid }: Tenant, offset: number, limit: number) {
  return sql<EntityRow>`
    select * from entities where account_sid = ${account_sid} and service_sid = ${service_sid}
    order by created_at desc, sid desc limit ${limit} offset ${offset}`
}
