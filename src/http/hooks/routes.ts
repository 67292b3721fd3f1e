import type { FastifyInstance } from 'fastify'
import type { CarrierChoices } from '../../channel/carriers/configured.ts'
import { registerCarrierHooks } from './carrier-hooks.ts'
import { registerMetaHooks } from './meta-hooks.ts'
import { registerTwilioHooks, type TwilioHookDeps } from './twilio-hooks.ts'

/** The doors that carriers report through: one for each carrier that the settings choose, and none for the others. */
export function registerHooks(
  app: FastifyInstance,
  choices: CarrierChoices,
  deps: Omit<TwilioHookDeps, 'authToken'>,
): void {
  for (const choice of new Map(Object.values(choices).map((one) => [one?.by, one])).values()) {
    if (choice?.by === 'twilio') registerTwilioHooks(app, { ...deps, authToken: choice.authToken })
    if (choice?.by === 'meta') registerMetaHooks(app, { ...deps, ...choice })
  }
  const gateway = Object.values(choices).find((one) => one?.by === 'http' || (one?.by === 'smtp' && one.secret))
  if (gateway?.by === 'http' || gateway?.by === 'smtp') {
    if (gateway.secret) registerCarrierHooks(app, { ...deps, secret: gateway.secret })
  }
}
