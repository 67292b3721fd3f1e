/** How many go together at most, so that nobody waits long for others. */
const turnMax = 64

/**
 * Runs what is asked at the same moment together: what comes while a turn is under way waits for the next one. Each is answered by its own
 * answer; where `run` rejects, all of that turn do.
 */
export function createTurns<Ask, Answer>(
  run: (asks: Ask[]) => Promise<readonly Answer[]>,
): (ask: Ask) => Promise<Answer> {
  let waiting: { ask: Ask; resolve: (answer: Answer) => void; reject: (error: unknown) => void }[] = []
  let running = false

  async function runAll(): Promise<void> {
    // Requests of the same turn of the event loop go together.
    await new Promise((next) => setImmediate(next))
    while (waiting.length > 0) {
      const turn = waiting.slice(0, turnMax)
      waiting = waiting.slice(turnMax)
      try {
        const answers = await run(turn.map(({ ask }) => ask))
        for (const [i, { resolve }] of turn.entries()) resolve(answers[i] as Answer)
      } catch (error) {
        for (const { reject } of turn) reject(error)
      }
    }
    running = false
  }

  return (ask) =>
    new Promise((resolve, reject) => {
      waiting.push({ ask, resolve, reject })
      if (running) return
      running = true
      void runAll()
    })
}
