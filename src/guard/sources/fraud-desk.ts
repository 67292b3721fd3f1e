import type { Clock } from '../../lib/clock.ts'
import type { Random } from '../../lib/random.ts'
import { askSources, type Heard } from './ask-sources.ts'
import { configuredSources } from './configured-sources.ts'
import type { SourceLog } from './resilient-source.ts'
import type { FraudQuestion } from './source.ts'
import type { SourceFile } from './source-file.ts'

/** Asks all configured outside systems one question. Never rejects: what is not said in time is unknown. */
export type AskFraud = (question: FraudQuestion) => Promise<Heard>

/** The outside systems of a file as one; undefined where it chooses none. */
export function createFraudDesk(
  file: SourceFile | undefined,
  deps: { clock: Pick<Clock, 'now'>; random: Random; log: SourceLog },
): AskFraud | undefined {
  if (!file) return undefined
  const sources = configuredSources(file.choices, deps)
  if (sources.length === 0) return undefined
  return (question) => askSources(sources, question, { clock: deps.clock, budgetMs: file.budgetMs })
}
