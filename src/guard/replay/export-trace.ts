import type { Instant } from '../../lib/clock.ts'
import { firstIdAt } from '../../lib/ids.ts'
import { type KeyRing, UnknownKey } from '../../lib/keyring.ts'
import type { Db } from '../../store/db.ts'
import { type DecisionRow, pageOfDecisions } from '../../store/guard-decisions.ts'
import { openTrace } from '../send-guard.ts'
import type { TraceEvent, TraceStart } from './trace.ts'

const pageRows = 1_000

/**
 * The decisions of live traffic as a trace, in the order of time: `t` counts from `from`. Those whose recipient is forgotten (after 30 days)
 * or whose key is gone are left out, and counted. All of it is held in memory, so give a window of days.
 */
export async function exportTrace(
  { db, keys }: { db: Db; keys: KeyRing },
  from: Instant,
  until: Instant,
): Promise<{ events: TraceEvent[]; left: number }> {
  const events: TraceEvent[] = []
  let left = 0
  for (let after = firstIdAt('dec', from); ; ) {
    const rows = await db.read(pageOfDecisions(after, firstIdAt('dec', until), pageRows))
    for (const row of rows) {
      const start = startOf(keys, row, from)
      if (!start) {
        left += 1
        continue
      }
      events.push(start)
      if (row.entered_at !== null) events.push({ t: row.entered_at - from, type: 'check', id: row.id, correct: true })
    }
    const last = rows.at(-1)
    if (rows.length < pageRows || !last) break
    after = last.id
  }
  // A stable sort: of two events of one moment the start stands first.
  return { events: events.sort((a, b) => a.t - b.t), left }
}

function startOf(keys: KeyRing, row: DecisionRow, from: Instant): TraceStart | undefined {
  if (row.trace_sealed === null) return undefined
  try {
    const { to, ip, device, account } = openTrace(keys, row.key_id, row.id, row.trace_sealed)
    return {
      t: row.at - from,
      type: 'start',
      id: row.id,
      to,
      channel: row.channel as TraceStart['channel'],
      ...(ip !== undefined && { ip }),
      ...(device !== undefined && { device }),
      subject: account,
      known_number: row.asker > 0,
      known_device: row.asker === 2,
      price: row.price_micros / 1e6,
    }
  } catch (error) {
    if (error instanceof UnknownKey) return undefined
    throw error
  }
}
