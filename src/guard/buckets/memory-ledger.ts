import type { Instant } from '../../lib/clock.ts'
import { type Bucket, type BucketRule, repaid, settled } from './bucket.ts'
import { type AskerClass, type Draw, judge, type Taken } from './draw.ts'
import type { Charge } from './ledger.ts'

/** The ledger in this process alone: for replays and simulations, and where the store cannot be asked. */
export interface MemoryLedger {
  take(asker: AskerClass, draws: readonly Draw[], at: Instant): Taken
  enter(charges: readonly Charge[], usd: number, at: Instant): void
  /** The bucket as it is at `at`; undefined where nobody used it. */
  read(key: string, at: Instant): Bucket | undefined
  /** All of it as it is now, for another ledger to begin with. */
  snapshot(): MemorySnapshot
}

/** What a memory ledger holds. Nothing in it changes. */
export type MemorySnapshot = ReadonlyMap<string, { readonly rule: BucketRule; readonly bucket: Bucket }>

/** A ledger that is empty, or begins where another was. */
export function createMemoryLedger(from: MemorySnapshot = new Map()): MemoryLedger {
  const kept = new Map(from)
  return {
    take(asker, draws, at) {
      const buckets = draws.map(({ key }) => kept.get(key)?.bucket)
      const { answer, after } = judge(draws, buckets, asker, at)
      for (const [i, bucket] of after.entries()) {
        const { key, rule } = draws[i] as Draw
        if (bucket) kept.set(key, { rule, bucket })
      }
      return answer
    },
    enter(charges, usd, at) {
      for (const { key, pay } of charges) {
        const one = kept.get(key)
        if (!one) continue
        const bucket = repaid(settled(one.bucket, one.rule, at), one.rule, pay, usd)
        kept.set(key, { rule: one.rule, bucket })
      }
    },
    read(key, at) {
      const one = kept.get(key)
      return one && settled(one.bucket, one.rule, at)
    },
    snapshot: () => new Map(kept),
  }
}
