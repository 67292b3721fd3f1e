import type { Instant } from '../lib/clock.ts'
import { sql } from './db.ts'

/** A number, or a block of a thousand, that the account answers for. */
export interface SafeListRow {
  sid: string
  account_sid: string
  phone_ref: string
  key_id: string
  phone_sealed: string
  created_at: Instant
}

/** No row back: it is on the list. */
export function insertSafeListed(s: SafeListRow) {
  return sql<SafeListRow>`
    insert into safe_list (sid, account_sid, phone_ref, key_id, phone_sealed, created_at)
    values (${s.sid}, ${s.account_sid}, ${s.phone_ref}, ${s.key_id}, ${s.phone_sealed}, ${s.created_at})
    on conflict (account_sid, phone_ref) do nothing returning *`
}

/** Whichever of two is on the list: a number, or the block that it is in. */
export function findSafeListed(accountSid: string, [a, b]: readonly [string, string]) {
  return sql<SafeListRow>`select * from safe_list where account_sid = ${accountSid} and phone_ref in (${a}, ${b})`
}

/** Takes a number or block off the list. No row back: it was not on it. */
export function deleteSafeListed(accountSid: string, phoneRef: string) {
  return sql<SafeListRow>`delete from safe_list where account_sid = ${accountSid} and phone_ref = ${phoneRef} returning *`
}
