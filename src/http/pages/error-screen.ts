import type { FastifyRequest } from 'fastify'
import type { TransactionState } from '../../gate/deps.ts'
import { isId } from '../../lib/ids.ts'
import { shortRef } from '../../lib/short-ref.ts'
import type { AvalError } from '../../model/error.ts'
import type { Locale } from '../../model/locale.ts'
import { pageCopy } from './copy/copy.ts'
import { exitOf, type Screen, screenOf, tellings, usedScreen, withProblem } from './screen.ts'

/** The page for a refusal of the gate; undefined when it is none that a person at this page can do something about. */
export function screenOfRefusal(
  error: AvalError,
  state: TransactionState,
  locale: Locale,
  timeZone: string,
): Screen | undefined {
  const copy = pageCopy[locale]
  const { id, digest } = state.transaction
  const now = screenOf(state, locale, timeZone)
  switch (error.code) {
    case 'transaction_approved':
    case 'transaction_releasing':
    case 'transaction_released':
      return usedScreen(state, locale, timeZone)
    case 'transaction_changed':
      return {
        name: 'telling',
        status: tellings.changed,
        telling: 'changed',
        exit: { to: 'transaction', href: `/t/${id}` },
      }
    case 'transaction_denied':
    case 'transaction_canceled':
    case 'transaction_expired':
    case 'transaction_locked':
    case 'transaction_superseded':
    case 'code_expired':
      return now
    case 'no_open_challenge':
      return { ...now, status: error.status }
    case 'resend_too_soon':
      return withProblem(now, error.status, copy.resendTooSoon(error.retryAfterS ?? 1), error.retryAfterS)
    case 'enrolment_over':
      return { name: 'telling', status: tellings.enrolmentOver, telling: 'enrolmentOver', exit: exitOf(state) }
    case 'transaction_not_approved':
      return now
    case 'too_many_sends':
      return withProblem(now, error.status, copy.resendNone)
    case 'delivery_failed':
      return withProblem(now, 503, copy.notDelivered)
    case 'another_way_needed':
    case 'proof_of_work_invalid':
      return withProblem(now, 403, copy.anotherWayNeeded)
    case 'too_many_checks':
      return withProblem(now, error.status, copy.tooManyChecks)
    case 'too_many_messages':
      return withProblem(now, error.status, copy.tooManyMessages)
    case 'destination_not_allowed':
    case 'contact_required':
    case 'contact_invalid':
    case 'factor_not_allowed':
    case 'factor_not_enrolled':
    case 'assurance_not_reachable':
      return {
        name: 'telling',
        status: tellings.blocked,
        telling: 'blocked',
        reference: shortRef(digest),
        exit: exitOf(state),
      }
    default:
      return undefined
  }
}

/** The page for everything else. It says nothing of a transaction, so all unknown and foreign ids look the same. */
export function screenOfError(error: AvalError, request: FastifyRequest): Screen {
  switch (error.code) {
    case 'not_found':
      return { name: 'telling', status: tellings.notFound, telling: 'notFound', exit: undefined }
    case 'forbidden':
      return { name: 'telling', status: tellings.crossSite, telling: 'crossSite', exit: undefined }
    case 'too_many_requests': {
      const { retryAfterS = 60 } = error
      return { name: 'telling', status: tellings.slowDown, telling: 'slowDown', retryAfterS, exit: retryOf(request) }
    }
    case 'store_unavailable':
    case 'key_unavailable':
    case 'no_carrier':
    case 'verifier_unavailable':
    case 'release_blocked':
    case 'internal_error': {
      const failed = { name: 'telling', telling: 'serverError', reference: request.id, exit: retryOf(request) } as const
      return {
        ...failed,
        status: error.status,
        ...(error.retryAfterS !== undefined && { retryAfterS: error.retryAfterS }),
      }
    }
    default:
      return { name: 'telling', status: error.status, telling: 'badRequest', exit: retryOf(request) }
  }
}

/** Back to the transaction's page. The id is the request's own and goes out only in the form that ids have. */
function retryOf(request: FastifyRequest): { to: 'retry'; href: string } | undefined {
  const { id } = (request.params ?? {}) as { id?: string }
  return id && isId('tx', id) ? { to: 'retry', href: `/t/${id}` } : undefined
}
