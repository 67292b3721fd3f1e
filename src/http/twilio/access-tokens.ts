import type { FastifyInstance } from 'fastify'
import { isoSeconds } from '../../lib/clock.ts'
import { isIdentity } from '../../model/identity.ts'
import { invalidParameter } from '../../model/twilio-error.ts'
import { type AccessToken, createAccessToken, readAccessToken } from '../../verify/factors/access-token.ts'
import { found } from './answers.ts'
import { baseOf, sidParam, type TwilioDoor, tenantFor } from './door.ts'
import { formOf } from './form.ts'

const path = '/Services/:service/AccessTokens'

/** AccessTokens: tickets with which a device enrols a push factor. */
export function registerAccessTokens(scope: FastifyInstance, door: TwilioDoor): void {
  scope.post(path, async (request, reply) => {
    const { tenant } = await tenantFor(door, request)
    const form = formOf(request.body)
    const identity = form.required('Identity')
    if (!isIdentity(identity)) throw invalidParameter('Identity')
    form.required('FactorType')
    form.choice('FactorType', ['push'])
    const friendlyName = form.text('FactorFriendlyName', 64)
    const made = await createAccessToken(door, {
      tenant,
      identity,
      friendlyName,
      ttlS: form.integer('Ttl', 60, 300) ?? 60,
    })
    return reply.code(201).send(accessTokenBody(made, baseOf(request, door)))
  })
  scope.get(`${path}/:sid`, async (request) => {
    const { tenant } = await tenantFor(door, request)
    const one = await readAccessToken(door, tenant, sidParam(request, 'YK'))
    return accessTokenBody(found(request, one), baseOf(request, door))
  })
}

function accessTokenBody({ row, token }: AccessToken, base: string) {
  return {
    sid: row.sid,
    account_sid: row.account_sid,
    service_sid: row.service_sid,
    entity_identity: row.identity,
    factor_type: row.factor_type,
    factor_friendly_name: row.factor_friendly_name,
    token,
    url: `${base}/v2/Services/${row.service_sid}/AccessTokens/${row.sid}`,
    ttl: row.ttl_s,
    date_created: isoSeconds(row.created_at),
  }
}
