import { AvalError } from '../model/error.ts'
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
 * tries and sends stay those of the transaction. Any number of nodes may do it; a message is moved on once.
 */
export async function fallBack(deps: GateDeps): Promise<void> {
  const at = deps.clock.now()
  let due: MessageRow[]
  do {
    due = await deps.db.write(claimDue(at, at + claimMs, batch))
    for (const message of due) {
      await moveOn(deps, message)
      await deps.db.write(endWaiting(message.id))
    }
  } while (due.length === batch)
}

async function moveOn(deps: GateDeps, message: MessageRow): Promise<void> {
  if (message.transaction_id === null) return
  const state = await requireTransaction(deps, { id: message.transaction_id })
  const { transaction, challenge, offered } = state
  // Another way that was chosen meanwhile, or a code that was tried, is not overtaken.
  if (transaction.status !== 'pending' || challenge?.channel !== message.channel) return
  const next = nextChannel(transaction, offered, message.channel)
  if (!next) return
  try {
    await challengeKnown(deps, state, { factor: next, caller: { ip: '' }, atOnce: true })
  } catch (error) {
    if (!(error instanceof AvalError)) throw error
    deps.log.warn(
      { code: error.code, transaction: transaction.id, channel: next },
      'the next channel did not take the code',
    )
  }
}
