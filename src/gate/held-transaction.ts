import { AvalError } from '../model/error.ts'
import { isHeld } from '../model/transaction.ts'
import { endHeld, passReview } from '../store/transactions.ts'
import type { Caller, GateDeps, TransactionState } from './deps.ts'
import { conflict, requireTransaction } from './read-transaction.ts'

type HeldDeps = Pick<GateDeps, 'db' | 'clock' | 'guard' | 'verifier' | 'relyingParty'>

/**
 * Calls off what is approved and held: its owner, by the link of the notice (`denied`), or the platform (`canceled`). The payload is
 * shredded. Refuses with transaction_<status> when it is not held; a repeat is an answer.
 */
export async function callOffHeld(
  deps: HeldDeps,
  { id, end, caller }: { id: string; end: 'denied' | 'canceled'; caller: Caller },
): Promise<TransactionState> {
  await deps.db.write(endHeld(id, end, { at: deps.clock.now(), ip: caller.ip }))
  const state = await requireTransaction(deps, { id })
  if (state.transaction.status !== end) throw conflict(state.transaction)
  return state
}

/**
 * A person has looked at it, and lets it pass or calls it off. Its time of waiting still runs. Refuses with review_not_wanted where nobody
 * has to look at it, and with transaction_<status> where it is over; the same decision again is an answer.
 */
export async function reviewTransaction(
  deps: HeldDeps & Pick<GateDeps, 'log'>,
  { id, decision, why, caller }: { id: string; decision: 'release' | 'deny'; why: string; caller: Caller },
): Promise<TransactionState> {
  const { transaction } = await requireTransaction(deps, { id })
  if (transaction.review === 'none')
    throw new AvalError('review_not_wanted', 'Nobody has to look at this transaction before it is released.')
  deps.log.warn({ transaction: id, decision, why }, 'an operator reviewed a transaction')
  if (decision === 'deny') return callOffHeld(deps, { id, end: 'denied', caller })
  await deps.db.write(passReview(id, { at: deps.clock.now(), ip: caller.ip }))
  const state = await requireTransaction(deps, { id })
  if (state.transaction.review !== 'passed') throw conflict(state.transaction)
  return state
}

/** What keeps an approved transaction from being released now; undefined when nothing does. */
export function whyHeld({ transaction, now }: TransactionState): AvalError | undefined {
  if (!isHeld(transaction, now)) return undefined
  const until = (transaction.approvedAt ?? now) + transaction.holdMs
  if (until <= now)
    return new AvalError('release_in_review', 'A person has to look at this transaction before it is released.')
  const retryAfterS = Math.ceil((until - now) / 1000)
  const at = new Date(until).toISOString()
  return new AvalError('release_held', `The release is held until ${at}: the owner was told and can call it off.`, {
    retryAfterS,
  })
}
