import type { Instant } from '../lib/clock.ts'
import type { Factor } from '../model/factor.ts'
import type { Locale } from '../model/locale.ts'
import {
  type Binding,
  checksMax,
  leaseMs,
  sendsMax,
  type Transaction,
  type TransactionStatus,
} from '../model/transaction.ts'
import { sql } from './db.ts'
import type { Occasion } from './occasion.ts'

/** A transaction as its row holds it. */
export interface TransactionRow {
  id: string
  kind: string
  subject: string
  status: TransactionStatus
  version: number
  key_id: string
  digest: string
  summary: string
  sealed: string | null
  factors: string
  code_length: number
  code_ttl_ms: number
  phone_ref: string | null
  phone_sealed: string | null
  phone_mask: string | null
  enrolls: number
  sends: number
  checks: number
  last_sent_at: Instant | null
  locale: Locale
  return_url: string | null
  metadata: string
  created_at: Instant
  expires_at: Instant
  approved_at: Instant | null
  approved_by: Factor | null
  binding: Binding | null
  release_id: string | null
  lease_expires_at: Instant | null
  finished_at: Instant | null
}

/** What a send or a try changes of a row. */
export type MovedRow = Pick<
  TransactionRow,
  'status' | 'sends' | 'checks' | 'last_sent_at' | 'approved_at' | 'approved_by' | 'binding' | 'finished_at'
>

/** A known version of a transaction after a send or a try. */
export function movedBy(transaction: Transaction, row: MovedRow): Transaction {
  return {
    ...transaction,
    status: row.status,
    sends: row.sends,
    checks: row.checks,
    lastSentAt: row.last_sent_at,
    approvedAt: row.approved_at,
    approvedBy: row.approved_by,
    binding: row.binding,
    finishedAt: row.finished_at,
  }
}

/** The row as the rest of the program knows it. */
export function transactionOf(row: TransactionRow): Transaction {
  return {
    id: row.id,
    kind: row.kind,
    subject: row.subject,
    status: row.status,
    version: row.version,
    keyId: row.key_id,
    digest: row.digest,
    summary: JSON.parse(row.summary),
    sealed: row.sealed,
    factors: JSON.parse(row.factors),
    codeLength: row.code_length,
    codeTtlMs: row.code_ttl_ms,
    phoneRef: row.phone_ref,
    phoneSealed: row.phone_sealed,
    phoneMask: row.phone_mask,
    enrolls: row.enrolls === 1,
    sends: row.sends,
    checks: row.checks,
    lastSentAt: row.last_sent_at,
    locale: row.locale,
    returnUrl: row.return_url,
    metadata: JSON.parse(row.metadata),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    approvedAt: row.approved_at,
    approvedBy: row.approved_by,
    binding: row.binding,
    releaseId: row.release_id,
    leaseExpiresAt: row.lease_expires_at,
    finishedAt: row.finished_at,
  }
}

/** Adds a pending transaction with its first event. No row back: the id is taken (a repeated request). */
export function insertTransaction(t: Transaction, { at, ip }: Occasion) {
  return sql<{ id: string }>`
    insert into transactions (id, kind, subject, status, version, key_id, digest, summary, sealed, factors, code_length, code_ttl_ms,
      phone_ref, phone_sealed, phone_mask, enrolls, sends, checks, last_sent_at, locale, return_url, metadata, created_at, expires_at,
      event_no, event_type, event_at, event_ip)
    values (${t.id}, ${t.kind}, ${t.subject}, 'pending', ${t.version}, ${t.keyId}, ${t.digest}, ${JSON.stringify(t.summary)}, ${t.sealed},
      ${JSON.stringify(t.factors)}, ${t.codeLength}, ${t.codeTtlMs}, ${t.phoneRef}, ${t.phoneSealed}, ${t.phoneMask}, ${t.enrolls ? 1 : 0},
      0, 0, null, ${t.locale}, ${t.returnUrl}, ${JSON.stringify(t.metadata)}, ${t.createdAt}, ${t.expiresAt},
      1, 'transaction.created', ${at}, ${ip})
    on conflict (id) do nothing
    returning id`
}

/** No row back: there is none of this id. */
export function findTransaction(id: string) {
  return sql<TransactionRow>`select * from transactions where id = ${id}`
}

/** Newest first. A null filter lets everything through; `before` is the last row of the page before. */
export function listTransactions(filter: {
  status: string | null
  subject: string | null
  kind: string | null
  before: { createdAt: Instant; id: string } | null
  limit: number
}) {
  const at = filter.before?.createdAt ?? Number.MAX_SAFE_INTEGER
  const id = filter.before?.id ?? ''
  return sql<TransactionRow>`
    select * from transactions
    where (cast(${filter.status} as text) is null or status = ${filter.status})
      and (cast(${filter.subject} as text) is null or subject = ${filter.subject})
      and (cast(${filter.kind} as text) is null or kind = ${filter.kind})
      and created_at <= ${at} and (created_at < ${at} or id < ${id})
    order by created_at desc, id desc
    limit ${filter.limit}`
}

/** Charges one send before it is made. No row back: not pending, another version, five sends made, or still cooling down. */
export function spendSend(id: string, version: number, sentBefore: Instant, { at, ip }: Occasion) {
  return sql<MovedRow>`
    update transactions
    set sends = sends + 1, last_sent_at = ${at},
      event_no = event_no + 1, event_type = 'transaction.challenged', event_at = ${at}, event_ip = ${ip}
    where id = ${id} and version = ${version} and status = 'pending' and expires_at > ${at}
      and sends < ${sendsMax} and (last_sent_at is null or last_sent_at <= ${sentBefore})
    returning status, sends, checks, last_sent_at, approved_at, approved_by, binding, finished_at`
}

/**
 * Counts a try, compares, and approves or locks, in one statement, so that a burst of guesses cannot share one try
 * (OWASP ASVS 5.0, 15.4.2; PSD2 RTS art. 4(3)(b)). A transaction that would enrol another phone than its subject's is passed over.
 * No row back: not pending, another version, five tries spent, no live code, or that other phone. `macs` are two candidates.
 */
export function checkCode(
  id: string,
  version: number,
  macs: readonly [string, string],
  factor: Factor,
  { at, ip }: Occasion,
) {
  return sql<MovedRow>`
    update transactions
    set checks = checks + 1,
      status = case when code.matches > 0 then 'approved' when checks + 1 >= ${checksMax} then 'locked' else status end,
      sealed = case when code.matches = 0 and checks + 1 >= ${checksMax} then null else sealed end,
      approved_at = case when code.matches > 0 then ${at} else approved_at end,
      approved_by = case when code.matches > 0 then ${factor} else approved_by end,
      binding = case when code.matches > 0 then 'code' else binding end,
      finished_at = case when code.matches = 0 and checks + 1 >= ${checksMax} then ${at} else finished_at end,
      event_no = event_no + 1, event_at = ${at}, event_ip = ${ip},
      event_type = case when code.matches > 0 then 'transaction.approved' when checks + 1 >= ${checksMax} then 'transaction.locked'
        else 'transaction.checked' end
    from (
      select count(*) as live, coalesce(sum(case when code_mac in (${macs[0]}, ${macs[1]}) then 1 else 0 end), 0) as matches
      from challenges
      where transaction_id = ${id} and version = ${version} and open = 1 and expires_at > ${at} and code_mac <> ''
    ) as code
    where id = ${id} and version = ${version} and status = 'pending' and expires_at > ${at} and checks < ${checksMax}
      and code.live > 0
      and (enrolls = 0 or not exists (select 1 from contacts where contacts.subject = transactions.subject
        and contacts.kind = 'phone' and contacts.address_ref <> transactions.phone_ref))
    returning status, sends, checks, last_sent_at, approved_at, approved_by, binding, finished_at`
}

/** Charges one try before somebody else (Twilio) compares the code. No row back as with checkCode. */
export function spendCheck(id: string, version: number, { at, ip }: Occasion) {
  return sql<TransactionRow>`
    update transactions
    set checks = checks + 1,
      event_no = event_no + 1, event_type = 'transaction.checked', event_at = ${at}, event_ip = ${ip}
    where id = ${id} and version = ${version} and status = 'pending' and expires_at > ${at} and checks < ${checksMax}
      and exists (select 1 from challenges where transaction_id = ${id} and version = ${version} and open = 1
        and expires_at > ${at} and verification_sid is not null)
      and (enrolls = 0 or not exists (select 1 from contacts where contacts.subject = transactions.subject
        and contacts.kind = 'phone' and contacts.address_ref <> transactions.phone_ref))
    returning *`
}

/** Approves what spendCheck charged, if the challenge that was asked is still open. No row back: something else came first. */
export function approveChecked(
  approval: { id: string; version: number; challengeId: string; factor: Factor; binding: Binding },
  { at, ip }: Occasion,
) {
  const { id, version, challengeId, factor, binding } = approval
  return sql<TransactionRow>`
    update transactions
    set status = 'approved', approved_at = ${at}, approved_by = ${factor}, binding = ${binding},
      event_no = event_no + 1, event_type = 'transaction.approved', event_at = ${at}, event_ip = ${ip}
    where id = ${id} and version = ${version} and status = 'pending' and expires_at > ${at}
      and exists (select 1 from challenges where id = ${challengeId} and open = 1 and version = ${version})
    returning *`
}

/** Locks a transaction whose five tries are spent. */
export function lockSpent(id: string, { at, ip }: Occasion) {
  return sql<TransactionRow>`
    update transactions
    set status = 'locked', sealed = null, finished_at = ${at},
      event_no = event_no + 1, event_type = 'transaction.locked', event_at = ${at}, event_ip = ${ip}
    where id = ${id} and status = 'pending' and checks >= ${checksMax}
    returning *`
}

/** A new version of what is to be approved. No row back: not pending any more, or another change came first. */
export function changeTransaction(
  change: { id: string; version: number; digest: string; summary: string; sealed: string },
  { at, ip }: Occasion,
) {
  return sql<TransactionRow>`
    update transactions
    set version = version + 1, digest = ${change.digest}, summary = ${change.summary}, sealed = ${change.sealed},
      event_no = event_no + 1, event_type = 'transaction.changed', event_at = ${at}, event_ip = ${ip}
    where id = ${change.id} and version = ${change.version} and status = 'pending' and expires_at > ${at}
    returning *`
}

/** Ends a pending transaction and shreds its payload. No row back: it is not pending, or expired. */
export function endTransaction(id: string, end: 'denied' | 'canceled', { at, ip }: Occasion) {
  return sql<TransactionRow>`
    update transactions
    set status = ${end}, sealed = null, finished_at = ${at},
      event_no = event_no + 1, event_type = ${`transaction.${end}`}, event_at = ${at}, event_ip = ${ip}
    where id = ${id} and status = 'pending' and expires_at > ${at}
    returning *`
}

/** Ends pending transactions whose time is over, `limit` at a time, or the one of this id. An approval outlives its expiry. */
export function expireTransactions(only: string | null, limit: number, { at, ip }: Occasion) {
  return sql<TransactionRow>`
    update transactions
    set status = 'expired', sealed = null, finished_at = ${at},
      event_no = event_no + 1, event_type = 'transaction.expired', event_at = ${at}, event_ip = ${ip}
    where id in (select id from transactions where status = 'pending' and expires_at <= ${at}
        and (cast(${only} as text) is null or id = ${only}) limit ${limit})
      and status = 'pending'
    returning *`
}

/** Gives up the pending transactions of a subject that would enrol another phone than this one. */
export function supersedeOthers(subject: string, phoneRef: string, { at, ip }: Occasion) {
  return sql<TransactionRow>`
    update transactions
    set status = 'superseded', sealed = null, finished_at = ${at},
      event_no = event_no + 1, event_type = 'transaction.canceled', event_at = ${at}, event_ip = ${ip}
    where subject = ${subject} and status = 'pending' and enrolls = 1 and phone_ref <> ${phoneRef}
    returning *`
}

/** Takes the lease of a release: `releaseId` becomes its name the first time. No row back: not approved, or somebody holds the lease. */
export function leaseRelease(id: string, releaseId: string, { at, ip }: Occasion) {
  return sql<TransactionRow>`
    update transactions
    set status = 'releasing', release_id = coalesce(release_id, ${releaseId}), lease_expires_at = ${at + leaseMs},
      event_no = event_no + 1, event_type = 'transaction.releasing', event_at = ${at}, event_ip = ${ip}
    where id = ${id} and (status = 'approved' or (status = 'releasing' and lease_expires_at <= ${at}))
    returning *`
}

/** Marks the release done and shreds the payload. No row back: this release is not the current one, or it was acknowledged. */
export function acknowledgeRelease(id: string, releaseId: string, { at, ip }: Occasion) {
  return sql<TransactionRow>`
    update transactions
    set status = 'released', sealed = null, finished_at = ${at}, lease_expires_at = null,
      event_no = event_no + 1, event_type = 'transaction.released', event_at = ${at}, event_ip = ${ip}
    where id = ${id} and status = 'releasing' and release_id = ${releaseId}
    returning *`
}
