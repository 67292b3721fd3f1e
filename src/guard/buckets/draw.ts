import type { Instant } from '../../lib/clock.ts'
import { type Bucket, type BucketRule, charged, settled, unused } from './bucket.ts'

/** Who asks: 0 an unproven number, 1 a number that proved itself before, from a new device, 2 the same from a device of its owner's. */
export type AskerClass = 0 | 1 | 2

/** What one message takes from one bucket. */
export interface Draw {
  /** Keyed hash of scope and value, or the plain name of a bucket that holds no person's data. */
  key: string
  scope: string
  /** What an operator may see of the value. */
  label: string
  rule: BucketRule
  cost: number
  /** What an entered code pays back. */
  pay: number
  /** The askers that it is for, as the sum of 1, 2 and 4. */
  classes: number
  /** `count`: nothing is refused and no balance kept. */
  effect: 'refuse' | 'count'
  /**
   * What another draw of the same message changes. `unless` it vouches, an empty bucket refuses; `only` where it vouches, or `without` it,
   * the bucket is used at all.
   */
  when?: { is: 'unless' | 'only' | 'without'; voucher: number } | undefined
  /** As a voucher: it vouches with a full balance and at least so many entered codes. */
  vouchesFrom?: number | undefined
}

/** A draw after the buckets were asked: the bucket before it, settled. */
export interface Drawn {
  bucket: Bucket
  /** Whether the message uses this bucket at all. */
  used: boolean
  refused: boolean
}

/** The answer of all buckets: all gave, or none did. */
export interface Taken {
  asker: AskerClass
  taken: boolean
  draws: Drawn[]
}

/** Asks the buckets for a message of an asker. Refused requests change nothing, so nobody empties a bucket for nothing. */
export function judge(
  draws: readonly Draw[],
  buckets: readonly (Bucket | undefined)[],
  asker: AskerClass,
  at: Instant,
) {
  const now = draws.map(({ rule }, i) => settled(buckets[i] ?? unused(rule, at), rule, at))
  const drawn = draws.map((draw, i): Drawn => {
    const bucket = now[i] as Bucket
    const vouched = isVouched(draw, draws, now, asker)
    const used =
      isFor(draw, asker) && !(draw.when?.is === 'only' && !vouched) && !(draw.when?.is === 'without' && vouched)
    const excused = draw.when?.is === 'unless' && vouched
    return { bucket, used, refused: used && draw.effect === 'refuse' && !excused && bucket.balance < draw.cost }
  })
  const taken = !drawn.some(({ refused }) => refused)
  const after = drawn.map(({ bucket, used }, i) => {
    const { rule, cost } = draws[i] as Draw
    return taken && used ? charged(bucket, rule, cost) : undefined
  })
  return { answer: { asker, taken, draws: drawn } satisfies Taken, after }
}

function isFor({ classes }: Draw, asker: AskerClass): boolean {
  return (classes & (1 << asker)) !== 0
}

function isVouched({ when }: Draw, draws: readonly Draw[], now: readonly Bucket[], asker: AskerClass): boolean {
  if (!when) return false
  const voucher = draws[when.voucher]
  const bucket = now[when.voucher]
  if (!voucher || !bucket || voucher.vouchesFrom === undefined || !isFor(voucher, asker)) return false
  return bucket.entered >= voucher.vouchesFrom && bucket.balance >= voucher.rule.base
}
