import { createHash } from 'node:crypto'
import { compactVerify, createLocalJWKSet, decodeJwt } from 'jose'
import type { Clock } from '../lib/clock.ts'
import { frame } from '../lib/frame.ts'
import { findAuditEvents, findUncoveredChains } from '../store/audit-events.ts'
import {
  type AuditHeadEntryRow,
  findLastHead,
  insertHead,
  insertHeadEntry,
  listHeadEntries,
  listHeads,
} from '../store/audit-heads.ts'
import { all, type Db } from '../store/db.ts'
import type { ReceiptSigner } from './receipt.ts'

interface HeadDeps {
  db: Db
  clock: Clock
  receipts: ReceiptSigner
}

const chainsMax = 2000
// An event's clock is read before its commit: look back far enough that none can slip in behind a head.
const lookBackMs = 3_600_000

/**
 * Signs where every chain stands that moved since the last head, so that cutting events off the end of a chain, or a whole chain,
 * shows. Chains are not joined, so writers never wait for each other. Gives the number of chains covered, 2000 at most.
 */
export async function signAuditHead({ db, clock, receipts }: HeadDeps): Promise<number> {
  const [last] = await db.read(findLastHead())
  const entries = await db.read(findUncoveredChains((last?.signed_at ?? 0) - lookBackMs, chainsMax))
  if (entries.length === 0) return 0
  const head = { id: (last?.id ?? 0) + 1, signed_at: clock.now() }
  const claims = {
    head: head.id,
    signed_at: head.signed_at,
    chains: entries.length,
    root: rootOf(entries),
    previous: hashOf(last?.jws ?? ''),
  }
  const jws = await receipts.sign('aval-audit-head+jwt', claims)
  return db.unit(function* () {
    const [mine] = yield* all(insertHead({ ...head, jws }))
    if (!mine) return 0
    for (const entry of entries) yield* all(insertHeadEntry(head.id, entry))
    return entries.length
  })
}

/** Signs heads until every chain that moved is covered, so that a busy minute leaves none behind. */
export async function signAuditHeads(deps: HeadDeps): Promise<void> {
  while ((await signAuditHead(deps)) === chainsMax);
}

/** What is wrong with the audit trail; empty when every hash, link and signature holds. */
export async function verifyAudit({ db, receipts }: Omit<HeadDeps, 'clock'>): Promise<string[]> {
  const faults: string[] = []
  const keys = createLocalJWKSet(await receipts.jwks())
  let previous = ''
  for (const { id, jws } of await db.read(listHeads())) {
    const entries = await db.read(listHeadEntries(id))
    const signed = await compactVerify(jws, keys).then(
      () => decodeJwt(jws),
      () => undefined,
    )
    if (!signed) faults.push(`head ${id}: the signature does not hold`)
    else if (signed.root !== rootOf(entries)) faults.push(`head ${id}: its entries were changed`)
    else if (signed.previous !== hashOf(previous)) faults.push(`head ${id}: the head before it was changed or removed`)
    for (const entry of entries) faults.push(...(await verifyChain(db, entry)))
    previous = jws
  }
  return faults
}

/** What is wrong with one chain: broken links, wrong hashes, or an end that is short of what was signed. */
export async function verifyChain(db: Db, signed: { chain: string } & Partial<AuditHeadEntryRow>): Promise<string[]> {
  const { chain } = signed
  const events = await db.read(findAuditEvents(chain))
  let previous = chain
  for (const [i, event] of events.entries()) {
    const text = [
      previous,
      event.seq,
      event.type,
      event.status,
      event.version,
      event.digest,
      event.created_at,
      event.ip,
    ].join('|')
    if (event.seq !== i + 1) return [`${chain}: event ${i + 1} is missing`]
    if (event.previous_hash !== previous || event.hash !== hashOf(text))
      return [`${chain}: event ${event.seq} was changed`]
    previous = event.hash
  }
  if (signed.seq !== undefined && events[signed.seq - 1]?.hash !== signed.hash)
    return [`${chain}: event ${signed.seq} is not what was signed`]
  return []
}

function rootOf(entries: readonly AuditHeadEntryRow[]): string {
  const sorted = [...entries].sort((a, b) => (a.chain < b.chain ? -1 : 1))
  return createHash('sha256')
    .update(frame('aval/audit-head/v1', ...sorted.flatMap(({ chain, seq, hash }) => [chain, seq, hash])))
    .digest('hex')
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
