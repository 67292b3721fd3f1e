import { AvalError } from '../model/error.ts'
import { StoreUnavailable } from '../store/db.ts'
import { claimDue, endWaiting, type MessageRow } from '../store/messages.ts'
import { challengeKnown } from './challenge-transaction.ts'
import type { GateDeps } from './deps.ts'
import { nextChannel } from './fallback-order.ts'
import { requireTransaction } from './read-transaction.ts'

const batch = 20
/** A worker that died leaves its messages to the others after this long. */
const claimMs = 30_000

/**
 * Sends the code of every message that is late, or was not delivered, by the next channel of its transaction's order. The code, its life,
 * tries and sends stay those of the transaction. Any number of nodes may do it; a message is moved on once, and one that cannot be holds
 * up no other.
 */
export async function fallBack(deps: GateDeps): Promise<void> {
  const at = deps.clock.now()
  let due: MessageRow[]
  do {
    due = await deps.db.write(claimDue(at, at + claimMs, batch))
    await Promise.all(due.map((message) => moveOn(deps, message)))
  } while (due.length === batch)
}

async function moveOn(deps: GateDeps, message: MessageRow): Promise<void> {
  try {
    await sendOn(deps, message)
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error
    const code = error instanceof AvalError ? error.code : (error as Error).name
    deps.log.warn({ code, transaction: message.transaction_id }, 'the next channel did not take the code')
  }
  await deps.db.write(endWaiting(message.id))
}

async function sendOn(deps: GateDeps, message: MessageRow): Promise<void> {
  if (message.transaction_id === null) return
  const state = await requireTransaction(deps, { id: message.transaction_id })
  const { transaction, challenge, offered } = state
  // Another way that was chosen meanwhile, or a code that was tried, is not overtaken.
  if (transaction.status !== 'pending' || challenge?.channel !== message.channel) return
  const next = nextChannel(transaction, offered, message.channel)
  if (next) await challengeKnown(deps, state, { factor: next, caller: { ip: '' }, atOnce: true })
}
