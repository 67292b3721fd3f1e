import { newSid } from '../lib/ids.ts'
import { TwilioError } from '../model/twilio-error.ts'
import { type EntityRow, findEntity, insertEntity, listEntities } from '../store/entities.ts'
import type { Tenant } from '../store/tenant.ts'
import type { VerifyDeps } from './deps.ts'

/** Makes an entity of an identity. Refuses with 60301 where it is one already. */
export async function createEntity(
  { db, clock, random }: Pick<VerifyDeps, 'db' | 'clock' | 'random'>,
  tenant: Tenant,
  identity: string,
): Promise<EntityRow> {
  const at = clock.now()
  const row = { sid: newSid('YE', at, random), ...tenant, identity, created_at: at, updated_at: at }
  const [made] = await db.write(insertEntity(row))
  if (!made) throw new TwilioError(60301)
  return made
}

/** The entity of an identity; undefined where it is none. */
export async function readEntity(
  { db }: Pick<VerifyDeps, 'db'>,
  tenant: Tenant,
  identity: string,
): Promise<EntityRow | undefined> {
  const [row] = await db.read(findEntity(tenant, identity))
  return row
}

/** Newest first. */
export function readEntities(
  { db }: Pick<VerifyDeps, 'db'>,
  tenant: Tenant,
  offset: number,
  limit: number,
): Promise<EntityRow[]> {
  return db.read(listEntities(tenant, offset, limit))
}
