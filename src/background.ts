import type { FastifyBaseLogger } from 'fastify'

/** A piece of work that is done again and again, by its name in the log. */
export interface BackgroundWork {
  name: string
  everyMs: number
  run(): Promise<unknown>
}

/**
 * Does each piece of work every so many milliseconds until `stop`; a turn that finds the last one at work is left out. One that fails hinders no other and is tried again at its next turn;
 * the log hears of it when it begins to fail and when it works again, and not at every turn between.
 */
export function startBackground(
  log: Pick<FastifyBaseLogger, 'error' | 'info'>,
  works: BackgroundWork[],
): { stop(): void } {
  const timers = works.map(({ name, everyMs, run }) => {
    let failures = 0
    let working = false
    async function turn(): Promise<void> {
      if (working) return
      working = true
      try {
        await run()
        if (failures > 0) log.info({ work: name, failures }, 'background work goes on')
        failures = 0
      } catch (err) {
        failures += 1
        if (failures === 1) log.error({ err, work: name }, 'background work failed: it is tried again')
      } finally {
        working = false
      }
    }
    return setInterval(turn, everyMs).unref()
  })
  return {
    stop() {
      for (const timer of timers) clearInterval(timer)
    },
  }
}
