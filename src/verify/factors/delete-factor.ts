import { all } from '../../store/db.ts'
import { deleteEntity as deleteEntityRow, holdEntity } from '../../store/entities.ts'
import { dropChallenges } from '../../store/factor-challenges.ts'
import { deleteFactor as deleteFactorRow, deleteFactorsOf } from '../../store/factors.ts'
import type { Tenant } from '../../store/tenant.ts'
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
    // The factor first: who asks it at the same moment has committed by then, or finds it gone.
    const [removed] = yield* all(deleteFactorRow(tenant, identity, sid))
    if (!removed) return false
    yield* all(dropChallenges(removed.entity_sid, sid))
    yield* all(oweEvent(factorEvent(removed, 'factor.deleted'), at))
    return true
  })
}

/** Removes an entity with all that it has; false when there is none. */
export async function deleteEntity({ db, clock }: Deps, tenant: Tenant, identity: string): Promise<boolean> {
  const at = clock.now()
  return db.unit(function* () {
    const [entity] = yield* all(holdEntity(tenant, identity))
    if (!entity) return false
    for (const factor of yield* all(deleteFactorsOf(entity.sid)))
      yield* all(oweEvent(factorEvent(factor, 'factor.deleted'), at))
    yield* all(dropChallenges(entity.sid, null))
    return (yield* all(deleteEntityRow(tenant, identity))).length > 0
  })
}
