import type { FastifyReply, FastifyRequest } from 'fastify'
import { TwilioError } from '../../model/twilio-error.ts'
import { isOwnerGone } from '../../store/db.ts'
import { asAvalError } from '../problem.ts'

/** A 404 in Twilio's words, which clients match by pattern: the path without its version. */
export function missing(request: FastifyRequest, details?: Record<string, string>): TwilioError {
  const path = (request.url.split('?')[0] ?? '').replace(/^(?:\/(?:verify|lookups))?\/v2(?=\/)/, '')
  return new TwilioError(20404, `The requested resource ${path.slice(0, 200)} was not found`, { details })
}

/** What a command found, or a 404 for what it did not find. */
export function found<T>(request: FastifyRequest, one: T | undefined): T {
  if (one === undefined) throw missing(request)
  return one
}

/** Answers a failure in Twilio's shape; no `type` or `title`, which newer SDKs would take for another format. */
export function sendTwilioError(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const { code, message, status, more } = error instanceof TwilioError ? error : translate(request, error)
  if (more.retryAfterS !== undefined) reply.header('retry-after', more.retryAfterS)
  if (more.reachedRateLimit !== undefined) reply.header('twilio-reached-rate-limit', more.reachedRateLimit)
  if (status === 401) reply.header('www-authenticate', 'Basic realm="Aval"')
  const body = { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }
  return reply
    .code(status)
    .type('application/json')
    .send(more.details ? { ...body, details: more.details } : body)
}

function translate(request: FastifyRequest, error: unknown): TwilioError {
  // Another node removed the service a moment ago.
  if (isOwnerGone(error)) return missing(request)
  const ours = asAvalError(error, request)
  if (ours.status === 503) return new TwilioError(20503, undefined, { retryAfterS: ours.retryAfterS })
  if (ours.code === 'release_blocked') return new TwilioError(20503)
  if (ours.status >= 500) return new TwilioError(20500)
  return ours.status === 404
    ? missing(request)
    : new TwilioError(60200, 'Invalid parameter: the request cannot be read')
}
