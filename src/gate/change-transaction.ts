import { stronger } from '../model/assurance.ts'
import { AvalError } from '../model/error.ts'
import { insertAssessment } from '../store/assessments.ts'
import { closeChallenges } from '../store/challenges.ts'
import { all } from '../store/db.ts'
import { changeTransaction as changeRow } from '../store/transactions.ts'
import { assessChange } from './assess-transaction.ts'
import { canReach, notReachable } from './available-factors.ts'
import type { Caller, GateDeps, TransactionState } from './deps.ts'
import { digestOf } from './digest.ts'
import { refusePayload } from './payload.ts'
import { isEnrolmentKind, policyFor, termsFor } from './policy.ts'
import { conflict, requireTransaction } from './read-transaction.ts'
import { seal, unseal } from './seal.ts'
import { maskSummary, normaliseSummary, type SummaryInput } from './summary.ts'

/**
 * Makes the next version of a pending transaction; every open challenge dies with the old one (PSD2 RTS art. 5(1)(d)).
 * Tries and sends stay spent. Refuses with transaction_<status>, payload_invalid, invalid_request, transaction_refused, transaction_changed after a race.
 */
export async function changeTransaction(
  deps: GateDeps,
  command: { id: string; summary?: SummaryInput | undefined; payload?: unknown; caller: Caller },
): Promise<TransactionState> {
  const { transaction } = await requireTransaction(deps, command)
  const { id, kind, subject, keyId, sealed } = transaction
  if (transaction.status !== 'pending' || sealed === null) throw conflict(transaction)
  if (isEnrolmentKind(kind))
    throw new AvalError('forbidden', 'What a subject approves with cannot be changed under way: cancel it.')
  const policy = policyFor(deps.policies, kind)
  const old = unseal(deps.keys, keyId, transaction, sealed)
  const payload = command.payload === undefined ? old.payload : command.payload
  refusePayload(kind, policy, payload)
  const summary = command.summary ? normaliseSummary(command.summary, policy.shown.amount === 'required') : old.summary

  const terms = termsFor(policy, summary.amount)
  const assurance = stronger(terms.assurance, transaction.assurance)
  if (!canReach(assurance, transaction.factors)) throw notReachable(transaction.factors)
  const at = deps.clock.now()
  const asked = { amount: summary.amount, assurance, byRulesAlone: !policy.assessed, at }
  const weighed = await assessChange(deps, transaction, asked)
  const version = transaction.version + 1
  const digest = digestOf(deps.keys, keyId, { id, version, kind, subject, summary, payload })
  const change = {
    id,
    version: transaction.version,
    digest,
    summary: JSON.stringify(maskSummary(summary)),
    // What was asked for is never asked for less (OWASP Transaction Authorization Cheat Sheet, 2.2).
    assurance: weighed?.assurance ?? assurance,
    factors: JSON.stringify(weighed?.factors ?? transaction.factors),
    holdMs: weighed?.assessed.holdMs ?? transaction.holdMs,
    review: weighed?.assessed.review ?? transaction.review,
    codeLength: Math.max(terms.codeLength, transaction.codeLength),
    sealed: seal(deps.keys, keyId, { id, kind, subject, version, digest }, { payload, summary }, deps.random),
  }
  const closed = await deps.db.unit(function* () {
    const [row] = yield* all(changeRow(change, { at, ip: command.caller.ip }))
    if (row && weighed?.record) yield* all(insertAssessment(weighed.record))
    return row && (yield* all(closeChallenges(id)))
  })
  const after = await requireTransaction(deps, command)
  if (closed) {
    await deps.verifier.cancel(closed.flatMap((one) => one.verification_sid ?? []))
    return after
  }
  if (after.transaction.status !== 'pending') throw conflict(after.transaction)
  throw new AvalError(
    'transaction_changed',
    'Another change came first. Read the transaction again before you change it.',
  )
}
