import { findEntity } from '../../store/entities.ts'
import {
  type ChallengeFilter,
  type FactorChallengeRow,
  findFactorChallenge,
  listFactorChallenges,
} from '../../store/factor-challenges.ts'
import { type FactorRow, findFactor, listFactors } from '../../store/factors.ts'
import type { Tenant } from '../../store/tenant.ts'
import type { VerifyDeps } from '../deps.ts'

type Deps = Pick<VerifyDeps, 'db' | 'clock'>

/** A factor of this identity; undefined where it has none of this SID. */
export async function readFactor(
  { db }: Deps,
  tenant: Tenant,
  identity: string,
  sid: string,
): Promise<FactorRow | undefined> {
  const [row] = await db.read(findFactor(tenant, identity, sid))
  return row
}

/** Reads the factors of an identity page by page, newest first; undefined where there is no such entity. */
export async function factorPages({ db }: Deps, tenant: Tenant, identity: string) {
  const [entity] = await db.read(findEntity(tenant, identity))
  return entity && ((offset: number, limit: number) => db.read(listFactors(tenant, entity.sid, offset, limit)))
}

/** A challenge of this identity; undefined where it has none of this SID. */
export async function readChallenge(
  { db }: Deps,
  tenant: Tenant,
  identity: string,
  sid: string,
): Promise<FactorChallengeRow | undefined> {
  const [row] = await db.read(findFactorChallenge(tenant, identity, sid))
  return row
}

/** Reads the challenges that the filter means page by page; undefined where there is no such entity. */
export async function challengePages(
  { db, clock }: Deps,
  tenant: Tenant,
  identity: string,
  filter: Omit<ChallengeFilter, 'entitySid'>,
) {
  const [entity] = await db.read(findEntity(tenant, identity))
  const at = clock.now()
  return (
    entity &&
    ((offset: number, limit: number) =>
      db.read(listFactorChallenges(tenant, { ...filter, entitySid: entity.sid }, at, offset, limit)))
  )
}
