import type { Instant } from '../lib/clock.ts'
import { sql } from './db.ts'

/** A signed statement of where the chains stood. `jws` signs the hash over the entries and the head before it. */
export interface AuditHeadRow {
  id: number
  signed_at: Instant
  jws: string
}

/** Where one chain stood when a head was signed. */
export interface AuditHeadEntryRow {
  chain: string
  seq: number
  hash: string
}

/** The newest head. No row back: none was signed yet. */
export function findLastHead() {
  return sql<AuditHeadRow>`select * from audit_heads order by id desc limit 1`
}

/** Every head, oldest first, as each signs the one before it. */
export function listHeads() {
  return sql<AuditHeadRow>`select * from audit_heads order by id`
}

/** What one head covers, in the order in which it was hashed. */
export function listHeadEntries(headId: number) {
  return sql<AuditHeadEntryRow>`select chain, seq, hash from audit_head_entries where head_id = ${headId} order by chain, seq`
}

/** No row back: another node signed this head first. */
export function insertHead(head: AuditHeadRow) {
  return sql<AuditHeadRow>`
    insert into audit_heads (id, signed_at, jws) values (${head.id}, ${head.signed_at}, ${head.jws})
    on conflict (id) do nothing returning *`
}

/** Notes what a head covers; an event that another head covers already stays with that one. */
export function insertHeadEntry(headId: number, entry: AuditHeadEntryRow) {
  return sql`
    insert into audit_head_entries (chain, seq, hash, head_id) values (${entry.chain}, ${entry.seq}, ${entry.hash}, ${headId})
    on conflict (chain, seq) do nothing`
}
