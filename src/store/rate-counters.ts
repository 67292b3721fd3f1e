import type { Instant } from '../lib/clock.ts'
import { sql } from './db.ts'

/** Counts one more in the window of this key and gives the count; a window that is over starts anew. */
export function countOne(key: string, windowMs: number, at: Instant) {
  return sql<{ count: number; window_ends_at: Instant }>`
    insert into rate_counters (key, window_ends_at, count) values (${key}, ${at + windowMs}, 1)
    on conflict (key) do update set
      count = case when rate_counters.window_ends_at <= ${at} then 1 else rate_counters.count + 1 end,
      window_ends_at = case when rate_counters.window_ends_at <= ${at} then excluded.window_ends_at else rate_counters.window_ends_at end
    returning count, window_ends_at`
}

/** Removes windows that are over, `limit` at a time. */
export function forgetCounters(at: Instant, limit: number) {
  return sql<{ key: string }>`
    delete from rate_counters
    where key in (select key from rate_counters where window_ends_at <= ${at} limit ${limit}) and window_ends_at <= ${at}
    returning key`
}
