import { findRequests } from '../store/find-requests.ts'
import { takeTurn } from '../store/requests.ts'
import type { FlowDeps } from './deps.ts'
import { settleOrLater } from './settle-request.ts'

/** Settles the requests whose turn has come, so that a payout is finished even if the browser never comes back. */
export async function settleDue(deps: FlowDeps): Promise<void> {
  await settleThese(deps, { unsettled: true, dueBy: deps.clock.now() })
}

/** Settles every request that is not over, due or not. */
export async function settleAll(deps: FlowDeps): Promise<void> {
  await settleThese(deps, { unsettled: true })
}

async function settleThese(deps: FlowDeps, filter: { unsettled: true; dueBy?: number }): Promise<void> {
  for (const request of await findRequests(deps.db, filter)) {
    if (await takeTurn(deps, request)) await settleOrLater(deps, request)
  }
}
