import type { Clock } from '../lib/clock.ts'
import { all, type Db, type Statement } from '../store/db.ts'
import { type BucketRow, deleteBucket, fillBucket, findLowBuckets, lockBucket } from '../store/guard-buckets.ts'
import { settled, waitFor } from './buckets/bucket.ts'
import { ruleOf } from './buckets/ledger.ts'
import { moneyScopes } from './buckets/scopes.ts'

type Deps = { db: Db; clock: Pick<Clock, 'now'> }

/** A bucket that is empty: what it holds up goes another way until it fills. */
export interface Block {
  key: string
  scope: string
  label: string
  sent: number
  entered: number
  balance: number
  base: number
  unit: 'USD' | 'messages'
  /** When it lends again. */
  endsAt: number
}

const readMax = 1_000

/** The blocks of now, those that were met last first. */
export async function listBlocks({ db, clock }: Deps, limit: number): Promise<Block[]> {
  const at = clock.now()
  const rows = await db.read(findLowBuckets(readMax))
  return rows
    .map((row) => blockOf(row, at))
    .filter((one) => one !== undefined)
    .slice(0, limit)
}

/** Fills the bucket of a block; it goes on counting from there. False: there is no such block. */
export async function liftBlock({ db }: Deps, key: string): Promise<boolean> {
  return (await changeAlone(db, key, fillBucket(key))).length > 0
}

/** Forgets the bucket of a block with all that it has seen. False: there is no such block. */
export async function forgiveBlock({ db }: Deps, key: string): Promise<boolean> {
  return (await changeAlone(db, key, deleteBucket(key))).length > 0
}

/** Nothing that is being taken meanwhile may write its own count over the change. */
function changeAlone(db: Db, key: string, change: Statement<unknown>): Promise<unknown[]> {
  return db.unit(function* () {
    yield* all(lockBucket(db.dialect, key))
    return yield* all(change)
  })
}

// The least that a message costs: what a bucket has less of, no message gets.
const [leastUsd, leastMessages] = [0.005, 1]

function blockOf(row: BucketRow, at: number): Block | undefined {
  const rule = ruleOf(row)
  const bucket = settled(row, rule, at)
  const unit = moneyScopes.has(row.scope) ? 'USD' : 'messages'
  const cost = unit === 'USD' ? leastUsd : leastMessages
  if (bucket.balance >= cost) return undefined
  const { scope, label, key, base } = row
  const endsAt = at + waitFor({ ...bucket, at }, rule, cost)
  return { key, scope, label, sent: bucket.sent, entered: bucket.entered, balance: bucket.balance, base, unit, endsAt }
}
