import { setTimeout as delay } from 'node:timers/promises'
import { AvalProblem, type AvalTransaction, AvalUnreachable } from '../aval/client.ts'
import { shortRef } from '../aval/short-ref.ts'
import type { Draft } from '../model/draft.ts'
import type { PayoutRequest } from '../model/payout-request.ts'
import { renewDraft } from '../store/drafts.ts'
import { notePhone } from '../store/organizers.ts'
import { failRequest, openRequest, readRequestBody } from '../store/requests.ts'
import type { FlowDeps } from './deps.ts'

/** Why Aval will not have a payout approved as it is; nothing was sent. */
export type Refusal =
  | 'contact_mismatch'
  | 'contact_required'
  | 'contact_invalid'
  | 'destination'
  | 'too_many'
  | 'refused'

const refusals: Record<string, Refusal> = {
  contact_mismatch: 'contact_mismatch',
  contact_required: 'contact_required',
  contact_invalid: 'contact_invalid',
  destination_not_allowed: 'destination',
  too_many_requests: 'too_many',
  too_many_sends: 'too_many',
  resend_too_soon: 'too_many',
}

const triesMax = 6
const pauseMs = 120

/**
 * Creates the transaction of a request that was written down before, under its idempotency key. Gives the refusal, if it was one;
 * throws AvalUnreachable or AvalProblem when Aval cannot answer now: the request stays and may be repeated.
 */
export async function createAtAval(
  deps: FlowDeps,
  { organizer, draft, request }: { organizer: string; draft: Draft; request: PayoutRequest },
): Promise<Refusal | undefined> {
  const body = await readRequestBody(deps, request)
  if (body === undefined) return undefined
  try {
    const transaction = await createPatiently(deps, body, `payout.${draft.id}.${draft.version}`)
    const { id, digest, url = '' } = transaction
    await openRequest(deps, {
      request,
      transactionId: id,
      ref: shortRef(digest),
      url,
      phoneLast4: lastFourOf(transaction),
    })
    return undefined
  } catch (error) {
    if (
      !(error instanceof AvalProblem) ||
      error.status >= 500 ||
      error.code === 'idempotency_in_flight' ||
      error.status === 401
    )
      throw error
    deps.log.warn({ code: error.code, request: request.id }, 'Aval refused a payout')
    return settleRefusal(deps, { organizer, draft, request, refusal: refusals[error.code] ?? 'refused' })
  }
}

// The same key is in flight when somebody clicks twice: the second waits for the answer to the first.
async function createPatiently({ aval }: FlowDeps, body: unknown, key: string): Promise<AvalTransaction> {
  for (let tries = 1; ; tries++) {
    try {
      return await aval.createTransaction(body, key)
    } catch (error) {
      const passing =
        error instanceof AvalUnreachable || (error instanceof AvalProblem && error.code === 'idempotency_in_flight')
      if (!passing || tries === triesMax) throw error
      await delay(pauseMs * tries)
    }
  }
}

// What was refused will be asked in other words, so it needs a version, and with it a key, of its own.
async function settleRefusal(
  deps: FlowDeps,
  command: { organizer: string; draft: Draft; request: PayoutRequest; refusal: Refusal },
): Promise<Refusal> {
  const { organizer, draft, request, refusal } = command
  if (refusal === 'contact_mismatch') await notePhone(deps.db, organizer, { enrolled: true, last4: undefined })
  if (refusal === 'contact_required') await notePhone(deps.db, organizer, { enrolled: false, last4: undefined })
  await failRequest(deps, { id: request.id, status: 'refused' })
  await renewDraft(deps, draft)
  return refusal
}

function lastFourOf({ next_action }: AvalTransaction): string | undefined {
  return /(\d{4})$/.exec(next_action?.to ?? '')?.[1]
}
