import { SealBroken } from '../lib/aead.ts'
import { secondsUntil } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { sameSecret } from '../lib/keyring.ts'
import { AvalError } from '../model/error.ts'
import type { Transaction } from '../model/transaction.ts'
import { all } from '../store/db.ts'
import { shredAnswers } from '../store/idempotency-keys.ts'
import { acknowledgeRelease as acknowledgeRow, leaseRelease, transactionOf } from '../store/transactions.ts'
import type { Caller, GateDeps, TransactionState } from './deps.ts'
import { digestOf } from './digest.ts'
import { whyHeld } from './held-transaction.ts'
import { isEnrolmentKind, policyFor } from './policy.ts'
import { conflict, requireTransaction } from './read-transaction.ts'
import { type Contents, unseal } from './seal.ts'

/** The payload, handed over under a lease. The same `releaseId` comes again after the lease, so the receiver can see a repeat. */
export interface Release {
  releaseId: string
  payload: unknown
  /** Compact JWS, evidence of what was approved. */
  receipt: string
  leaseExpiresAt: number
}

/**
 * Opens what was approved, for one receiver at a time. Refuses with transaction_<status>, release_held and release_in_review while it waits,
 * release_in_progress while a lease is held, release_blocked when the stored data are not what was approved.
 */
export async function releaseTransaction(
  deps: GateDeps,
  { id, issuer, caller }: { id: string; issuer: string; caller: Caller },
): Promise<Release> {
  const at = deps.clock.now()
  const [row] = await deps.db.write(leaseRelease(id, newId('rel', at, deps.random), { at, ip: caller.ip }))
  if (!row) throw await whyNotReleased(deps, id)
  const transaction = transactionOf(row)
  const contents = openApproved(deps, transaction)
  if (policyFor(deps.policies, transaction.kind).assessed)
    await deps.assessor.remember(transaction.subject, transaction)
  return {
    releaseId: transaction.releaseId as string,
    payload: contents.payload,
    receipt: await deps.receipts.sign('aval-receipt+jwt', claimsOf(transaction, contents, issuer)),
    leaseExpiresAt: transaction.leaseExpiresAt as number,
  }
}

/** The receiver has processed it: the payload is shredded everywhere. Takes the current release id only; a repeat is an answer. */
export async function acknowledgeRelease(
  deps: GateDeps,
  { id, releaseId, caller }: { id: string; releaseId: string; caller: Caller },
): Promise<TransactionState> {
  await deps.db.unit(function* () {
    const [row] = yield* all(acknowledgeRow(id, releaseId, { at: deps.clock.now(), ip: caller.ip }))
    if (row) yield* all(shredAnswers(id))
  })
  const state = await requireTransaction(deps, { id })
  const { transaction } = state
  if (transaction.status !== 'released' && transaction.status !== 'releasing') throw conflict(transaction)
  if (transaction.status !== 'released' || transaction.releaseId !== releaseId) {
    throw new AvalError('release_mismatch', 'This release_id is not the current one of the transaction.')
  }
  return state
}

function openApproved(deps: GateDeps, transaction: Transaction): Contents {
  const { id, keyId, version, kind, subject, digest, sealed } = transaction
  try {
    const contents = unseal(deps.keys, keyId, transaction, sealed ?? '')
    if (sameSecret(digestOf(deps.keys, keyId, { id, version, kind, subject, ...contents }), digest)) return contents
    throw new SealBroken()
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error
    deps.log.error({ transaction: id }, 'a release was blocked: the stored data are not what was approved')
    throw new AvalError(
      'release_blocked',
      'The stored data are not what was approved. Nothing was released; tell your operators.',
    )
  }
}

function claimsOf(transaction: Transaction, { summary }: Contents, issuer: string) {
  return {
    iss: issuer,
    sub: transaction.subject,
    jti: transaction.releaseId,
    iat: Math.floor((transaction.approvedAt ?? 0) / 1000),
    tx: transaction.id,
    ver: transaction.version,
    digest: transaction.digest,
    kind: transaction.kind,
    payee: summary.payee,
    ...(summary.amount && { amount: summary.amount }),
    // RFC 8176: the methods that were used, in their order.
    amr: transaction.provenBy.length > 0 ? transaction.provenBy : [transaction.approvedBy],
    acr: transaction.assurance,
    binding: transaction.binding,
    approved_at: new Date(transaction.approvedAt ?? 0).toISOString(),
    contact: transaction.phoneMask ?? transaction.emailMask,
    // The first approval is also the enrolment of the phone that it was made with.
    enrolled: transaction.enrolls,
  }
}

async function whyNotReleased(deps: GateDeps, id: string): Promise<AvalError> {
  const state = await requireTransaction(deps, { id })
  const { transaction, now } = state
  if (isEnrolmentKind(transaction.kind))
    throw new AvalError('forbidden', 'What a subject approves with is changed here: there is nothing to release.')
  if (transaction.status === 'pending') {
    return new AvalError('transaction_not_approved', 'The transaction is not approved, so there is nothing to release.')
  }
  if (transaction.status !== 'releasing' && transaction.status !== 'approved') return conflict(transaction)
  const held = whyHeld(state)
  if (held) return held
  const retryAfterS = secondsUntil(transaction.leaseExpiresAt ?? now, now)
  return new AvalError('release_in_progress', `Another release holds the lease for ${retryAfterS} more seconds.`, {
    retryAfterS,
  })
}
