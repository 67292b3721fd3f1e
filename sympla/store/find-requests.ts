import { type Db, sql } from '../../src/index.ts'
import type { PayoutRequest, RequestStatus } from '../model/payout-request.ts'

/** Which requests: every member that is given must fit. */
export interface RequestFilter {
  organizer?: string
  draftId?: string
  draftVersion?: number
  transactionId?: string
  /** Not over: being created, waiting for approval or for their acknowledgement. */
  open?: boolean
  /** Known to Aval and not over. */
  unsettled?: boolean
  /** Whose turn to be looked at has come by this instant. */
  dueBy?: number
}

interface Row {
  id: string
  organizer: string
  draft_id: string
  draft_version: number
  status: RequestStatus
  transaction_id: string | null
  ref: string | null
  phone_last4: string | null
  release_id: string | null
  polls: number
  created_at: number
  body_sealed: string | null
  url_sealed: string | null
}

/** The requests that fit, newest first, fifty at most. */
export async function findRequests(db: Db, filter: RequestFilter): Promise<PayoutRequest[]> {
  const organizer = filter.organizer ?? null
  const draftId = filter.draftId ?? null
  const draftVersion = filter.draftVersion ?? null
  const transactionId = filter.transactionId ?? null
  const dueBy = filter.dueBy ?? null
  const rows = await db.read(sql<Row>`
    select id, organizer, draft_id, draft_version, status, transaction_id, ref, phone_last4, release_id, polls, created_at,
      body_sealed, url_sealed
    from sympla_requests
    where (cast(${organizer} as text) is null or organizer = ${organizer})
      and (cast(${draftId} as text) is null or draft_id = ${draftId})
      and (cast(${draftVersion} as bigint) is null or draft_version = ${draftVersion})
      and (cast(${transactionId} as text) is null or transaction_id = ${transactionId})
      and (cast(${dueBy} as bigint) is null or poll_at <= ${dueBy})
      and (cast(${filter.open ? 1 : 0} as bigint) = 0 or status in ('creating', 'pending', 'stored'))
      and (cast(${filter.unsettled ? 1 : 0} as bigint) = 0 or status in ('pending', 'stored'))
    order by created_at desc, id
    limit 50`)
  return rows.map(toRequest)
}

/** The newest request that fits. */
export async function findRequest(db: Db, filter: RequestFilter): Promise<PayoutRequest | undefined> {
  const [newest] = await findRequests(db, filter)
  return newest
}

function toRequest(row: Row): PayoutRequest {
  return {
    id: row.id,
    organizer: row.organizer,
    draftId: row.draft_id,
    draftVersion: row.draft_version,
    status: row.status,
    transactionId: row.transaction_id ?? undefined,
    ref: row.ref ?? undefined,
    phoneLast4: row.phone_last4 ?? undefined,
    releaseId: row.release_id ?? undefined,
    polls: row.polls,
    createdAt: row.created_at,
    bodySealed: row.body_sealed ?? undefined,
    urlSealed: row.url_sealed ?? undefined,
  }
}
