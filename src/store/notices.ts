import type { Instant } from '../lib/clock.ts'
import type { Locale } from '../model/locale.ts'
import { sql } from './db.ts'

/** A message without a code that is owed to an address. */
export interface NoticeRow {
  id: string
  subject: string
  channel: 'sms' | 'email'
  key_id: string
  address_sealed: string
  locale: Locale
  kind: string
  /** JSON, and nothing in it that is secret. */
  details: string
  created_at: Instant
  due_at: Instant
  tries: number
}

/** Owes a notice; in the unit of what it tells of. */
export function oweNotice(n: Omit<NoticeRow, 'due_at' | 'tries'>) {
  return sql`
    insert into notices (id, subject, channel, key_id, address_sealed, locale, kind, details, created_at, due_at)
    values (${n.id}, ${n.subject}, ${n.channel}, ${n.key_id}, ${n.address_sealed}, ${n.locale}, ${n.kind}, ${n.details}, ${n.created_at},
      ${n.created_at})`
}

/** Takes notices that are due, for one worker until `until`; after that they are due again. */
export function claimNotices(at: Instant, until: Instant, limit: number) {
  return sql<NoticeRow>`
    update notices set due_at = ${until}, tries = tries + 1
    where id in (select id from notices where due_at <= ${at} order by due_at limit ${limit}) and due_at <= ${at}
    returning *`
}

/** The notice has left, or is given up. */
export function endNotice(id: string) {
  return sql`delete from notices where id = ${id}`
}

/** The notice is tried again at `dueAt`. */
export function postponeNotice(id: string, dueAt: Instant) {
  return sql`update notices set due_at = ${dueAt} where id = ${id}`
}
