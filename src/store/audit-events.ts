import type { Instant } from '../lib/clock.ts'
import { sql } from './db.ts'

/** An audit event as its row holds it. Rows are written by the triggers of the tables that move, never by a statement of ours. */
export interface AuditEventRow {
  chain: string
  seq: number
  type: string
  status: string
  version: number
  digest: string
  created_at: Instant
  ip: string
  previous_hash: string
  hash: string
}

/** The whole chain of one transaction or verification, oldest first, as it must hash. */
export function findAuditEvents(chain: string) {
  return sql<AuditEventRow>`select * from audit_events where chain = ${chain} order by seq`
}

/** The newest event of each chain that moved since `since` and that no head covers yet. */
export function findUncoveredChains(since: Instant, limit: number) {
  return sql<{ chain: string; seq: number; hash: string }>`
    select e.chain, e.seq, e.hash from audit_events e
    where e.created_at >= ${since}
      and not exists (select 1 from audit_events later where later.chain = e.chain and later.seq = e.seq + 1)
      and not exists (select 1 from audit_head_entries h where h.chain = e.chain and h.seq = e.seq)
    order by e.chain, e.seq
    limit ${limit}`
}
