import { randomUUID } from 'node:crypto'
import { type Db, sql } from '../../src/index.ts'
import type { FailedStatus, PayoutRequest } from '../model/payout-request.ts'
import { findRequest } from './find-requests.ts'
import { openJson, sealJson } from './seal.ts'

export interface RequestDeps {
  db: Db
  key: Uint8Array
  clock: { now(): number }
}

const firstPollMs = 2000
const pollMaxMs = 60_000

const bodyPlace = ({ draftId, draftVersion }: { draftId: string; draftVersion: number }) =>
  `request ${draftId} ${draftVersion}`
const urlPlace = ({ id }: { id: string }) => `url ${id}`

/**
 * Writes down, before anything is sent, what will be asked of Aval for this version. Of many at once one is kept and all get it,
 * so every repetition asks in the same words under the same key.
 */
export async function intendRequest(
  { db, key, clock }: RequestDeps,
  {
    organizer,
    draftId,
    draftVersion,
    body,
  }: { organizer: string; draftId: string; draftVersion: number; body: unknown },
): Promise<PayoutRequest> {
  const sealed = await sealJson(key, bodyPlace({ draftId, draftVersion }), body)
  const now = clock.now()
  await db.write(sql`
    insert into sympla_requests (id, organizer, draft_id, draft_version, status, body_sealed, polls, poll_at, created_at)
    values (${randomUUID()}, ${organizer}, ${draftId}, ${draftVersion}, 'creating', ${sealed}, 0, ${now + firstPollMs}, ${now})
    on conflict (draft_id, draft_version) do nothing`)
  const request = await findRequest(db, { draftId, draftVersion })
  if (!request) throw new Error('an intended request came back as no row')
  return request
}

/** What was intended for a request, as long as it is being created. */
export async function readRequestBody({ key }: Pick<RequestDeps, 'key'>, request: PayoutRequest): Promise<unknown> {
  return request.bodySealed ? openJson(key, bodyPlace(request), request.bodySealed) : undefined
}

/** The address of the page where the organizer approves; undefined before there is one and once it is of no use. */
export async function readRequestUrl(
  { key }: Pick<RequestDeps, 'key'>,
  request: PayoutRequest,
): Promise<string | undefined> {
  return request.urlSealed ? String(await openJson(key, urlPlace(request), request.urlSealed)) : undefined
}

/** Aval has the transaction: keeps its id and, sealed, its page. What was intended is shredded. */
export async function openRequest(
  { db, key }: Pick<RequestDeps, 'db' | 'key'>,
  command: { request: PayoutRequest; transactionId: string; ref: string; url: string; phoneLast4: string | undefined },
): Promise<void> {
  const { request, transactionId, ref, url, phoneLast4 } = command
  const sealed = await sealJson(key, urlPlace(request), url)
  await db.write(sql`
    update sympla_requests
    set status = 'pending', transaction_id = ${transactionId}, ref = ${ref}, url_sealed = ${sealed}, phone_last4 = ${phoneLast4 ?? null},
      body_sealed = null
    where id = ${request.id} and status = 'creating'`)
}

/** Ends a request that was not approved. False, and nothing changes, for one that has ended or was processed. */
export async function failRequest(
  { db, clock }: Pick<RequestDeps, 'db' | 'clock'>,
  { id, status }: { id: string; status: FailedStatus },
): Promise<boolean> {
  const ended = await db.write(sql`
    update sympla_requests
    set status = ${status}, finished_at = ${clock.now()}, body_sealed = null, url_sealed = null
    where id = ${id} and status in ('creating', 'pending') returning id`)
  return ended.length > 0
}

/** Aval knows that the payout was processed: the request is done. */
export async function finishRequest({ db, clock }: Pick<RequestDeps, 'db' | 'clock'>, id: string): Promise<void> {
  await db.write(sql`
    update sympla_requests set status = 'released', finished_at = ${clock.now()} where id = ${id} and status = 'stored'`)
}

/** Takes the turn to look at a request and sets the next one, further away each time. False when another process took it. */
export async function takeTurn(
  { db, clock }: Pick<RequestDeps, 'db' | 'clock'>,
  { id, polls }: PayoutRequest,
): Promise<boolean> {
  const waitMs = Math.min(pollMaxMs, firstPollMs * 1.3 ** polls)
  const rows = await db.write(sql`
    update sympla_requests set polls = polls + 1, poll_at = ${Math.round(clock.now() + waitMs)}
    where id = ${id} and polls = ${polls} and status in ('pending', 'stored')
    returning id`)
  return rows.length === 1
}
