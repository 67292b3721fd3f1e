import { AvalProblem, AvalUnreachable } from '../aval/client.ts'
import type { Draft } from '../model/draft.ts'
import type { PayoutRequest } from '../model/payout-request.ts'
import { findRequests } from '../store/find-requests.ts'
import { failRequest } from '../store/requests.ts'
import type { FlowDeps } from './deps.ts'

/**
 * Takes back what the organizer asked for before this version and did not approve. Cancelling and creating anew, rather than
 * changing the transaction, is one way for every edit: a mobile that was typed wrong is no part of what can be changed in one.
 * Gives the id of a transaction that was approved meanwhile, or 'unavailable' when Aval cannot say.
 */
export async function replaceOlder(
  deps: FlowDeps,
  { organizer, draft }: { organizer: string; draft: Draft },
): Promise<string | 'unavailable' | undefined> {
  const open = await findRequests(deps.db, { organizer, open: true })
  for (const request of open) {
    if (request.draftId === draft.id && request.draftVersion === draft.version) continue
    const outcome = await takeBack(deps, request)
    if (outcome !== 'canceled') return outcome === 'approved' ? request.transactionId : 'unavailable'
  }
  return undefined
}

/** Cancels a request at Aval. `approved` when it is too late for that, `unavailable` when Aval cannot say. */
export async function takeBack(
  deps: FlowDeps,
  request: PayoutRequest,
): Promise<'canceled' | 'approved' | 'unavailable'> {
  // One that was never heard of again has no page, so nobody can approve it: it runs out by itself.
  const { transactionId } = request
  if (transactionId === undefined) {
    await failRequest(deps, { id: request.id, status: 'lost' })
    return 'canceled'
  }
  if (request.status === 'stored') return 'approved'
  try {
    await deps.aval.cancelTransaction(transactionId)
  } catch (error) {
    if (error instanceof AvalUnreachable) return 'unavailable'
    if (!(error instanceof AvalProblem)) throw error
    if (['transaction_approved', 'transaction_releasing', 'transaction_released'].includes(error.code))
      return 'approved'
    if (error.status >= 500 || error.status === 429) return 'unavailable'
    // Denied, expired, locked: it is over as well.
  }
  await failRequest(deps, { id: request.id, status: 'canceled' })
  return 'canceled'
}
