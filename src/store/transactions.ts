import type { Instant } from '../lib/clock.ts'
import type { Review } from '../model/assessment.ts'
import { type Assurance, bitOf, isEnough, type Proven, targetBit } from '../model/assurance.ts'
import { type Channel, type Element, elementOf, type Factor } from '../model/factor.ts'
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
  assurance: Assurance
  code_length: number
  code_ttl_ms: number
  phone_ref: string | null
  phone_sealed: string | null
  phone_mask: string | null
  email_ref: string | null
  email_sealed: string | null
  email_mask: string | null
  enrolls: number
  target_ref: string | null
  target_sealed: string | null
  target_mask: string | null
  target_delay_ms: number
  hold_ms: number
  review: Review
  device_ref: string | null
  payee_ref: string | null
  ip_country: string | null
  proven: Proven
  proven_by: string
  fallback: string | null
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
  | 'status'
  | 'sends'
  | 'checks'
  | 'last_sent_at'
  | 'approved_at'
  | 'approved_by'
  | 'binding'
  | 'finished_at'
  | 'proven'
  | 'proven_by'
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
    proven: row.proven,
    provenBy: provenBy(row),
  }
}

function provenBy({ proven_by }: Pick<TransactionRow, 'proven_by'>): Factor[] {
  return proven_by.split(',').filter(Boolean) as Factor[]
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
    assurance: row.assurance,
    codeLength: row.code_length,
    codeTtlMs: row.code_ttl_ms,
    phoneRef: row.phone_ref,
    phoneSealed: row.phone_sealed,
    phoneMask: row.phone_mask,
    emailRef: row.email_ref,
    emailSealed: row.email_sealed,
    emailMask: row.email_mask,
    enrolls: row.enrolls === 1,
    targetRef: row.target_ref,
    targetSealed: row.target_sealed,
    targetMask: row.target_mask,
    targetDelayMs: row.target_delay_ms,
    holdMs: row.hold_ms,
    review: row.review,
    deviceRef: row.device_ref,
    payeeRef: row.payee_ref,
    ipCountry: row.ip_country,
    proven: row.proven,
    provenBy: provenBy(row),
    fallback: row.fallback === null ? [] : JSON.parse(row.fallback),
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
      phone_ref, phone_sealed, phone_mask, email_ref, email_sealed, email_mask, enrolls, target_ref, target_sealed, target_mask,
      target_delay_ms, hold_ms, review, device_ref, payee_ref, ip_country, assurance, fallback, sends, checks, last_sent_at, locale, return_url, metadata, created_at, expires_at,
      event_no, event_type, event_at, event_ip)
    values (${t.id}, ${t.kind}, ${t.subject}, 'pending', ${t.version}, ${t.keyId}, ${t.digest}, ${JSON.stringify(t.summary)}, ${t.sealed},
      ${JSON.stringify(t.factors)}, ${t.codeLength}, ${t.codeTtlMs}, ${t.phoneRef}, ${t.phoneSealed}, ${t.phoneMask}, ${t.emailRef},
      ${t.emailSealed}, ${t.emailMask}, ${t.enrolls ? 1 : 0}, ${t.targetRef}, ${t.targetSealed}, ${t.targetMask}, ${t.targetDelayMs},
      ${t.holdMs}, ${t.review}, ${t.deviceRef}, ${t.payeeRef}, ${t.ipCountry}, ${t.assurance}, ${t.fallback.length > 0 ? JSON.stringify(t.fallback) : null}, 0, 0, null, ${t.locale}, ${t.returnUrl}, ${JSON.stringify(t.metadata)}, ${t.createdAt}, ${t.expiresAt},
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

/** When a send may be made: the last one was at `sentBefore` or earlier, and, where a number is given, there were just so many. */
export interface SendAllowance {
  sentBefore: Instant
  sends: number | null
}

/** Charges one send before it is made. No row back: not pending, another version, five sends made, or not allowed now. */
export function spendSend(id: string, version: number, { sentBefore, sends }: SendAllowance, { at, ip }: Occasion) {
  return sql<MovedRow>`
    update transactions
    set sends = sends + 1, last_sent_at = ${at},
      event_no = event_no + 1, event_type = 'transaction.challenged', event_at = ${at}, event_ip = ${ip}
    where id = ${id} and version = ${version} and status = 'pending' and expires_at > ${at}
      and sends < ${sendsMax} and (last_sent_at is null or last_sent_at <= ${sentBefore})
      and (cast(${sends} as bigint) is null or sends = ${sends})
    returning status, sends, checks, last_sent_at, approved_at, approved_by, binding, finished_at, proven, proven_by`
}

/** What a right answer comes to, as far as it is known beforehand: what was proven when the transaction was read. */
export interface Trial {
  id: string
  version: number
  proven: Proven
  targetRef: string | null
  /** null where the target is no address that could prove itself. */
  targetSealed: string | null
  assurance: Assurance
}

/**
 * Counts a try, compares, and approves or locks, in one statement, so that a burst of guesses cannot share one try
 * (OWASP ASVS 5.0, 15.4.2; PSD2 RTS art. 4(3)(b)). A right code that is not enough by itself is noted as proven, and costs no try.
 * A transaction that would enrol another first address than its subject has is passed over.
 * No row back: not pending, another version, something else proven meanwhile, five tries spent, no live code, or that other address.
 * `macs` are three candidates.
 */
export function checkCode(trial: Trial, macs: readonly [string, string, string], { at, ip }: Occasion) {
  const { id, version, proven, targetRef } = trial
  return sql<MovedRow>`
    update transactions
    set checks = checks + case when code.bit > 0 and code.enough = 0 then 0 else 1 end,
      proven = proven + case when (proven & code.bit) = 0 then code.bit else 0 end,
      proven_by = case when code.bit > 0 then proven_by || ',' || code.channel else proven_by end,
      status = case when code.enough = 1 then 'approved' when code.bit = 0 and checks + 1 >= ${checksMax} then 'locked' else status end,
      sealed = case when code.bit = 0 and checks + 1 >= ${checksMax} then null else sealed end,
      approved_at = case when code.enough = 1 then ${at} else approved_at end,
      approved_by = case when code.enough = 1 then code.channel else approved_by end,
      binding = case when code.enough = 1 then 'code' else binding end,
      finished_at = case when code.bit = 0 and checks + 1 >= ${checksMax} then ${at} else finished_at end,
      event_no = event_no + 1, event_at = ${at}, event_ip = ${ip},
      event_type = case when code.enough = 1 then 'transaction.approved'
        when code.bit = 0 and checks + 1 >= ${checksMax} then 'transaction.locked' else 'transaction.checked' end
    from (
      select count(*) as live, coalesce(max(right_one.bit), 0) as bit, coalesce(max(right_one.channel), '') as channel,
        coalesce(max(right_one.enough), 0) as enough
      from challenges
      left join (
        select id as right_id, channel,
          case when address_ref = ${targetRef ?? ''} then 16 when channel = 'email' then 2 else 1 end as bit,
          case when address_ref = ${targetRef ?? ''} then cast(${enough(trial, 'target')} as bigint)
            when channel = 'email' then cast(${enough(trial, 'email')} as bigint) else cast(${enough(trial, 'phone')} as bigint) end as enough
        from challenges
        where transaction_id = ${id} and version = ${version} and open = 1 and expires_at > ${at}
          and code_mac in (${macs[0]}, ${macs[1]}, ${macs[2]})
        limit 1
      ) as right_one on right_one.right_id = challenges.id
      where transaction_id = ${id} and version = ${version} and open = 1 and expires_at > ${at} and code_mac <> ''
        and challenges.channel not in ('totp', 'passkey')
    ) as code
    where id = ${id} and version = ${version} and proven = ${proven} and status = 'pending' and expires_at > ${at} and checks < ${checksMax}
      and code.live > 0
      and (enrolls = 0 or not exists (select 1 from contacts where contacts.subject = transactions.subject and contacts.ended_at is null
        and contacts.address_ref <> coalesce(transactions.phone_ref, transactions.email_ref)))
    returning status, sends, checks, last_sent_at, approved_at, approved_by, binding, finished_at, proven, proven_by`
}

/**
 * As checkCode, for a factor whose answer was compared before: an app's code or a passkey's signature, `right` or not. The count stands in
 * the store before anybody hears of the outcome. No row back as with checkCode.
 */
export function countAnswer(
  trial: Trial,
  answer: { factor: 'totp' | 'passkey'; right: boolean; binding: Binding },
  { at, ip }: Occasion,
) {
  const { id, version, proven } = trial
  const element = elementOf(answer.factor)
  const bit = answer.right ? bitOf(element) : 0
  const done = answer.right ? enough(trial, element) : 0
  return sql<MovedRow>`
    update transactions
    set checks = checks + case when cast(${bit} as bigint) > 0 and cast(${done} as bigint) = 0 then 0 else 1 end,
      proven = proven | cast(${bit} as bigint),
      proven_by = case when cast(${bit} as bigint) > 0 then proven_by || ',' || ${answer.factor} else proven_by end,
      status = case when cast(${done} as bigint) = 1 then 'approved'
        when cast(${bit} as bigint) = 0 and checks + 1 >= ${checksMax} then 'locked' else status end,
      sealed = case when cast(${bit} as bigint) = 0 and checks + 1 >= ${checksMax} then null else sealed end,
      approved_at = case when cast(${done} as bigint) = 1 then ${at} else approved_at end,
      approved_by = case when cast(${done} as bigint) = 1 then ${answer.factor} else approved_by end,
      binding = case when cast(${done} as bigint) = 1 then ${answer.binding} else binding end,
      finished_at = case when cast(${bit} as bigint) = 0 and checks + 1 >= ${checksMax} then ${at} else finished_at end,
      event_no = event_no + 1, event_at = ${at}, event_ip = ${ip},
      event_type = case when cast(${done} as bigint) = 1 then 'transaction.approved'
        when cast(${bit} as bigint) = 0 and checks + 1 >= ${checksMax} then 'transaction.locked' else 'transaction.checked' end
    where id = ${id} and version = ${version} and proven = ${proven} and status = 'pending' and expires_at > ${at} and checks < ${checksMax}
      and exists (select 1 from challenges where transaction_id = ${id} and version = ${version} and channel = ${answer.factor}
        and open = 1 and expires_at > ${at})
    returning status, sends, checks, last_sent_at, approved_at, approved_by, binding, finished_at, proven, proven_by`
}

/** Whether proving this element too would be enough: 1 or 0. */
function enough({ proven, targetSealed, assurance }: Trial, element: Element): 0 | 1 {
  const sum = proven | bitOf(element)
  return isEnough(assurance, sum) && (targetSealed === null || (sum & targetBit) !== 0) ? 1 : 0
}

/** Notes that an app or a passkey was asked for; a message is noted by spendSend. No row back: not pending, or another version. */
export function noteChallenge(id: string, version: number, { at, ip }: Occasion) {
  return sql<MovedRow>`
    update transactions
    set event_no = event_no + 1, event_type = 'transaction.challenged', event_at = ${at}, event_ip = ${ip}
    where id = ${id} and version = ${version} and status = 'pending' and expires_at > ${at}
    returning status, sends, checks, last_sent_at, approved_at, approved_by, binding, finished_at, proven, proven_by`
}

/** Charges one try before somebody else (Twilio) compares the code. No row back as with checkCode. */
export function spendCheck({ id, version, proven }: Trial, { at, ip }: Occasion) {
  return sql<TransactionRow>`
    update transactions
    set checks = checks + 1,
      event_no = event_no + 1, event_type = 'transaction.checked', event_at = ${at}, event_ip = ${ip}
    where id = ${id} and version = ${version} and proven = ${proven} and status = 'pending' and expires_at > ${at} and checks < ${checksMax}
      and exists (select 1 from challenges where transaction_id = ${id} and version = ${version} and open = 1
        and expires_at > ${at} and verification_sid is not null)
      and (enrolls = 0 or not exists (select 1 from contacts where contacts.subject = transactions.subject and contacts.ended_at is null
        and contacts.address_ref <> coalesce(transactions.phone_ref, transactions.email_ref)))
    returning *`
}

/** Notes or approves what spendCheck charged, if the challenge that was asked is still open. No row back: something else came first. */
export function approveChecked(
  trial: Trial,
  approval: { challengeId: string; channel: Channel; element: Element; binding: Binding },
  { at, ip }: Occasion,
) {
  const { id, version, proven } = trial
  const done = enough(trial, approval.element)
  return sql<TransactionRow>`
    update transactions
    set status = case when cast(${done} as bigint) = 1 then 'approved' else status end,
      approved_at = case when cast(${done} as bigint) = 1 then ${at} else approved_at end,
      approved_by = case when cast(${done} as bigint) = 1 then ${approval.channel} else approved_by end,
      binding = case when cast(${done} as bigint) = 1 then ${approval.binding} else binding end,
      proven = proven | cast(${bitOf(approval.element)} as bigint), proven_by = proven_by || ',' || ${approval.channel},
      event_no = event_no + 1, event_type = case when cast(${done} as bigint) = 1 then 'transaction.approved' else 'transaction.checked' end,
      event_at = ${at}, event_ip = ${ip}
    where id = ${id} and version = ${version} and proven = ${proven} and status = 'pending' and expires_at > ${at}
      and exists (select 1 from challenges where id = ${approval.challengeId} and open = 1 and version = ${version})
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
  change: {
    id: string
    version: number
    digest: string
    summary: string
    sealed: string
    assurance: Assurance
    codeLength: number
    factors: string
    holdMs: number
    review: Review
  },
  { at, ip }: Occasion,
) {
  return sql<TransactionRow>`
    update transactions
    set version = version + 1, digest = ${change.digest}, summary = ${change.summary}, sealed = ${change.sealed},
      assurance = ${change.assurance}, code_length = ${change.codeLength}, factors = ${change.factors}, hold_ms = ${change.holdMs}, review = ${change.review},
      proven = 0, proven_by = '',
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

/**
 * Gives up the pending changes of a subject's contacts but this one: what had to say yes to them was found out when the subject had other
 * contacts than now.
 */
export function supersedeContactChanges(subject: string, except: string, { at, ip }: Occasion) {
  return sql<TransactionRow>`
    update transactions
    set status = 'superseded', sealed = null, finished_at = ${at},
      event_no = event_no + 1, event_type = 'transaction.canceled', event_at = ${at}, event_ip = ${ip}
    where subject = ${subject} and status = 'pending' and id <> ${except} and kind in ('contact.phone', 'contact.email')
    returning *`
}

/** Gives up the pending transactions of a subject that would enrol another first address than this one. */
export function supersedeOthers(subject: string, addressRef: string, { at, ip }: Occasion) {
  return sql<TransactionRow>`
    update transactions
    set status = 'superseded', sealed = null, finished_at = ${at},
      event_no = event_no + 1, event_type = 'transaction.canceled', event_at = ${at}, event_ip = ${ip}
    where subject = ${subject} and status = 'pending' and enrolls = 1 and coalesce(phone_ref, email_ref) <> ${addressRef}
    returning *`
}

/** Ends an approved enrolment that has taken effect: there is nothing to release. No row back: it is not approved. */
export function finishEnrolment(id: string, { at, ip }: Occasion) {
  return sql<TransactionRow>`
    update transactions
    set status = 'released', sealed = null, finished_at = ${at},
      event_no = event_no + 1, event_type = 'transaction.released', event_at = ${at}, event_ip = ${ip}
    where id = ${id} and status = 'approved'
    returning *`
}

/** Counts a try at finishing an approved enrolment; the fifth that is wrong locks it. No row back: it is not approved. */
export function countEnrolmentTry(id: string, { at, ip }: Occasion) {
  return sql<TransactionRow>`
    update transactions
    set checks = checks + 1,
      status = case when checks + 1 >= ${checksMax} then 'locked' else status end,
      sealed = case when checks + 1 >= ${checksMax} then null else sealed end,
      finished_at = case when checks + 1 >= ${checksMax} then ${at} else finished_at end,
      event_no = event_no + 1, event_at = ${at}, event_ip = ${ip},
      event_type = case when checks + 1 >= ${checksMax} then 'transaction.locked' else 'transaction.checked' end
    where id = ${id} and status = 'approved' and checks < ${checksMax}
    returning *`
}

/** Ends approved enrolments that nobody finished since `before`, `limit` at a time. */
export function giveUpEnrolments(before: Instant, limit: number, { at, ip }: Occasion) {
  return sql<TransactionRow>`
    update transactions
    set status = 'canceled', sealed = null, finished_at = ${at},
      event_no = event_no + 1, event_type = 'transaction.canceled', event_at = ${at}, event_ip = ${ip}
    where id in (select id from transactions where status = 'approved' and kind in ('factor.totp', 'factor.passkey')
        and approved_at <= ${before} limit ${limit})
      and status = 'approved'
    returning *`
}

/**
 * Takes the lease of a release: `releaseId` becomes its name the first time. No row back: not approved, held, or somebody holds the lease.
 */
export function leaseRelease(id: string, releaseId: string, { at, ip }: Occasion) {
  return sql<TransactionRow>`
    update transactions
    set status = 'releasing', release_id = coalesce(release_id, ${releaseId}), lease_expires_at = ${at + leaseMs},
      event_no = event_no + 1, event_type = 'transaction.releasing', event_at = ${at}, event_ip = ${ip}
    where id = ${id} and kind not in ('factor.totp', 'factor.passkey') and ((status = 'approved' and approved_at + hold_ms <= ${at} and review <> 'wanted')
        or (status = 'releasing' and lease_expires_at <= ${at}))
    returning *`
}

/** Ends an approved transaction that is held, and shreds its payload. No row back: it is not approved, or not held any more. */
export function endHeld(id: string, end: 'denied' | 'canceled', { at, ip }: Occasion) {
  return sql<TransactionRow>`
    update transactions
    set status = ${end}, sealed = null, finished_at = ${at},
      event_no = event_no + 1, event_type = ${`transaction.${end}`}, event_at = ${at}, event_ip = ${ip}
    where id = ${id} and status = 'approved' and (approved_at + hold_ms > ${at} or review = 'wanted')
    returning *`
}

/** A person has looked at it and lets it pass; its time still runs. No row back: nobody has to, or it is over. */
export function passReview(id: string, { at, ip }: Occasion) {
  return sql<TransactionRow>`
    update transactions
    set review = 'passed', event_no = event_no + 1, event_type = 'transaction.reviewed', event_at = ${at}, event_ip = ${ip}
    where id = ${id} and review = 'wanted' and status in ('pending', 'approved')
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
