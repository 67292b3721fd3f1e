import type { Instant } from '../../lib/clock.ts'

/**
 * How a bucket fills. A message takes its cost from it, a code that is entered pays back more than that, and the balance comes back to
 * `base` by itself; what is above fades. So traffic whose codes are entered never empties it, and traffic whose codes are not does at once:
 * Wald's sequential test (1945) as a one-sided CUSUM (Page 1954), kept as a token bucket.
 */
export interface BucketRule {
  /** What an unused bucket holds, in its own unit: messages, or USD. */
  base: number
  /** The most that entered codes can fill it to: `base` and the savings. */
  cap: number
  /** From empty to `base`, in milliseconds. */
  refillMs: number
  /** In which half of what is above `base` fades, in milliseconds. */
  fadeMs: number
  /** Half-life of `sent`, `entered` and `spent`, in milliseconds. */
  memoryMs: number
}

/** A bucket as it was at its last change. The counts fade with the rule's memory. */
export interface Bucket {
  /** The base of the rule that it was last used by. */
  base: number
  balance: number
  sent: number
  entered: number
  /** USD of the messages whose codes were entered. */
  spent: number
  /** Messages so new that their codes may still come; fades in 40 s, by when half of those that come have come. */
  pending: number
  at: Instant
}

const pendingMs = 40_000

/** The bucket that nobody has used yet. */
export function unused({ base }: Pick<BucketRule, 'base'>, at: Instant): Bucket {
  return { base, balance: base, sent: 0, entered: 0, spent: 0, pending: 0, at }
}

/** The bucket as it is at `at`. A clock that went back changes nothing; where the rule has another base now, the balance moves with it. */
export function settled(bucket: Bucket, rule: BucketRule, at: Instant): Bucket {
  const passed = Math.max(0, at - bucket.at)
  const { base, cap, refillMs, fadeMs, memoryMs } = rule
  const moved = bucket.balance + base - bucket.base
  const above = moved - base
  const balance =
    above <= 0 ? Math.min(base, moved + (passed * base) / refillMs) : base + above * 2 ** (-passed / fadeMs)
  const kept = 2 ** (-passed / memoryMs)
  return {
    base,
    balance: Math.min(cap, balance),
    sent: bucket.sent * kept,
    entered: bucket.entered * kept,
    spent: bucket.spent * kept,
    pending: bucket.pending * Math.exp(-passed / pendingMs),
    at: bucket.at + passed,
  }
}

/** After one message of this cost. Below zero only where something narrower vouched for it, and never by more than `base`. */
export function charged(bucket: Bucket, { base }: Pick<BucketRule, 'base'>, cost: number): Bucket {
  const balance = Math.max(bucket.balance - cost, -base)
  return { ...bucket, balance, sent: bucket.sent + 1, pending: bucket.pending + 1 }
}

/** After the code of a message was entered. */
export function repaid(bucket: Bucket, { cap }: Pick<BucketRule, 'cap'>, pay: number, usd: number): Bucket {
  const balance = Math.max(bucket.balance, Math.min(cap, bucket.balance + pay))
  return { ...bucket, balance, entered: bucket.entered + 1, spent: bucket.spent + usd }
}

/** As if one message of this cost had not been there. */
export function returned(bucket: Bucket, { cap }: Pick<BucketRule, 'cap'>, cost: number): Bucket {
  const balance = Math.min(cap, bucket.balance + cost)
  return { ...bucket, balance, sent: Math.max(0, bucket.sent - 1), pending: Math.max(0, bucket.pending - 1) }
}

/** When the bucket will hold `cost`, in milliseconds from `bucket.at`; infinite where it never will by itself. */
export function waitFor({ balance }: Bucket, { base, refillMs }: BucketRule, cost: number): number {
  if (balance >= cost) return 0
  return cost > base ? Number.POSITIVE_INFINITY : Math.ceil(((cost - balance) * refillMs) / base)
}
