import type { FastifyReply, FastifyRequest } from 'fastify'
import { SealBroken } from '../lib/aead.ts'
import { InvalidJson } from '../lib/json.ts'
import { UnknownKey } from '../lib/keyring.ts'
import { AvalError } from '../model/error.ts'
import { StoreUnavailable } from '../store/db.ts'

/** What any thrown thing means to the caller. What we do wrong is logged whole and answered with internal_error, saying nothing. */
export function asAvalError(error: unknown, request: Pick<FastifyRequest, 'log' | 'id'>): AvalError {
  if (error instanceof AvalError) return error
  if (error instanceof StoreUnavailable) {
    request.log.error({ request: request.id, err: error.cause }, 'the store is unavailable')
    return new AvalError('store_unavailable', 'The store does not answer. Nothing is lost; try again shortly.', {
      retryAfterS: 2,
    })
  }
  if (error instanceof UnknownKey) {
    request.log.error({ request: request.id, err: error }, 'a key is missing')
    return new AvalError('key_unavailable', 'The key that this transaction was sealed with is not in the ring.', {
      retryAfterS: 60,
    })
  }
  if (error instanceof SealBroken) {
    request.log.error({ request: request.id, err: error }, 'stored data were changed')
    return new AvalError(
      'release_blocked',
      'The stored data are not what was sealed. Nothing was done; tell your operators.',
    )
  }
  if (error instanceof InvalidJson) return new AvalError('invalid_json', 'The body is not valid JSON in UTF-8.')
  const ours = byFastify(error)
  if (ours) return ours
  request.log.error({ request: request.id, err: error }, 'a request failed')
  return new AvalError('internal_error', `Something failed on our side. Quote ${request.id}.`)
}

function byFastify(error: unknown): AvalError | undefined {
  const { code, statusCode } = error as { code?: string; statusCode?: number }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new AvalError('payload_too_large', 'The body is too large.')
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new AvalError('unsupported_media_type', 'Send application/json in UTF-8.')
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new AvalError('invalid_request', 'The request cannot be read.')
  }
  return undefined
}

/** Answers with RFC 9457 problem details and our stable `code`. */
export function sendProblem(reply: FastifyReply, error: AvalError): FastifyReply {
  if (error.retryAfterS !== undefined) reply.header('retry-after', error.retryAfterS)
  if (error.status === 401) reply.header('www-authenticate', 'Bearer')
  return reply
    .code(error.status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: `urn:aval:error:${error.code}`,
        title: error.code.replaceAll('_', ' '),
        status: error.status,
        code: error.code,
        detail: error.message,
        ...(error.faults.length > 0 && { errors: error.faults }),
        ...(error.proofOfWork && { proof_of_work: error.proofOfWork }),
      }),
    )
}
