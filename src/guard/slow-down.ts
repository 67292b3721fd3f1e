import { type Clock, secondsUntil } from '../lib/clock.ts'
import { networkOf } from '../lib/ip.ts'
import type { Db } from '../store/db.ts'
import { countOne } from '../store/rate-counters.ts'

/** Forms a minute from one network. High, because a carrier puts thousands of honest phones behind one address. */
const formsMax = 600
const windowMs = 60_000

/** Counts one form of a page; gives the seconds to wait when its network sent too many. Counted in the store, for all nodes together. */
export async function slowDown({ db, clock }: { db: Db; clock: Clock }, ip: string): Promise<number | undefined> {
  const at = clock.now()
  const [counted] = await db.write(countOne(`page|${networkOf(ip)}`, windowMs, at))
  if (!counted || counted.count <= formsMax) return undefined
  return secondsUntil(counted.window_ends_at, at)
}
