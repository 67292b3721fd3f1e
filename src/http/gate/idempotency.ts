import { createHash } from 'node:crypto'
import type { GateDeps } from '../../gate/deps.ts'
import { openBytes, sealBytes } from '../../lib/aead.ts'
import { frame } from '../../lib/frame.ts'
import { newHex } from '../../lib/ids.ts'
import { hmac, type KeyRing } from '../../lib/keyring.ts'
import { AvalError } from '../../model/error.ts'
import {
  claimIdempotencyKey,
  dropClaim,
  findIdempotencyKey,
  type IdempotencyRow,
  storeAnswer,
} from '../../store/idempotency-keys.ts'

/** A request that may be repeated: same credential, route, transaction and key. */
export interface IdempotentRequest {
  credential: string
  route: string
  transactionId: string
  key: string
  body: unknown
  /** Whether the answer holds the payload, which is not kept past its acknowledgement. */
  holdsPayload: boolean
}

/** What a repeat is answered: what the first request was answered. */
export interface Answer {
  status: number
  body: unknown
  transactionId: string
}

const keptMs = 24 * 3_600_000
const claimMs = 30_000
const keyForm = /^[\x21-\x7e]{1,255}$/

/** The header's key, or idempotency_key_invalid. */
export function idempotencyKeyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  if (typeof header === 'string' && keyForm.test(header)) return header
  throw new AvalError('idempotency_key_invalid', 'Idempotency-Key is one value of 1 to 255 visible ASCII characters.')
}

/**
 * Runs a request once for its key: a repeat within 24 hours gets the stored answer, one that comes meanwhile idempotency_in_flight,
 * one with another body idempotency_key_reused. Answers are kept sealed. A request that was refused may be tried again.
 */
export async function runOnce(
  deps: Pick<GateDeps, 'db' | 'clock' | 'random' | 'keys'>,
  request: IdempotentRequest,
  run: (operation: string) => Promise<Answer>,
): Promise<Answer & { replayed: boolean }> {
  const at = deps.clock.now()
  const scope = sha256(frame(request.credential, request.route, request.transactionId, request.key))
  const [claim] = await deps.db.write(
    claimIdempotencyKey(
      {
        scope,
        request_hash: hashOf(deps.keys, request.body),
        operation: newHex(at, deps.random),
        key_id: deps.keys.activeId,
        claimed_until: at + claimMs,
        expires_at: at + keptMs,
      },
      at,
    ),
  )
  if (!claim) return repeat(deps, scope, request, run)
  try {
    const answer = await run(claim.operation)
    await deps.db.write(
      storeAnswer(
        { ...claim, transaction_id: answer.transactionId, answer: sealAnswer(deps, claim, answer) },
        request.holdsPayload,
      ),
    )
    return { ...answer, replayed: false }
  } catch (error) {
    // Only a refusal is known to have changed nothing. After anything else the claim stays, and runs out, with its operation.
    if (error instanceof AvalError && error.status < 500) await deps.db.write(dropClaim(scope, claim.operation))
    throw error
  }
}

async function repeat(
  deps: Pick<GateDeps, 'db' | 'keys'>,
  scope: string,
  request: IdempotentRequest,
  run: (operation: string) => Promise<Answer>,
): Promise<Answer & { replayed: boolean }> {
  const [known] = await deps.db.read(findIdempotencyKey(scope))
  if (known && known.request_hash !== hashOf(deps.keys, request.body)) {
    throw new AvalError(
      'idempotency_key_reused',
      'This Idempotency-Key was used with another body. Use a new key for a new request.',
    )
  }
  if (known?.answer) return { ...openAnswer(deps, known, known.answer), replayed: true }
  // The stored answer was shredded with the payload: the command itself says how things stand, and makes nothing anew.
  if (known?.transaction_id) return { ...(await run(known.operation)), replayed: true }
  throw new AvalError('idempotency_in_flight', 'The first request with this Idempotency-Key is still under way.', {
    retryAfterS: 1,
  })
}

function sealAnswer(
  { keys, random }: Pick<GateDeps, 'keys' | 'random'>,
  claim: IdempotencyRow,
  answer: Answer,
): string {
  return sealBytes(
    keys.key(claim.key_id, 'idempotency'),
    Buffer.from(JSON.stringify(answer)),
    frame('aval/answer/v1', claim.scope),
    random,
  )
}

function openAnswer({ keys }: Pick<GateDeps, 'keys'>, { key_id, scope }: IdempotencyRow, answer: string): Answer {
  return JSON.parse(openBytes(keys.key(key_id, 'idempotency'), answer, frame('aval/answer/v1', scope)).toString())
}

/** Keyed, for a body may be a code, which an open hash would give away. The oldest key, so that a repeat is known after a rotation. */
function hashOf(keys: KeyRing, body: unknown): string {
  const key = keys.key(keys.oldestId, 'idempotency-body')
  return hmac(key, Buffer.from(JSON.stringify(body) ?? '')).toString('base64url')
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url')
}
