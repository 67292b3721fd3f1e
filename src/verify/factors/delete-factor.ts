import { all } from '../../store/db.ts'
import type { Tenant } from '../../store/entities.ts'
import { deleteEntity as deleteEntityRow, findEntity } from '../../store/entities.ts'
import { dropChallenges } from '../../store/factor-challenges.ts'
import { deleteFactor as deleteFactorRow, deleteFactorsOf, findFactor } from '../../store/factors.ts'
import { oweEvent } from '../../store/webhook-deliveries.ts'
import type { VerifyDeps } from '../deps.ts'
import { factorEvent } from './factor-event.ts'

type Deps = Pick<VerifyDeps, 'db' | 'clock'>

/** Removes a factor with its challenges; false when there is none. */
export async function deleteFactor(
  { db, clock }: Deps,
  tenant: Tenant,
  identity: string,
  sid: string,
): Promise<boolean> {
  const at = clock.now()
  return db.unit(function* () {
    const [known] = yield* all(findFactor(tenant, identity, sid))
    if (!known) return false
    yield* all(dropChallenges(known.entity_sid, sid))
    const [removed] = yield* all(deleteFactorRow(tenant, identity, sid))
    if (removed) yield* all(oweEvent(factorEvent(removed, 'factor.deleted'), at))
    return removed !== undefined
  })
}

/** Removes an entity with all that it has; false when there is none. */
export async function deleteEntity({ db, clock }: Deps, tenant: Tenant, identity: string): Promise<boolean> {
  const at = clock.now()
  return db.unit(function* () {
    const [entity] = yield* all(findEntity(tenant, identity))
    if (!entity) return false
    yield* all(dropChallenges(entity.sid, null))
    for (const factor of yield* all(deleteFactorsOf(entity.sid)))
      yield* all(oweEvent(factorEvent(factor, 'factor.deleted'), at))
    return (yield* all(deleteEntityRow(tenant, identity))).length > 0
  })
}
