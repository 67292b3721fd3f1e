import type { Instant } from '../lib/clock.ts'
import { sql } from './db.ts'

/** The kinds of address that a subject has. */
export type ContactKind = 'phone' | 'email'

/** A subject's enrolled address: sealed under `key_id`, and its keyed hash. It takes the place of an older one at `usable_at`. */
export interface ContactRow {
  id: string
  subject: string
  kind: ContactKind
  key_id: string
  address_ref: string
  address_sealed: string
  address_mask: string
  transaction_id: string
  enrolled_at: Instant
  usable_at: Instant
  /** When it was removed, replaced or called off. */
  ended_at: Instant | null
}

/** The addresses of a subject that were not ended, also those that cannot be used yet; the newest of each kind first. */
export function findContacts(subject: string) {
  return sql<ContactRow>`
    select * from contacts where subject = ${subject} and ended_at is null order by kind desc, usable_at desc, id desc`
}

/** Enrols an address. No row back: its transaction enrolled it already. Under the subject's lock only. */
export function insertContact(c: Omit<ContactRow, 'ended_at'>) {
  return sql<ContactRow>`
    insert into contacts (id, subject, kind, key_id, address_ref, address_sealed, address_mask, transaction_id, enrolled_at, usable_at)
    values (${c.id}, ${c.subject}, ${c.kind}, ${c.key_id}, ${c.address_ref}, ${c.address_sealed}, ${c.address_mask}, ${c.transaction_id},
      ${c.enrolled_at}, ${c.usable_at})
    on conflict do nothing
    returning *`
}

/** Ends, and forgets, what a newer address of its kind has replaced, and what would have replaced it and now never will. */
export function endContacts(ids: { subject: string; kind: ContactKind; except: string }, from: Instant, at: Instant) {
  return sql<ContactRow>`
    update contacts set ended_at = ${at}, address_sealed = ''
    where subject = ${ids.subject} and kind = ${ids.kind} and id <> ${ids.except} and ended_at is null and usable_at >= ${from}
    returning *`
}

/** Calls off an address that cannot be used yet. No row back: there is none of this id, or it is in use. */
export function callOffContact(subject: string, id: string, at: Instant) {
  return sql<ContactRow>`
    update contacts set ended_at = ${at}, address_sealed = ''
    where id = ${id} and subject = ${subject} and ended_at is null and usable_at > ${at} returning *`
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

/** When an address of each kind was enrolled first, and last: apart, one has been put in another's place, or was to be. */
export function findContactChanges(subject: string) {
  return sql<{ kind: ContactKind; first_at: Instant; last_at: Instant }>`
    select kind, min(enrolled_at) as first_at, max(enrolled_at) as last_at from contacts where subject = ${subject} group by kind`
}
