import type { Clock, Instant } from '../lib/clock.ts'
import type { Db } from '../store/db.ts'
import { addTries, findTries, markSprayed, type TriesRow } from '../store/guard-tries.ts'
import { createBatches } from './batches.ts'
import type { GuardLog } from './send-guard.ts'

/** Guesses are being spread over the whole service: what was seen. */
export interface SprayAlarm {
  kind: 'spraying'
  /** Of the last half hour. */
  right: number
  wrong: number
  /** Wrong codes for each right one, usually. */
  usual: number
}

/** Watches wrong codes over the whole service, for who guesses a little at everybody meets no budget of anybody's. */
export interface SprayWatch {
  /** Counts a try; it need not be waited for. */
  note(was: 'right' | 'wrong'): void
  /** Whether guesses are being sprayed, or were in the last half hour; two seconds old at most. */
  isOn(): Promise<boolean>
  flush(): Promise<void>
}

const slotMs = 300_000
const recentMs = 1_800_000
const usualMs = 7 * 86_400_000
const knownForMs = 2_000
/** Fewer tries say nothing. */
const triesMin = 100
/** Wrong codes for each right one, times what is usual. */
const timesUsual = 3
const [priorRight, priorWrong] = [100, 20]

/** The watch over this store; all nodes see the same. `onAlarm` is called on one of them, once for each time that it begins. */
export function createSprayWatch(deps: {
  db: Db
  clock: Pick<Clock, 'now'>
  log: GuardLog
  onAlarm?: ((alarm: SprayAlarm) => void) | undefined
}): SprayWatch {
  const { db, clock, log, onAlarm } = deps
  let known: { at: Instant; isOn: Promise<boolean> } | undefined
  const tries = createBatches<{ slot: Instant; was: 'right' | 'wrong' }>(log, 'tries', async (batch) => {
    for (const slot of new Set(batch.map((one) => one.slot))) {
      const count = (was: 'right' | 'wrong') => batch.filter((one) => one.slot === slot && one.was === was).length
      await db.write(addTries(slot, count('right'), count('wrong')))
    }
  })

  async function look(at: Instant): Promise<boolean> {
    const rows = await db.read(findTries(slotOf(at) - usualMs))
    const { isSprayed, ...seen } = judgeTries(rows, at)
    const wasSprayed = rows.some(({ slot, sprayed }) => sprayed === 1 && isRecent(slot, at))
    if (!isSprayed) return wasSprayed
    const last = rows.at(-1)
    const [marked] = last && last.sprayed === 0 ? await db.write(markSprayed(last.slot)) : []
    if (marked && !wasSprayed) {
      log.warn(seen, 'guesses are being sprayed over the whole service: new codes have eight digits')
      onAlarm?.({ kind: 'spraying', ...seen })
    }
    return true
  }

  return {
    note(was) {
      void tries.note({ slot: slotOf(clock.now()), was })
    },
    isOn() {
      const at = clock.now()
      if (!known || at - known.at >= knownForMs || at < known.at) known = { at, isOn: look(at) }
      return known.isOn
    },
    flush: () => tries.flush(),
  }
}

/** Whether the last half hour has more than three times as many wrong codes for each right one as is usual. Pure. */
export function judgeTries(
  rows: readonly TriesRow[],
  at: Instant,
): { isSprayed: boolean; right: number; wrong: number; usual: number } {
  const sums = { right: 0, wrong: 0, usualRight: priorRight, usualWrong: priorWrong }
  for (const { slot, right_codes, wrong_codes, sprayed } of rows) {
    if (isRecent(slot, at)) {
      sums.right += right_codes
      sums.wrong += wrong_codes
    } else if (sprayed === 0) {
      // What is an attack cannot become usual.
      sums.usualRight += right_codes
      sums.usualWrong += wrong_codes
    }
  }
  const { right, wrong } = sums
  const usual = sums.usualWrong / sums.usualRight
  const isSprayed = right + wrong >= triesMin && wrong / Math.max(1, right) > timesUsual * usual
  return { isSprayed, right, wrong, usual }
}

/** Whether any of the stretch was in the last half hour. */
function isRecent(slot: Instant, at: Instant): boolean {
  return slot + slotMs > at - recentMs
}

function slotOf(at: Instant): Instant {
  return Math.floor(at / slotMs) * slotMs
}
