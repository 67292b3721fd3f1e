import type { Instant } from '../lib/clock.ts'
import type { Db } from '../store/db.ts'
import { findBuckets } from '../store/guard-buckets.ts'
import { settled } from './buckets/bucket.ts'
import { conditionsOf } from './buckets/conditions.ts'
import { ruleOf } from './buckets/ledger.ts'
import { plain } from './buckets/scopes.ts'
import type { SendRules } from './decide-send.ts'

/** The most that fraud can cost in a day, by construction of the buckets. */
export interface Exposure {
  object: 'exposure'
  most_today_usd: number
  parts: { family: string; scope: string; base_usd: number; savings_usd: number; buckets: number }[]
  text: string
}

/**
 * What all buckets of money can lend strangers in one day: what they hold at most, and what comes back to them meanwhile. What fraud can
 * hide below the tolerance in honest traffic (at most 18 % of what strangers spend honestly) is not in it.
 */
export async function exposureOf(db: Db, { home, cuts }: SendRules, at: Instant): Promise<Exposure> {
  const names = ['sms', 'call'].flatMap((family) => [
    { family, of: home, key: plain('stat', family, home).key },
    { family, of: 'abroad', key: plain('stat', family, 'abroad').key },
  ])
  const rows = await db.read(findBuckets(db.dialect, JSON.stringify(names.map(({ key }) => key))))
  const parts = names.map(({ family, of, key }) => {
    const row = rows.find((one) => one.key === key)
    const { usualDay } = conditionsOf(row && settled(row, ruleOf(row), at), undefined)
    return of === home
      ? { family, scope: 'home', base_usd: cuts.homeBaseUsd, savings_usd: cents(0.1 * usualDay), buckets: 2 }
      : { family, scope: 'abroad', base_usd: cuts.abroadBaseUsd, savings_usd: cents(0.15 * usualDay), buckets: 1 }
  })
  // A bucket that is emptied at once fills by its base once more until the same hour of the next day.
  const most = cents(
    parts.reduce((sum, { base_usd, savings_usd, buckets }) => sum + buckets * (2 * base_usd + savings_usd), 0),
  )
  const text = `The most that fraud can cost you today is USD ${most.toFixed(2)}: what the buckets of home and abroad can lend to strangers, with what comes back to them in a day and their savings.`
  return { object: 'exposure', most_today_usd: most, parts, text }
}

function cents(usd: number): number {
  return Math.ceil(usd * 100) / 100
}
