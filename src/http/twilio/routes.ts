import type { FastifyInstance, FastifyRequest } from 'fastify'
import { newSid } from '../../lib/ids.ts'
import { secretMatcher } from '../../lib/keyring.ts'
import { TwilioError } from '../../model/twilio-error.ts'
import { registerAccessTokens } from './access-tokens.ts'
import { missing, sendTwilioError } from './answers.ts'
import { registerAttempts } from './attempts.ts'
import { registerChallenges } from './challenges.ts'
import type { TwilioDoor } from './door.ts'
import { registerEntities } from './entities.ts'
import { registerFactors } from './factors.ts'
import { registerForms } from './forms.ts'
import { registerLookups } from './lookups.ts'
import { registerMessagingConfigurations } from './messaging-configurations.ts'
import { registerPasskeys } from './passkeys.ts'
import { registerRateLimits } from './rate-limits.ts'
import { registerSafeList } from './safe-list.ts'
import { registerServices } from './services.ts'
import { registerTemplates } from './templates.ts'
import { registerVerifications } from './verifications.ts'
import { registerWebhooks } from './webhooks.ts'

const verify = [
  registerServices,
  registerVerifications,
  registerRateLimits,
  registerMessagingConfigurations,
  registerTemplates,
  registerSafeList,
  registerAttempts,
  registerForms,
  registerWebhooks,
  registerEntities,
  registerFactors,
  registerChallenges,
  registerPasskeys,
  registerAccessTokens,
]

/**
 * Verify v2 and Lookup v2 as Twilio speaks them: both at /v2 and, for clients that keep the product in the path, at /verify/v2 and
 * /lookups/v2.
 */
export function registerTwilio(app: FastifyInstance, door: TwilioDoor): void {
  const products = { '/v2': [...verify, registerLookups], '/verify/v2': verify, '/lookups/v2': [registerLookups] }
  for (const [prefix, resources] of Object.entries(products)) {
    app.register(
      async (scope) => {
        keepWire(scope, door)
        for (const register of resources) register(scope, door)
      },
      { prefix },
    )
  }
}

/** What holds for every request: authentication, ids, bodies of the right type, errors in Twilio's shape. */
function keepWire(scope: FastifyInstance, door: TwilioDoor): void {
  const authenticate = authenticator(door)
  scope.addHook('onRequest', (request, reply, done) => {
    reply.header('twilio-request-id', newSid('RQ', door.clock.now(), door.random))
    authenticate(request)
    done()
  })
  scope.addHook('preValidation', (request, _reply, done) => {
    const wanted = takesJson(request) ? /^application\/json\b/i : /^application\/x-www-form-urlencoded\b/i
    const right = request.body === undefined || wanted.test(request.headers['content-type'] ?? '')
    done(
      right ? undefined : new TwilioError(60200, `Invalid parameter: send ${takesJson(request) ? 'JSON' : 'a form'}`),
    )
  })
  scope.setErrorHandler((error, request, reply) => sendTwilioError(request, reply, error))
  scope.setNotFoundHandler((request, reply) => sendTwilioError(request, reply, missing(request)))
}

/** Forms everywhere, except where Twilio takes JSON: passkeys, and what Lookup writes. */
function takesJson({ routeOptions }: FastifyRequest): boolean {
  return /\/:service\/Passkeys\/|\/v2\/(batch|RateLimits|PhoneNumbers)\b/.test(routeOptions.url ?? '')
}

/** Basic auth with account SID and auth token, or with the API key in its two parts. Throws 20003 for anything else. */
function authenticator({ accountSid, authToken, apiKey }: TwilioDoor): (request: FastifyRequest) => void {
  const isAccount = secretMatcher(`${accountSid}:${authToken.reveal()}`)
  const isKey = /^SK[0-9a-fA-F]{32}:.+$/.test(apiKey.reveal()) ? secretMatcher(apiKey.reveal()) : () => false
  return ({ headers: { authorization = '' } }) => {
    const encoded = /^Basic +([A-Za-z0-9+/=_-]{1,600})$/i.exec(authorization)?.[1]
    const given = Buffer.from(encoded ?? '', 'base64').toString('utf8')
    if (!isAccount(given) && !isKey(given)) throw new TwilioError(20003)
  }
}
