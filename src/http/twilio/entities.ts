import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isoSeconds } from '../../lib/clock.ts'
import { isIdentity } from '../../model/identity.ts'
import { invalidParameter } from '../../model/twilio-error.ts'
import type { EntityRow } from '../../store/entities.ts'
import { createEntity, readEntities, readEntity } from '../../verify/entities.ts'
import { deleteEntity } from '../../verify/factors/delete-factor.ts'
import { found, missing } from './answers.ts'
import { baseOf, param, type TwilioDoor, tenantFor } from './door.ts'
import { formOf } from './form.ts'
import { pageOf } from './page.ts'

/** Entities: the users of a service, by the caller's own names for them. */
export function registerEntities(scope: FastifyInstance, door: TwilioDoor): void {
  scope.post('/Services/:service/Entities', async (request, reply) => {
    const { tenant } = await tenantFor(door, request)
    const identity = formOf(request.body).required('Identity')
    if (!isIdentity(identity)) throw invalidParameter('Identity')
    return reply.code(201).send(entityBody(await createEntity(door, tenant, identity), baseOf(request, door)))
  })
  scope.get('/Services/:service/Entities', async (request) => {
    const { tenant } = await tenantFor(door, request)
    const read = (offset: number, limit: number) => readEntities(door, tenant, offset, limit)
    return pageOf(request, door, 'entities', read, (one) => entityBody(one, baseOf(request, door)))
  })
  scope.get('/Services/:service/Entities/:identity', async (request) => {
    const { tenant } = await tenantFor(door, request)
    const one = await readEntity(door, tenant, knownIdentityParam(request))
    return entityBody(found(request, one), baseOf(request, door))
  })
  scope.delete('/Services/:service/Entities/:identity', async (request, reply) => {
    const { tenant } = await tenantFor(door, request)
    found(request, (await deleteEntity(door, tenant, knownIdentityParam(request))) || undefined)
    return reply.code(204).send()
  })
}

/** The identity in the path, for what must be there. Throws 20404 where it has not the form of one. */
export function knownIdentityParam(request: FastifyRequest): string {
  const identity = param(request, 'identity')
  if (!isIdentity(identity)) throw missing(request)
  return identity
}

/** The identity in the path, for what may make an entity of it. Throws 60200 where it has not the form of one. */
export function identityParam(request: FastifyRequest): string {
  const identity = param(request, 'identity')
  if (!isIdentity(identity)) throw invalidParameter('Identity')
  return identity
}

function entityBody(e: EntityRow, base: string) {
  const url = `${base}/v2/Services/${e.service_sid}/Entities/${e.identity}`
  return {
    sid: e.sid,
    identity: e.identity,
    account_sid: e.account_sid,
    service_sid: e.service_sid,
    date_created: isoSeconds(e.created_at),
    date_updated: isoSeconds(e.updated_at),
    url,
    links: { factors: `${url}/Factors`, new_factors: `${url}/Factors`, challenges: `${url}/Challenges` },
  }
}
