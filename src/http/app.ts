import formbody from '@fastify/formbody'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { parseJson } from '../lib/json.ts'
import type { Random } from '../lib/random.ts'
import { AvalError } from '../model/error.ts'
import { asAvalError, sendProblem } from './problem.ts'
import { missing, sendTwilioError } from './twilio/answers.ts'

const bodyMax = 160 * 1024

/** The bare HTTP server: parsing, error answers and headers that every answer has. Doors are registered on it. */
export function createApp(options: {
  log: FastifyBaseLogger
  random: Random
  trustedProxies: readonly string[]
  https: boolean
}): FastifyInstance {
  const headers = headersOf(options.https)
  const app = Fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyMax,
    // Only these peers' X-Forwarded-For is believed; hop counts can be forged (OWASP ASVS 5.0, 4.1.3).
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    // A logger of its own for every request costs more than parsing it; what is logged names the request itself.
    childLoggerFactory: (logger) => logger,
    genReqId: () => options.random.bytes(8).toString('hex'),
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 500 },
    // An address that cannot be read is an address where nothing is; the router's own answer would repeat it.
    frameworkErrors: (_error, request, reply) => {
      reply.headers(headers)
      if (/^(\/verify|\/lookups)?\/v2\//.test(request.url)) sendTwilioError(request, reply, missing(request))
      else sendProblem(reply, nothingHere())
    },
    forceCloseConnections: 'idle',
  })
  app.register(formbody)
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const charset = /charset\s*=\s*"?([^\s;"]+)/i.exec(request.headers['content-type'] ?? '')?.[1]
    if (charset && !/^utf-?8$/i.test(charset)) {
      done(new AvalError('unsupported_media_type', 'Send application/json in UTF-8.'))
      return
    }
    try {
      // A POST that takes no body may still name a type.
      done(null, body.length === 0 ? undefined : parseJson(body as Buffer))
    } catch (error) {
      done(error as Error)
    }
  })
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers)
    done()
  })
  app.setErrorHandler((error, request, reply) => sendProblem(reply, asAvalError(error, request)))
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, nothingHere()))
  return app
}

/** What every answer says to browsers (OWASP ASVS 5.0, 3.4). */
function headersOf(https: boolean): Record<string, string> {
  return {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    ...(https && { 'strict-transport-security': 'max-age=63072000; includeSubDomains' }),
  }
}

function nothingHere(): AvalError {
  return new AvalError('not_found', 'There is nothing at this address.')
}
