import type { Instant } from '../lib/clock.ts'
import type { Challenge } from '../model/challenge.ts'
import type { Factor } from '../model/factor.ts'
import { sql } from './db.ts'

/** A challenge as its row holds it. `code_mac` is empty where Twilio knows the code. */
export interface ChallengeRow {
  id: string
  transaction_id: string
  version: number
  channel: Factor
  address_ref: string
  key_id: string
  code_seed: string
  code_mac: string
  verification_sid: string | null
  open: number
  created_at: Instant
  expires_at: Instant
  sent_at: Instant | null
}

/** The challenge of a row. */
export function challengeOf(row: ChallengeRow): Challenge {
  return {
    id: row.id,
    transactionId: row.transaction_id,
    version: row.version,
    channel: row.channel,
    addressRef: row.address_ref,
    keyId: row.key_id,
    codeSeed: row.code_seed,
    codeMac: row.code_mac,
    verificationSid: row.verification_sid,
    open: row.open === 1,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    sentAt: row.sent_at,
  }
}

/** Opens a challenge. No row back: its id is there, so a repeat opens no second one. */
export function insertChallenge(c: Challenge) {
  return sql<ChallengeRow>`
    insert into challenges (id, transaction_id, version, channel, address_ref, key_id, code_seed, code_mac, verification_sid,
      open, created_at, expires_at, sent_at)
    values (${c.id}, ${c.transactionId}, ${c.version}, ${c.channel}, ${c.addressRef}, ${c.keyId}, ${c.codeSeed}, ${c.codeMac},
      ${c.verificationSid}, 1, ${c.createdAt}, ${c.expiresAt}, ${c.sentAt})
    on conflict do nothing
    returning *`
}

/** The challenges of one version, the one that was asked for last first. */
export function findChallenges(transactionId: string, version: number) {
  return sql<ChallengeRow>`
    select * from challenges where transaction_id = ${transactionId} and version = ${version}
    order by coalesce(sent_at, created_at) desc, id`
}

/** Asks for a live challenge again, by this channel. No row back: it was closed meanwhile. */
export function repeatChallenge(id: string, channel: Factor, at: Instant) {
  return sql<ChallengeRow>`update challenges set channel = ${channel}, sent_at = ${at} where id = ${id} and open = 1 returning *`
}

/** Closes one challenge whose answer was right. */
export function closeChallenge(id: string) {
  return sql<ChallengeRow>`
    update challenges set open = 0, code_seed = '', code_mac = '' where id = ${id} and open = 1 returning *`
}

/** Closes the challenges whose code this was: it has proven what it can, and works once. */
export function closeMatched(transactionId: string, macs: readonly [string, string, string]) {
  return sql<ChallengeRow>`
    update challenges set open = 0, code_seed = '', code_mac = ''
    where transaction_id = ${transactionId} and open = 1 and code_mac in (${macs[0]}, ${macs[1]}, ${macs[2]})
    returning *`
}

/** Closes every challenge of a transaction and wipes what its codes were made from. */
export function closeChallenges(transactionId: string) {
  return sql<ChallengeRow>`
    update challenges set open = 0, code_seed = '', code_mac = '' where transaction_id = ${transactionId} and open = 1 returning *`
}

/** Wipes codes whose time is over, `limit` at a time. */
export function closeExpiredChallenges(at: Instant, limit: number) {
  return sql<{ id: string }>`
    update challenges set open = 0, code_seed = '', code_mac = ''
    where id in (select id from challenges where open = 1 and expires_at <= ${at} limit ${limit}) and open = 1
    returning id`
}

/** Closes what this transaction has open at this address. */
export function closeAt(addressRef: string, transactionId: string) {
  return sql<ChallengeRow>`
    update challenges set open = 0, code_seed = '', code_mac = ''
    where address_ref = ${addressRef} and transaction_id = ${transactionId} and open = 1
    returning *`
}

/** Closes what other transactions have open at this address, where Twilio would send them one code for both. */
export function closeOthersAt(addressRef: string, transactionId: string) {
  return sql<ChallengeRow>`
    update challenges set open = 0
    where address_ref = ${addressRef} and open = 1 and code_mac = '' and transaction_id <> ${transactionId}
    returning *`
}

/** Notes Twilio's sid. No row back: the challenge was closed meanwhile, or the sid is bound to another challenge. */
export function bindVerification(id: string, verificationSid: string, sentAt: Instant) {
  return sql<ChallengeRow>`
    update challenges set verification_sid = ${verificationSid}, sent_at = ${sentAt}
    where id = ${id} and open = 1
      and not exists (select 1 from challenges other where other.verification_sid = ${verificationSid} and other.id <> ${id})
    returning *`
}
