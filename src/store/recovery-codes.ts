import type { Instant } from '../lib/clock.ts'
import { sql } from './db.ts'

/** A code that stands for the app once: its keyed digest alone. */
export interface RecoveryCodeRow {
  subject: string
  mac: string
  created_at: Instant
  used_at: Instant | null
}

export function insertRecoveryCode(c: Omit<RecoveryCodeRow, 'used_at'>) {
  return sql`
    insert into recovery_codes (subject, mac, created_at) values (${c.subject}, ${c.mac}, ${c.created_at})
    on conflict do nothing`
}

/** How many are left. */
export function countRecoveryCodes(subject: string) {
  return sql<{
    unused: number
  }>`select count(*) as unused from recovery_codes where subject = ${subject} and used_at is null`
}

/** Uses one up. No row back: there is none, or it was used. */
export function useRecoveryCode(subject: string, mac: string, at: Instant) {
  return sql<RecoveryCodeRow>`
    update recovery_codes set used_at = ${at}
    where subject = ${subject} and mac = ${mac} and used_at is null returning *`
}

/** Makes all of a subject's worthless: new ones take their place, or its app is gone. */
export function dropRecoveryCodes(subject: string) {
  return sql`delete from recovery_codes where subject = ${subject}`
}
