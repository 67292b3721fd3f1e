import type { AuditEventRow } from '../../src/store/audit-events.ts'
import { type Db, sql } from '../../src/store/db.ts'
import type { TransactionRow } from '../../src/store/transactions.ts'
import type { VerificationRow } from '../../src/store/verifications.ts'
import type { Account, Ledger, VerifyAccount } from './ledger.ts'

const next: Record<string, string[]> = {
  pending: ['pending', 'approved', 'denied', 'canceled', 'expired', 'locked', 'superseded'],
  approved: ['releasing'],
  releasing: ['releasing', 'released'],
}

/** What was promised and is not so: what clients were told against what the store holds now. Empty when every promise holds. */
export async function broken(db: Db, ledger: Ledger): Promise<string[]> {
  const rows = await db.read(sql<TransactionRow>`select * from transactions`)
  const events = await db.read(sql<AuditEventRow>`select * from audit_events order by chain, seq`)
  const bySubject = Map.groupBy(rows, ({ subject }) => subject)
  const byChain = Map.groupBy(events, ({ chain }) => chain)
  const verifications = await db.read(sql<VerificationRow>`select * from verifications`)
  const bySid = new Map(verifications.map((row) => [row.sid, row]))
  return [
    ...ledger.oddities.filter((oddity) => !oddity.startsWith('503')),
    ...ledger.accounts.flatMap((account) => brokenAccount(account, bySubject.get(account.subject) ?? [])),
    ...rows.flatMap((row) => brokenHistory(row, byChain.get(row.id) ?? [])),
    ...ledger.verifications.flatMap((account) => brokenVerification(account, bySid)),
  ]
}

function brokenAccount(account: Account, rows: TransactionRow[]): string[] {
  const faults: string[] = []
  const say = (fault: string) => faults.push(`${account.subject}: ${fault}`)
  if (account.ids.size > 1) say('one idempotency key was answered with two transactions')
  if (rows.length > 1) say('one idempotency key made two transactions')
  const [row] = rows
  if (!row) {
    if (account.ids.size > 0) say('a transaction that was answered is gone')
    return faults
  }
  const wentOn = ['approved', 'releasing', 'released'].includes(row.status)
  if (account.checksAnswered > row.checks) say(`${account.checksAnswered} tries were answered, ${row.checks} counted`)
  if (row.checks > 5 || row.sends > 5) say('more than five tries or sends')
  if (account.approvedAnswered > 1) say('was approved twice')
  if (account.approvedAnswered > 0 && !wentOn) say(`was approved, and now is ${row.status}`)
  if (account.releasedUnasked > 0) say('was released before any code was entered')
  if (wentOn && !account.rightCodeAsked) say('is approved, and nobody entered the code')
  if (account.releaseIds.size > 1) say('has two release ids')
  const [releaseId] = account.releaseIds
  if (releaseId !== undefined && releaseId !== row.release_id) say('another release id is stored than was answered')
  if (account.acknowledged && row.status !== 'released') say(`was acknowledged, and now is ${row.status}`)
  if (row.status === 'released' && row.sealed !== null) say('is released, and its payload is still there')
  return faults
}

/** The history of a row is a path of the state machine, and ends where the row stands. */
function brokenHistory(row: TransactionRow, events: AuditEventRow[]): string[] {
  const last = events.at(-1)
  if (!last || last.status !== row.status || last.version !== row.version)
    return [`${row.id}: its history ends elsewhere`]
  const faults: string[] = []
  for (const [i, event] of events.slice(1).entries()) {
    const before = events[i]?.status ?? ''
    if (!next[before]?.includes(event.status)) faults.push(`${row.id}: went from ${before} to ${event.status}`)
  }
  const released = events.findIndex(({ type }) => type === 'transaction.releasing')
  const approved = events.findIndex(({ type }) => type === 'transaction.approved')
  if (released >= 0 && (approved < 0 || approved > released)) faults.push(`${row.id}: was released without approval`)
  if (events.filter(({ type }) => type === 'transaction.challenged').length !== row.sends)
    faults.push(`${row.id}: its sends and their events differ`)
  return faults
}

function brokenVerification(account: VerifyAccount, rows: Map<string, VerificationRow>): string[] {
  const faults: string[] = []
  if (account.approvedAnswered > 1) faults.push(`${account.to}: a code was good twice`)
  const known = [...account.sids].map((sid) => rows.get(sid))
  if (known.some((row) => row === undefined)) faults.push(`${account.to}: a verification that was answered is gone`)
  const counted = known.reduce((sum, row) => sum + (row?.checks ?? 0), 0)
  if (account.checksAnswered > counted) faults.push(`${account.to}: more checks were answered than counted`)
  if (account.approvedAnswered === 1 && !known.some((row) => row?.status === 'approved'))
    faults.push(`${account.to}: was approved, and is not any more`)
  return faults
}
