/** Answers the questions of one batch, in their order. A batch that rejects has changed nothing. */
export type AnswerAll<Question, Answer> = (batch: readonly Question[]) => Promise<readonly Answer[]>

/**
 * Asks together what comes while an earlier batch is under way, or in the same turn: one batch at a time, in the order of asking. Where a
 * batch of several fails by `isShared` all of them fail; by any other error each is asked alone, so that one cannot fail another.
 */
export function askTogether<Question, Answer>(
  answerAll: AnswerAll<Question, Answer>,
  { batchMax, isShared }: { batchMax: number; isShared: (error: unknown) => boolean },
): (question: Question) => Promise<Answer> {
  interface Waiting {
    question: Question
    resolve: (answer: Answer) => void
    reject: (error: unknown) => void
  }
  let waiting: Waiting[] = []
  let isAsking = false

  async function settle(batch: readonly Waiting[]): Promise<void> {
    try {
      const answers = await answerAll(batch.map(({ question }) => question))
      for (const [i, { resolve }] of batch.entries()) resolve(answers[i] as Answer)
    } catch (error) {
      if (batch.length > 1 && !isShared(error)) for (const one of batch) await settle([one])
      else for (const { reject } of batch) reject(error)
    }
  }

  async function askAll(): Promise<void> {
    await new Promise((next) => setImmediate(next))
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchMax)
      waiting = waiting.slice(batchMax)
      await settle(batch)
    }
    isAsking = false
  }

  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject })
      if (isAsking) return
      isAsking = true
      void askAll()
    })
}
