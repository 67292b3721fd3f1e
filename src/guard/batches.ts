import type { GuardLog } from './send-guard.ts'

/**
 * Writes down what nobody waits for, that of one moment together. What a kill takes with it are the last milliseconds: what decides is in
 * the buckets already, and they are written before the answer.
 */
export interface Batches<Item> {
  /** Resolves when this item is written, or could not be. */
  note(item: Item): Promise<void>
  /** Resolves when everything that was noted so far is written, or could not be. */
  flush(): Promise<void>
}

const batchMax = 200
const waitingMax = 10_000

/** Batches that `write` takes. Where the store is away for long the oldest are dropped, and the log of the process says how many. */
export function createBatches<Item>(
  log: GuardLog,
  what: string,
  write: (batch: Item[]) => Promise<unknown>,
): Batches<Item> {
  let waiting: { item: Item; done: () => void }[] = []
  let writing: Promise<void> | undefined

  async function writeAll(): Promise<void> {
    // Notes of the same turn go together.
    await new Promise((next) => setImmediate(next))
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchMax)
      waiting = waiting.slice(batchMax)
      await write(batch.map(({ item }) => item)).catch((error: Error) => {
        log.warn({ what, lost: batch.length, why: error.name }, 'the guard could not write down')
      })
      for (const { done } of batch) done()
    }
    writing = undefined
  }

  return {
    note(item) {
      if (waiting.length >= waitingMax) waiting.shift()?.done()
      return new Promise((done) => {
        waiting.push({ item, done })
        writing ??= writeAll()
      })
    },
    flush: () => writing ?? Promise.resolve(),
  }
}
