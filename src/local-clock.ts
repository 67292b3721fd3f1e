import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { systemClock, type TurnableClock } from './lib/clock.ts'

/** The clock of local mode: what POST /dev/api/clock added is kept in a file, so that a restart does not turn time back. */
export function localClock(file: string): TurnableClock {
  const clock = systemClock(readOffset(file))
  return {
    now: () => clock.now(),
    advance(ms) {
      clock.advance(ms)
      writeFileSync(`${file}.new`, JSON.stringify({ offset_ms: clock.offsetMs }))
      renameSync(`${file}.new`, file)
    },
    get offsetMs() {
      return clock.offsetMs
    },
  }
}

function readOffset(file: string): number {
  try {
    const { offset_ms: offset } = JSON.parse(readFileSync(file, 'utf8'))
    return Number.isSafeInteger(offset) && offset >= 0 ? offset : 0
  } catch {
    return 0
  }
}
