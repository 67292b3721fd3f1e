import type { Instant } from '../lib/clock.ts'
import type { LineType } from '../lib/line-type.ts'
import { sql } from './db.ts'

/** What an account says of a number in place of what lookups would answer. */
export interface LookupOverrideRow {
  account_sid: string
  phone_ref: string
  /** The package that is overridden. */
  field: string
  key_id: string
  phone_sealed: string
  line_type: LineType
  original_line_type: LineType
  reason: string
  created_at: Instant
  updated_at: Instant
}

/** Which override: of this account, number and package. */
export type OverrideKey = Pick<LookupOverrideRow, 'account_sid' | 'phone_ref' | 'field'>

/** No row back: there is one. */
export function insertLookupOverride(o: LookupOverrideRow) {
  return sql<LookupOverrideRow>`
    insert into lookup_overrides
      (account_sid, phone_ref, field, key_id, phone_sealed, line_type, original_line_type, reason, created_at, updated_at)
    values (${o.account_sid}, ${o.phone_ref}, ${o.field}, ${o.key_id}, ${o.phone_sealed}, ${o.line_type},
      ${o.original_line_type}, ${o.reason}, ${o.created_at}, ${o.updated_at})
    on conflict (account_sid, phone_ref, field) do nothing returning *`
}

/** No row back: the account overrides nothing there. */
export function findLookupOverride({ account_sid, phone_ref, field }: OverrideKey) {
  return sql<LookupOverrideRow>`
    select * from lookup_overrides where account_sid = ${account_sid} and phone_ref = ${phone_ref} and field = ${field}`
}

/** Says something else of the number from now on. No row back: there is no override. */
export function updateLookupOverride(
  { account_sid, phone_ref, field }: OverrideKey,
  change: Pick<LookupOverrideRow, 'line_type' | 'reason'>,
  at: Instant,
) {
  return sql<LookupOverrideRow>`
    update lookup_overrides set line_type = ${change.line_type}, reason = ${change.reason}, updated_at = ${at}
    where account_sid = ${account_sid} and phone_ref = ${phone_ref} and field = ${field} returning *`
}

/** Lookups answer by themselves again. No row back: there was no override. */
export function deleteLookupOverride({ account_sid, phone_ref, field }: OverrideKey) {
  return sql<LookupOverrideRow>`
    delete from lookup_overrides
    where account_sid = ${account_sid} and phone_ref = ${phone_ref} and field = ${field} returning *`
}
