import { isHeld } from '../model/transaction.ts'
import { closeChallenges } from '../store/challenges.ts'
import { all } from '../store/db.ts'
import { endTransaction } from '../store/transactions.ts'
import type { Caller, GateDeps, TransactionState } from './deps.ts'
import { callOffHeld } from './held-transaction.ts'
import { conflict, requireTransaction } from './read-transaction.ts'

type EndDeps = Pick<GateDeps, 'db' | 'clock' | 'guard' | 'verifier' | 'relyingParty'>

/** The owner says no. The payload is shredded, every code dies. Refuses with transaction_<status> when it is not pending; a repeat is an answer. */
export function denyTransaction(deps: EndDeps, command: { id: string; caller: Caller }): Promise<TransactionState> {
  return endPending(deps, command, 'denied')
}

/** The platform or an operator takes it back, also while it is approved and held. As denyTransaction. */
export async function cancelTransaction(
  deps: EndDeps,
  command: { id: string; caller: Caller },
): Promise<TransactionState> {
  const { transaction, now } = await requireTransaction(deps, command)
  return isHeld(transaction, now)
    ? callOffHeld(deps, { ...command, end: 'canceled' })
    : endPending(deps, command, 'canceled')
}

async function endPending(deps: EndDeps, { id, caller }: { id: string; caller: Caller }, end: 'denied' | 'canceled') {
  const { transaction } = await requireTransaction(deps, { id })
  if (transaction.status === 'pending') {
    const closed = await deps.db.unit(function* () {
      const [row] = yield* all(endTransaction(id, end, { at: deps.clock.now(), ip: caller.ip }))
      return row && (yield* all(closeChallenges(id)))
    })
    if (closed) await deps.verifier.cancel(closed.flatMap((one) => one.verification_sid ?? []))
  }
  const state = await requireTransaction(deps, { id })
  if (state.transaction.status !== end) throw conflict(state.transaction)
  return state
}
