import { randomUUID } from 'node:crypto'
import { all, type Db, sql } from '../../src/index.ts'
import type { Destination, Payout } from '../model/payout.ts'
import type { PayoutRequest } from '../model/payout-request.ts'
import { sealJson } from './seal.ts'

/** What of an account pages show: the bank's name or the type of Pix key, and the end of its number. */
export interface ShownAccount {
  method: Destination['method']
  title: string
  masked: string
}

/** An account that the organizer is or was paid to. */
export interface PayoutAccount extends ShownAccount {
  id: string
  validFrom: number
  replacedAt: number | undefined
}

/** A payout that was approved and processed. */
export interface PaidPayout extends ShownAccount {
  id: string
  transactionId: string
  /** How people name it, here and on Aval's page. */
  ref: string
  /** Decimal string in reais. */
  amount: string
  approvedAt: number
  phoneLast4: string | undefined
  /** Whether this approval made the mobile the organizer's own. */
  enrolled: boolean
  /** Aval's signed receipt, a compact JWS. */
  receipt: string
  createdAt: number
}

/** What Aval handed over for a request. */
export interface Release {
  releaseId: string
  ref: string
  receipt: string
  approvedAt: number
  phoneLast4: string | undefined
  enrolled: boolean
  payout: Payout
  shown: ShownAccount
}

const accountPlace = (id: string) => `account ${id}`

/**
 * Processes a release: the account becomes the organizer's current one, the payout is entered, the request is stored and its draft
 * is over, all in one commit. A release id that was processed before changes nothing, whoever brings it.
 */
export async function processRelease(
  { db, key, clock }: { db: Db; key: Uint8Array; clock: { now(): number } },
  { request, release }: { request: PayoutRequest; release: Release },
): Promise<void> {
  const { organizer } = request
  const accountId = randomUUID()
  const payoutId = randomUUID()
  const sealed = await sealJson(key, accountPlace(accountId), release.payout)
  const { value, currency } = release.payout.amount
  const last4 = release.phoneLast4 ?? request.phoneLast4 ?? null
  const now = clock.now()
  await db.unit(function* () {
    const taken = yield* all(sql<{ id: string }>`
      update sympla_requests
      set status = 'stored', release_id = ${release.releaseId}, body_sealed = null, url_sealed = null, poll_at = ${now}
      where id = ${request.id} and status in ('pending', 'canceled', 'expired')
      returning id`)
    if (taken.length === 0) return
    yield* all(
      sql`update sympla_payout_accounts set replaced_at = ${now} where organizer = ${organizer} and replaced_at is null`,
    )
    yield* all(sql`
      insert into sympla_payout_accounts (id, organizer, release_id, method, title, masked, sealed, valid_from)
      values (${accountId}, ${organizer}, ${release.releaseId}, ${release.shown.method}, ${release.shown.title},
        ${release.shown.masked}, ${sealed}, ${now})`)
    yield* all(sql`
      insert into sympla_payouts (id, organizer, release_id, transaction_id, ref, account_id, amount, currency, approved_at,
        phone_last4, enrolled, receipt, created_at)
      values (${payoutId}, ${organizer}, ${release.releaseId}, ${request.transactionId ?? ''}, ${release.ref}, ${accountId}, ${value}, ${currency},
        ${release.approvedAt}, ${last4}, ${release.enrolled ? 1 : 0}, ${release.receipt}, ${now})`)
    yield* all(sql`
      insert into sympla_organizers (organizer, phone_enrolled, phone_last4) values (${organizer}, 1, ${last4})
      on conflict (organizer) do update
        set phone_enrolled = 1, phone_last4 = coalesce(excluded.phone_last4, sympla_organizers.phone_last4)`)
    yield* all(sql`delete from sympla_drafts where id = ${request.draftId} and version = ${request.draftVersion}`)
  })
}

interface AccountRow extends ShownAccount {
  id: string
  valid_from: number
  replaced_at: number | null
}

/** The organizer's accounts, the current one first. */
export async function listAccounts(db: Db, organizer: string): Promise<PayoutAccount[]> {
  const rows = await db.read(sql<AccountRow>`
    select id, method, title, masked, valid_from, replaced_at from sympla_payout_accounts
    where organizer = ${organizer} order by valid_from desc limit 20`)
  return rows.map(({ id, method, title, masked, valid_from, replaced_at }) => ({
    id,
    method,
    title,
    masked,
    validFrom: valid_from,
    replacedAt: replaced_at ?? undefined,
  }))
}

interface PayoutRow extends ShownAccount {
  id: string
  transaction_id: string
  ref: string
  amount: string
  approved_at: number
  phone_last4: string | null
  enrolled: number
  receipt: string
  created_at: number
}

/** The organizer's payouts, newest first; only the one with this id, or of this transaction, where one is given. */
export async function findPayouts(
  db: Db,
  filter: { organizer: string; id?: string; transactionId?: string },
): Promise<PaidPayout[]> {
  const id = filter.id ?? null
  const transactionId = filter.transactionId ?? null
  const rows = await db.read(sql<PayoutRow>`
    select p.id, p.transaction_id, p.ref, a.method, a.title, a.masked, p.amount, p.approved_at, p.phone_last4,
      p.enrolled, p.receipt, p.created_at
    from sympla_payouts p join sympla_payout_accounts a on a.id = p.account_id
    where p.organizer = ${filter.organizer}
      and (cast(${id} as text) is null or p.id = ${id})
      and (cast(${transactionId} as text) is null or p.transaction_id = ${transactionId})
    order by p.created_at desc limit 20`)
  return rows.map((row) => ({
    id: row.id,
    transactionId: row.transaction_id,
    ref: row.ref,
    method: row.method,
    title: row.title,
    masked: row.masked,
    amount: row.amount,
    approvedAt: row.approved_at,
    phoneLast4: row.phone_last4 ?? undefined,
    enrolled: row.enrolled === 1,
    receipt: row.receipt,
    createdAt: row.created_at,
  }))
}
