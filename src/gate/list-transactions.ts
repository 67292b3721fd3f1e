import { frame } from '../lib/frame.ts'
import { hmac, type KeyRing, sameSecret } from '../lib/keyring.ts'
import type { AuditEvent } from '../model/audit-event.ts'
import { AvalError } from '../model/error.ts'
import type { Transaction, TransactionStatus } from '../model/transaction.ts'
import { findAuditEvents } from '../store/audit-events.ts'
import { listTransactions as listRows, transactionOf } from '../store/transactions.ts'
import type { GateDeps, TransactionState } from './deps.ts'
import { requireTransaction, stateOf, stateWithAll } from './read-transaction.ts'

/** Which transactions are meant; what is left out filters nothing. */
export interface ListTransactions {
  status?: TransactionStatus | undefined
  subject?: string | undefined
  kind?: string | undefined
  cursor?: string | undefined
  /** 1 to 100. */
  limit: number
}

/** One page, newest first, and the signed cursor of the next one. A cursor that was not ours, or of another filter, is invalid_request. */
export async function listTransactions(
  deps: Pick<GateDeps, 'db' | 'keys' | 'clock' | 'guard' | 'verifier' | 'relyingParty'>,
  { status, subject, kind, cursor, limit }: ListTransactions,
): Promise<{ states: TransactionState[]; nextCursor: string | null }> {
  const { db, keys } = deps
  const filter = JSON.stringify([status ?? '', subject ?? '', kind ?? ''])
  const before = cursor === undefined ? null : readCursor(keys, filter, cursor)
  const rows = await db.read(
    listRows({ status: status ?? null, subject: subject ?? null, kind: kind ?? null, before, limit: limit + 1 }),
  )
  const page = rows.slice(0, limit).map(transactionOf)
  const last = page.at(-1)
  const states = page.map(async (one) => (one.status === 'pending' ? stateWithAll(deps, one) : stateOf(deps, one, [])))
  return {
    states: await Promise.all(states),
    nextCursor: rows.length > limit && last ? writeCursor(keys, filter, last) : null,
  }
}

/** Everything that happened to one transaction, oldest first. */
export async function listEvents(
  deps: Pick<GateDeps, 'db' | 'clock' | 'guard' | 'verifier' | 'relyingParty'>,
  command: { id: string },
): Promise<AuditEvent[]> {
  await requireTransaction(deps, command)
  const rows = await deps.db.read(findAuditEvents(command.id))
  return rows.map((row) => ({
    chain: row.chain,
    seq: row.seq,
    type: row.type,
    status: row.status,
    version: row.version,
    digest: row.digest,
    createdAt: row.created_at,
    ip: row.ip,
    hash: row.hash,
  }))
}

function writeCursor(keys: KeyRing, filter: string, { createdAt, id }: Transaction): string {
  const place = `${createdAt}.${id}`
  return `${place}.${sign(keys, keys.activeId, filter, place)}`
}

function readCursor(keys: KeyRing, filter: string, cursor: string): { createdAt: number; id: string } {
  const [createdAt = '', id = '', signature = ''] = cursor.split('.')
  const ours = keys.ids.some((keyId) => sameSecret(sign(keys, keyId, filter, `${createdAt}.${id}`), signature))
  if (!ours) {
    const message = 'is not a cursor of this list: use next_cursor as it came, with the same filters'
    throw new AvalError('invalid_request', `The cursor ${message}.`, { faults: [{ path: 'cursor', message }] })
  }
  return { createdAt: Number(createdAt), id }
}

function sign(keys: KeyRing, keyId: string, filter: string, place: string): string {
  return hmac(keys.key(keyId, 'cursor'), frame('aval/cursor/v1', filter, place)).toString('base64url')
}
