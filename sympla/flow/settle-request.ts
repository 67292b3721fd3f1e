import { AvalProblem, type AvalRelease } from '../aval/client.ts'
import { shortRef } from '../aval/short-ref.ts'
import { type Destination, payoutSchema } from '../model/payout.ts'
import type { FailedStatus, PayoutRequest } from '../model/payout-request.ts'
import { processRelease, type ShownAccount } from '../store/payouts.ts'
import { failRequest, finishRequest } from '../store/requests.ts'
import type { FlowDeps } from './deps.ts'
import { maskDestination } from './request-body.ts'

const failures: Record<string, FailedStatus> = {
  denied: 'denied',
  expired: 'expired',
  locked: 'locked',
  canceled: 'canceled',
  superseded: 'canceled',
}

const waits = new Set(['release_in_progress', 'idempotency_in_flight', 'release_held', 'release_in_review'])

/**
 * Looks at a request at Aval and does what is due: an approved one is released, processed in one commit and acknowledged, a failed
 * one is ended. May be repeated and raced: the release id is processed once. Throws when Aval or the store cannot answer now.
 */
export async function settleRequest(deps: FlowDeps, request: PayoutRequest): Promise<void> {
  const { transactionId, releaseId } = request
  if (transactionId === undefined) return
  if (request.status === 'stored' && releaseId !== undefined)
    return acknowledge(deps, request, { transactionId, releaseId })
  if (request.status !== 'pending') return
  const status = await readStatus(deps, transactionId)
  if (status === 'pending') return
  if (status === 'approved' || status === 'releasing') return process(deps, request, transactionId)
  const ended = await failRequest(deps, { id: request.id, status: failures[status] ?? 'lost' })
  // When it was not to be ended, another look has processed it meanwhile.
  if (ended && status === 'released')
    deps.log.error({ transaction: transactionId }, 'Aval released a payout that was not processed here')
}

/** As settleRequest, for who can wait: what could not be settled now is logged, and the sweeper finds it again. */
export async function settleOrLater(deps: FlowDeps, request: PayoutRequest): Promise<void> {
  await settleRequest(deps, request).catch((error: unknown) => {
    deps.log.warn({ err: error, request: request.id }, 'a payout could not be settled now; it will be looked at again')
  })
}

async function readStatus({ aval }: FlowDeps, transactionId: string): Promise<string> {
  try {
    return (await aval.readTransaction(transactionId)).status
  } catch (error) {
    if (error instanceof AvalProblem && error.status === 404) return 'unknown'
    throw error
  }
}

async function process(deps: FlowDeps, request: PayoutRequest, transactionId: string): Promise<void> {
  const handed = await release(deps, transactionId)
  if (!handed) return
  const { release_id: releaseId, receipt } = handed
  const claims = await deps.readReceipt(receipt, { transactionId, releaseId, subject: request.organizer })
  const payout = payoutSchema.parse(handed.payload)
  await processRelease(deps, {
    request,
    release: {
      releaseId,
      ref: shortRef(claims.digest),
      receipt,
      payout,
      shown: shownOf(payout.destination),
      approvedAt: Date.parse(claims.approved_at),
      phoneLast4: /(\d{4})$/.exec(claims.contact ?? '')?.[1],
      enrolled: claims.enrolled,
    },
  })
  deps.log.info({ transaction: transactionId, release: releaseId }, 'a payout was processed')
  await acknowledge(deps, request, { transactionId, releaseId })
}

// Undefined while another process holds the lease: it processes, or its lease ends and the next look finds it approved. Or while the
// release is held: a later look finds it open, or called off.
async function release({ aval }: FlowDeps, transactionId: string): Promise<AvalRelease | undefined> {
  try {
    return await aval.release(transactionId)
  } catch (error) {
    const passing = error instanceof AvalProblem && waits.has(error.code)
    if (passing) return undefined
    throw error
  }
}

async function acknowledge(
  deps: FlowDeps,
  request: PayoutRequest,
  { transactionId, releaseId }: { transactionId: string; releaseId: string },
): Promise<void> {
  await deps.aval.acknowledge(transactionId, releaseId)
  await finishRequest(deps, request.id)
}

function shownOf(destination: Destination): ShownAccount {
  const title = destination.method === 'bank' ? destination.bank.name : destination.key_type
  return { method: destination.method, title, masked: maskDestination(destination) }
}
