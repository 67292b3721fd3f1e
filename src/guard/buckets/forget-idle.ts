import type { Clock } from '../../lib/clock.ts'
import { all, type Db } from '../../store/db.ts'
import { findBucketPage, forgetBucket } from '../../store/guard-buckets.ts'

const page = 500
/** By then every bucket is what an unused one is: the slowest fills in a day, and what is above fades by half in one. */
const idleMs = 4 * 86_400_000

/**
 * Forgets buckets that are idle, a page of them at each call, round and round. What is usual in a country (`stat`) is kept: it fades by
 * weeks. Any number of nodes may do it.
 */
export function createIdleSweep({ db, clock }: { db: Db; clock: Pick<Clock, 'now'> }): () => Promise<void> {
  let after = ''
  return async () => {
    const before = clock.now() - idleMs
    const rows = await db.read(findBucketPage(after, page))
    const idle = rows.filter(({ scope, at }) => at <= before && !scope.startsWith('stat'))
    if (idle.length > 0)
      await db.quick(function* () {
        for (const { key } of idle) yield* all(forgetBucket(key, before))
      })
    after = rows.length < page ? '' : (rows.at(-1)?.key ?? '')
  }
}
