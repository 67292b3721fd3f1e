import type { WorkChallenge } from './proof-of-work.ts'

/** Every code that an Aval answer can carry, with its HTTP status. docs/errors.md explains each; a test holds them together. */
export const errorCodes = {
  invalid_json: 400,
  invalid_request: 422,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  payload_too_large: 413,
  unsupported_media_type: 415,
  misdirected_request: 421,
  too_many_requests: 429,
  resend_too_soon: 429,
  too_many_sends: 429,
  too_many_checks: 429,
  no_open_challenge: 409,
  code_expired: 409,
  contact_required: 422,
  contact_mismatch: 422,
  contact_invalid: 422,
  factor_not_allowed: 422,
  factor_not_enrolled: 422,
  assurance_not_reachable: 422,
  enrolment_over: 409,
  contact_in_use: 409,
  destination_not_allowed: 422,
  another_way_needed: 422,
  too_many_messages: 429,
  proof_of_work_invalid: 422,
  return_url_not_allowed: 422,
  payload_invalid: 422,
  transaction_not_approved: 409,
  transaction_approved: 409,
  transaction_releasing: 409,
  transaction_released: 409,
  transaction_denied: 409,
  transaction_canceled: 409,
  transaction_expired: 409,
  transaction_locked: 409,
  transaction_superseded: 409,
  transaction_pending: 409,
  transaction_changed: 409,
  version_conflict: 409,
  release_in_progress: 409,
  release_held: 409,
  release_in_review: 409,
  transaction_refused: 403,
  review_not_wanted: 409,
  release_mismatch: 409,
  release_blocked: 409,
  idempotency_key_invalid: 422,
  idempotency_key_reused: 422,
  idempotency_in_flight: 409,
  delivery_failed: 502,
  no_carrier: 503,
  verifier_unavailable: 503,
  store_unavailable: 503,
  key_unavailable: 503,
  internal_error: 500,
} as const

export type ErrorCode = keyof typeof errorCodes

/** One fault of one member of the input. `path` names it as the caller wrote it: "summary.amount.value". */
export interface FieldFault {
  path: string
  message: string
}

/** What a caller did wrong, or what keeps Aval from answering now. Nothing has changed when one is thrown, unless its code says so. */
export class AvalError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly retryAfterS: number | undefined
  readonly faults: readonly FieldFault[]
  /** What the browser may work out to be let past after all. */
  readonly proofOfWork: WorkChallenge | undefined
  constructor(
    code: ErrorCode,
    message: string,
    more: {
      retryAfterS?: number
      faults?: readonly FieldFault[]
      proofOfWork?: WorkChallenge | undefined
      cause?: unknown
    } = {},
  ) {
    super(message, more.cause === undefined ? {} : { cause: more.cause })
    this.name = 'AvalError'
    this.code = code
    this.status = errorCodes[code]
    this.retryAfterS = more.retryAfterS
    this.faults = more.faults ?? []
    this.proofOfWork = more.proofOfWork
  }
}
