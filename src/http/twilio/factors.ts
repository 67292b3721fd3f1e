import type { FastifyInstance } from 'fastify'
import { invalidParameter } from '../../model/twilio-error.ts'
import { createFactor, type NewFactorKind } from '../../verify/factors/create-factor.ts'
import { deleteFactor } from '../../verify/factors/delete-factor.ts'
import { factorPages, readFactor } from '../../verify/factors/read-factors.ts'
import { updateFactor } from '../../verify/factors/update-factor.ts'
import { found } from './answers.ts'
import { baseOf, sidParam, type TwilioDoor, tenantFor } from './door.ts'
import { identityParam, knownIdentityParam } from './entities.ts'
import { factorBody } from './factor-body.ts'
import { type Form, formOf, given } from './form.ts'
import { pageOf } from './page.ts'

const path = '/Services/:service/Entities/:identity/Factors'
const algorithms = ['sha1', 'sha256', 'sha512'] as const
const platforms = ['apn', 'fcm', 'none'] as const
const payloadMax = 5000

/** Factors of an entity: TOTP and push; passkeys are enrolled at an address of their own and are read and removed here. */
export function registerFactors(scope: FastifyInstance, door: TwilioDoor): void {
  scope.post(path, async (request, reply) => {
    const { service } = await tenantFor(door, request)
    const identity = identityParam(request)
    const form = formOf(request.body)
    const friendlyName = form.required('FriendlyName', 64)
    const { factor, binding } = await createFactor(door, {
      service,
      identity,
      friendlyName,
      metadata: form.object('Metadata'),
      kind: kindOf(form),
    })
    return reply.code(201).send({ ...factorBody(factor, baseOf(request, door)), binding, options: null })
  })
  scope.get(path, async (request) => {
    const { tenant } = await tenantFor(door, request)
    const read = found(request, await factorPages(door, tenant, knownIdentityParam(request)))
    return pageOf(request, door, 'factors', read, (one) => factorBody(one, baseOf(request, door)))
  })
  scope.get(`${path}/:sid`, async (request) => {
    const { tenant } = await tenantFor(door, request)
    const one = await readFactor(door, tenant, knownIdentityParam(request), sidParam(request, 'YF'))
    return factorBody(found(request, one), baseOf(request, door))
  })
  scope.post(`${path}/:sid`, async (request) => {
    const { tenant } = await tenantFor(door, request)
    const [identity, sid] = [knownIdentityParam(request), sidParam(request, 'YF')]
    found(request, await readFactor(door, tenant, identity, sid))
    const form = formOf(request.body)
    const updated = await updateFactor(door, {
      tenant,
      identity,
      sid,
      friendlyName: form.text('FriendlyName', 64),
      config: configChange(form),
      authPayload: form.text('AuthPayload', payloadMax),
    })
    return factorBody(found(request, updated), baseOf(request, door))
  })
  scope.delete(`${path}/:sid`, async (request, reply) => {
    const { tenant } = await tenantFor(door, request)
    const removed = await deleteFactor(door, tenant, knownIdentityParam(request), sidParam(request, 'YF'))
    found(request, removed || undefined)
    return reply.code(204).send()
  })
}

function kindOf(form: Form): NewFactorKind {
  form.required('FactorType')
  // What the other type would use is read as well: an ill value is a mistake in either.
  const config = totpChange(form)
  const platform = form.choice('Config.NotificationPlatform', platforms)
  if (form.choice('FactorType', ['totp', 'push']) === 'totp')
    return { type: 'totp', secret: form.text('Binding.Secret', 200), config }
  const app_id = form.required('Config.AppId', 255)
  form.required('Config.NotificationPlatform')
  const notification_platform = platform ?? 'none'
  const notification_token = form.text('Config.NotificationToken', 4096) ?? null
  if (notification_platform !== 'none' && notification_token === null)
    throw invalidParameter('Config.NotificationToken')
  const sdk_version = form.text('Config.SdkVersion', 64) ?? null
  return {
    type: 'push',
    alg: form.text('Binding.Alg'),
    publicKey: form.text('Binding.PublicKey', 500),
    config: { sdk_version, app_id, notification_platform, notification_token },
  }
}

/** Settings of an authenticator app, as far as they are given. */
function totpChange(form: Form) {
  return given({
    alg: form.choice('Config.Alg', algorithms),
    skew: form.integer('Config.Skew', 0, 2),
    code_length: form.integer('Config.CodeLength', 3, 8),
    time_step: form.integer('Config.TimeStep', 20, 60),
  })
}

function configChange(form: Form): Record<string, string | number> {
  return {
    ...totpChange(form),
    ...given({
      notification_token: form.text('Config.NotificationToken', 4096),
      notification_platform: form.choice('Config.NotificationPlatform', platforms),
      sdk_version: form.text('Config.SdkVersion', 64),
    }),
  }
}
