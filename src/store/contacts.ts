import type { Instant } from '../lib/clock.ts'
import { sql } from './db.ts'

/** A subject's enrolled address: sealed under `key_id`, and its keyed hash. */
export interface ContactRow {
  subject: string
  kind: 'phone'
  key_id: string
  address_ref: string
  address_sealed: string
  address_mask: string
  transaction_id: string
  enrolled_at: Instant
}

/** The enrolled address of this kind. No row back: none is enrolled. */
export function findContact(subject: string, kind: 'phone') {
  return sql<ContactRow>`select * from contacts where subject = ${subject} and kind = ${kind}`
}

/** Enrols the first address of its kind. No row back: the subject has one already. */
export function insertContact(c: ContactRow) {
  return sql<ContactRow>`
    insert into contacts (subject, kind, key_id, address_ref, address_sealed, address_mask, transaction_id, enrolled_at)
    values (${c.subject}, ${c.kind}, ${c.key_id}, ${c.address_ref}, ${c.address_sealed}, ${c.address_mask}, ${c.transaction_id}, ${c.enrolled_at})
    on conflict (subject, kind) do nothing
    returning *`
}

/**
 * Takes the lock of a subject until the unit commits. First step of a unit that may enrol: two that approve different phones at once
 * would otherwise hold each other's rows and wait for each other.
 */
export function lockSubject(subject: string, at: Instant) {
  return sql`
    insert into subject_locks (subject, locked_at) values (${subject}, ${at})
    on conflict (subject) do update set locked_at = excluded.locked_at`
}
