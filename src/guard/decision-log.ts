import { all, type Db } from '../store/db.ts'
import { insertDecisions, type NewDecision } from '../store/guard-decisions.ts'
import type { GuardLog } from './send-guard.ts'

/**
 * Writes decisions down, those of one moment in one statement. What a kill takes with it are explanations of the last milliseconds: what
 * decides is in the buckets, and they are written before the answer.
 */
export interface DecisionLog {
  note(decision: NewDecision): void
  /** Resolves when everything that was noted so far is written, or could not be. */
  flush(): Promise<void>
}

const batchMax = 200
const waitingMax = 10_000

/** A log into this store. Where the store is away for long, the oldest notes are dropped, and the log of the process says how many. */
export function createDecisionLog(db: Db, log: GuardLog): DecisionLog {
  let waiting: NewDecision[] = []
  let writing: Promise<void> | undefined

  async function write(): Promise<void> {
    // Notes of the same turn share the statement.
    await new Promise((next) => setImmediate(next))
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchMax)
      waiting = waiting.slice(batchMax)
      const statement = insertDecisions(db.dialect, JSON.stringify(batch))
      const written = db.quick(function* () {
        yield* all(statement)
      })
      await written.catch((error: Error) => {
        log.warn({ lost: batch.length, why: error.name }, 'decisions of the guard could not be written down')
      })
    }
    writing = undefined
  }

  return {
    note(decision) {
      if (waiting.length >= waitingMax) waiting.shift()
      waiting.push(decision)
      writing ??= write()
    },
    flush: () => writing ?? Promise.resolve(),
  }
}
