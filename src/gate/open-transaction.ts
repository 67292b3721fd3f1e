import { AvalError } from '../model/error.ts'
import type { Factor } from '../model/factor.ts'
import type { Transaction } from '../model/transaction.ts'
import { type AssessmentRow, insertAssessment } from '../store/assessments.ts'
import { all } from '../store/db.ts'
import { insertTransaction } from '../store/transactions.ts'
import { challengeKnown } from './challenge-transaction.ts'
import type { Caller, GateDeps, TransactionState } from './deps.ts'
import { cancelTransaction } from './end-transaction.ts'
import { requireTransaction, stateOf } from './read-transaction.ts'

/**
 * Opens a transaction that was made, once for its id; with `factor`, asks for it too. A refusal for good leaves nothing open that
 * nobody can approve. `record` is what was seen of it, written with it.
 */
export async function openTransaction(
  deps: GateDeps,
  transaction: Transaction,
  command: { factor?: Factor | undefined; caller: Caller },
  record?: AssessmentRow | undefined,
): Promise<TransactionState> {
  const { id } = transaction
  const insert = insertTransaction(transaction, { at: transaction.createdAt, ip: command.caller.ip })
  const [row] = record
    ? await deps.db.unit(function* () {
        const inserted = yield* all(insert)
        if (inserted.length > 0) yield* all(insertAssessment(record))
        return inserted
      })
    : await deps.db.write(insert)
  const state = row ? stateOf(deps, transaction, []) : await requireTransaction(deps, { id })
  if (!command.factor || state.transaction.sends > 0) return state
  try {
    return await challengeKnown(deps, state, { factor: command.factor, caller: command.caller })
  } catch (error) {
    if (!(error instanceof AvalError)) throw error
    // No code will ever reach this phone: nothing may be left open that nobody can approve.
    if (error.status === 422) {
      await cancelTransaction(deps, { id, caller: command.caller })
      throw error
    }
    // The transaction is open and says so; its code can be asked for again. A cause may quote the phone, so the code alone is logged.
    deps.log.error({ code: error.code, transaction: id }, 'the first code of a transaction was not sent')
    return requireTransaction(deps, { id })
  }
}
