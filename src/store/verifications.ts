import type { Instant } from '../lib/clock.ts'
import type { Channel } from '../model/factor.ts'
import {
  type Delivery,
  type VerificationStatus,
  verificationChecksMax,
  verificationSendsMax,
} from '../model/verification.ts'
import { sql } from './db.ts'
import type { Occasion } from './occasion.ts'

/** A verification as its row holds it. `live` rows stand for their address: at most one for a service and address. */
export interface VerificationRow {
  sid: string
  service_sid: string
  account_sid: string
  to_ref: string
  to_sealed: string
  /** The first digits of a number: enough to count by destination. */
  to_prefix: string | null
  country: string | null
  key_id: string
  channel: Channel
  locale: string | null
  /** JSON of the caller's tags. */
  tags: string | null
  status: VerificationStatus
  live: number
  sends: number
  checks: number
  code_seed: string
  code_mac: string
  code_length: number
  amount: string | null
  payee: string | null
  attempt_sid: string
  /** How the newest message fared when it was written down; `attempts` has what became of it. */
  delivery: Delivery
  /** Whether it can be found by its address after its end. */
  keeps_history: number
  /** Whether webhooks hear of it. */
  notifies: number
  created_at: Instant
  updated_at: Instant
  expires_at: Instant
}

/** What an answer says of a verification: a row without what its code is made from. */
export type CheckedRow = Omit<
  VerificationRow,
  | 'live'
  | 'code_seed'
  | 'code_mac'
  | 'code_length'
  | 'to_prefix'
  | 'locale'
  | 'tags'
  | 'delivery'
  | 'keeps_history'
  | 'notifies'
>

export type NewVerification = Omit<VerificationRow, 'status' | 'live' | 'created_at' | 'updated_at'>

/** A code that the caller gave starts so in `code_seed`, with the code sealed behind it; all others are derived from the seed. */
export const customCodeMark = 'custom.'

/** After so long a message counts as sent, even if the node that sent it never said so. */
const sendingMaxMs = 30_000

/**
 * Starts a verification, or adds a send to the live one of this address, whose sid, code and end stay as they are: the row that is to
 * be sent, which says which.
 * No row back: that one is expired, locked, sent five times, just being sent, or of another amount, payee or custom code.
 */
export function startVerification(v: NewVerification, { at, ip }: Occasion) {
  const custom = v.code_seed.startsWith(customCodeMark) ? 1 : 0
  return sql<VerificationRow>`
    insert into verifications (sid, service_sid, account_sid, to_ref, to_sealed, to_prefix, country, key_id, channel, locale, tags, status,
      live, sends, checks, code_seed, code_mac, code_length, amount, payee, attempt_sid, delivery, keeps_history, notifies,
      created_at, updated_at, expires_at, event_no, event_type, event_at, event_ip)
    values (${v.sid}, ${v.service_sid}, ${v.account_sid}, ${v.to_ref}, ${v.to_sealed}, ${v.to_prefix}, ${v.country}, ${v.key_id},
      ${v.channel}, ${v.locale}, ${v.tags}, 'pending', 1, ${v.sends}, ${v.checks}, ${v.code_seed}, ${v.code_mac}, ${v.code_length}, ${v.amount}, ${v.payee},
      ${v.attempt_sid}, ${v.delivery}, ${v.keeps_history}, ${v.notifies}, ${at}, ${at}, ${v.expires_at},
      1, 'verification.sent', ${at}, ${ip})
    on conflict (service_sid, to_ref) where live = 1 do update set
      sends = verifications.sends + 1, channel = excluded.channel, locale = excluded.locale, delivery = excluded.delivery,
      attempt_sid = 'VL' || substr(verifications.sid, 3, 24) || '0000000' || (verifications.sends + 1),
      updated_at = excluded.updated_at,
      event_no = verifications.event_no + 1, event_type = 'verification.sent', event_at = excluded.event_at, event_ip = excluded.event_ip
    where verifications.status = 'pending' and verifications.expires_at > excluded.created_at
      and verifications.sends < ${verificationSendsMax}
      and coalesce(verifications.amount, '') = coalesce(excluded.amount, '')
      and coalesce(verifications.payee, '') = coalesce(excluded.payee, '')
      and (cast(${custom} as bigint) = 0 or verifications.code_mac = excluded.code_mac)
      and (verifications.delivery <> 'sending' or exists (
        select 1 from attempts a where a.verification_sid = verifications.sid and a.sid = verifications.attempt_sid
          and (a.delivery <> 'sending' or a.created_at <= excluded.created_at - ${sendingMaxMs})))
    returning *`
}

/**
 * Counts a check of the live verification of an address, where `sid` is given only if it is this one, compares, and approves or locks, in
 * one statement.
 * No row back: none is live, its five checks are spent, or its time is over. `macs` are two candidates.
 */
export function checkVerificationTo(
  serviceSid: string,
  toRef: string,
  sid: string | null,
  macs: readonly [string, string],
  { at, ip }: Occasion,
) {
  const [a, b] = macs
  return sql<CheckedRow>`
    update verifications set
      checks = checks + 1, updated_at = ${at},
      status = case when code_mac in (${a}, ${b}) then 'approved' when checks + 1 >= ${verificationChecksMax} then 'max_attempts_reached' else status end,
      live = case when code_mac in (${a}, ${b}) then 0 else live end,
      event_type = case when code_mac in (${a}, ${b}) then 'verification.approved'
        when checks + 1 >= ${verificationChecksMax} then 'verification.max_attempts_reached' else 'verification.checked' end,
      code_seed = case when code_mac in (${a}, ${b}) or checks + 1 >= ${verificationChecksMax} then '' else code_seed end,
      code_mac = case when code_mac in (${a}, ${b}) or checks + 1 >= ${verificationChecksMax} then '' else code_mac end,
      event_no = event_no + 1, event_at = ${at}, event_ip = ${ip}
    where service_sid = ${serviceSid} and to_ref = ${toRef} and live = 1 and status = 'pending'
      and (cast(${sid} as text) is null or sid = ${sid}) and checks < ${verificationChecksMax} and expires_at > ${at}
    returning sid, service_sid, account_sid, to_ref, to_sealed, country, key_id, channel, status, sends, checks, amount, payee, attempt_sid,
      created_at, updated_at, expires_at`
}

/** Whatever became of it. No row back: the service has none of this SID. */
export function findVerification(serviceSid: string, sid: string) {
  return sql<VerificationRow>`select * from verifications where sid = ${sid} and service_sid = ${serviceSid}`
}

/** The one that holds this address in the service, pending or locked; there is never a second. */
export function findLiveVerification(serviceSid: string, toRef: string) {
  return sql<VerificationRow>`select * from verifications where service_sid = ${serviceSid} and to_ref = ${toRef} and live = 1`
}

/** The newest verification of an address, whatever became of it; only services that keep a history have it. */
export function findLastVerification(serviceSid: string, toRef: string) {
  return sql<VerificationRow>`
    select * from verifications where service_sid = ${serviceSid} and to_ref = ${toRef} and keeps_history = 1
    order by sid desc limit 1`
}

/** Ends a pending verification. No row back: it is not pending, or its time is over. */
export function endVerification(sid: string, end: 'canceled' | 'approved', { at, ip }: Occasion) {
  return sql<VerificationRow>`
    update verifications set status = ${end}, live = 0, code_seed = '', code_mac = '', updated_at = ${at},
      event_no = event_no + 1, event_type = ${`verification.${end}`}, event_at = ${at}, event_ip = ${ip}
    where sid = ${sid} and status = 'pending' and live = 1 and expires_at > ${at}
    returning *`
}

/**
 * Takes a live verification out of its address's place: another deal took it. No row back: it ended meanwhile, was sent five times or is
 * just being sent.
 */
export function replaceVerification(sid: string, { at, ip }: Occasion) {
  return sql<VerificationRow>`
    update verifications set status = 'deleted', live = 0, code_seed = '', code_mac = '', updated_at = ${at},
      event_no = event_no + 1, event_type = 'verification.deleted', event_at = ${at}, event_ip = ${ip}
    where sid = ${sid} and status = 'pending' and live = 1 and sends < ${verificationSendsMax}
      and (delivery <> 'sending' or exists (
        select 1 from attempts a where a.verification_sid = verifications.sid and a.sid = verifications.attempt_sid
          and (a.delivery <> 'sending' or a.created_at <= ${at - sendingMaxMs})))
    returning *`
}

/** Ends live verifications whose time is over, `limit` at a time, or the one of this sid. A locked one stays locked, but gives up its place. */
export function expireVerifications(only: string | null, limit: number, { at, ip }: Occasion) {
  return sql<VerificationRow>`
    update verifications set
      status = case when status = 'pending' then 'expired' else status end,
      event_type = case when status = 'pending' then 'verification.expired' else 'verification.unlocked' end,
      live = 0, code_seed = '', code_mac = '', updated_at = ${at}, event_no = event_no + 1, event_at = ${at}, event_ip = ${ip}
    where sid in (select sid from verifications where live = 1 and expires_at <= ${at}
        and (cast(${only} as text) is null or sid = ${only}) limit ${limit})
      and live = 1
    returning *`
}
