import type { Instant } from '../lib/clock.ts'
import { sql } from './db.ts'

/** A request that may be repeated. `operation` names what it makes, so that a repeat after a crash makes the same thing. */
export interface IdempotencyRow {
  scope: string
  request_hash: string
  operation: string
  key_id: string
  transaction_id: string | null
  /** Sealed; null while the first request is under way, and after its payload was shredded. */
  answer: string | null
  claimed_until: Instant
  expires_at: Instant
}

/** Claims a key: a new one, one whose 24 hours are over, or one whose first request died before it answered. No row back: look it up. */
export function claimIdempotencyKey(row: Omit<IdempotencyRow, 'answer' | 'transaction_id'>, at: Instant) {
  return sql<IdempotencyRow>`
    insert into idempotency_keys (scope, request_hash, operation, key_id, transaction_id, answer, claimed_until, expires_at)
    values (${row.scope}, ${row.request_hash}, ${row.operation}, ${row.key_id}, null, null, ${row.claimed_until}, ${row.expires_at})
    on conflict (scope) do update set
      request_hash = excluded.request_hash,
      operation = case when idempotency_keys.expires_at <= ${at} then excluded.operation else idempotency_keys.operation end,
      key_id = excluded.key_id, transaction_id = null, answer = null,
      claimed_until = excluded.claimed_until,
      expires_at = case when idempotency_keys.expires_at <= ${at} then excluded.expires_at else idempotency_keys.expires_at end
    where idempotency_keys.expires_at <= ${at}
      or (idempotency_keys.answer is null and idempotency_keys.transaction_id is null and idempotency_keys.claimed_until <= ${at}
        and idempotency_keys.request_hash = excluded.request_hash)
    returning *`
}

/** What holds a key that could not be claimed. No row back: it was let go meanwhile. */
export function findIdempotencyKey(scope: string) {
  return sql<IdempotencyRow>`select * from idempotency_keys where scope = ${scope}`
}

/** Keeps an answer. One that holds the payload is not kept any more once the release was acknowledged: a slow request must not undo the shredding. */
export function storeAnswer(
  { scope, operation, transaction_id, answer }: Omit<IdempotencyRow, 'request_hash'>,
  holdsPayload: boolean,
) {
  return sql`
    update idempotency_keys set answer = ${answer}, transaction_id = ${transaction_id}
    where scope = ${scope} and operation = ${operation}
      and (${holdsPayload ? 1 : 0} = 0 or exists (select 1 from transactions where id = ${transaction_id} and status = 'releasing'))`
}

/** Lets go of a claim whose request failed in a way that a repeat may mend. */
export function dropClaim(scope: string, operation: string) {
  return sql`delete from idempotency_keys where scope = ${scope} and operation = ${operation} and answer is null`
}

/** Forgets the stored answers of a transaction, which may hold its payload. The keys stay, so that no request is run twice. */
export function shredAnswers(transactionId: string) {
  return sql`update idempotency_keys set answer = null where transaction_id = ${transactionId}`
}

/** Removes keys that are over, `limit` at a time. */
export function forgetIdempotencyKeys(at: Instant, limit: number) {
  return sql<{ scope: string }>`
    delete from idempotency_keys
    where scope in (select scope from idempotency_keys where expires_at <= ${at} limit ${limit}) and expires_at <= ${at}
    returning scope`
}
