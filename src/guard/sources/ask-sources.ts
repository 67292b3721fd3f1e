import type { Clock } from '../../lib/clock.ts'
import { mergeFacts } from './merge-facts.ts'
import { orTimeout } from './or-timeout.ts'
import { faultOf } from './resilient-source.ts'
import type { FraudFacts, FraudQuestion, FraudSource, SourceWhy } from './source.ts'

/** What became of asking one source: a line for the record of the decision. It holds nothing that names a person. */
export interface Said {
  source: string
  /** How long it took, in milliseconds. */
  ms: number
  answer: 'facts' | 'unknown'
  /** Only of `unknown`: why there are no facts. `not_asked` where the question lacks what the source needs. */
  why?: SourceWhy | 'not_asked'
  reasons: string[]
}

/** What outside systems know between them, and what each of them said. */
export interface Heard {
  facts: FraudFacts
  said: Said[]
}

const budgetMsDefault = 800
const reasonsMax = 20
const reasonLengthMax = 200

/**
 * Asks all sources at once and waits for `budgetMs` at most. A source that is slow, down or odd is unknown, and hinders no other; what is
 * unknown is not in the facts, so that nobody takes silence for consent (security cases A90, A103; ASVS 16.5.3). Never rejects.
 */
export async function askSources(
  sources: readonly FraudSource[],
  question: FraudQuestion,
  { clock, budgetMs = budgetMsDefault }: { clock: Pick<Clock, 'now'>; budgetMs?: number },
): Promise<Heard> {
  const begunAt = clock.now()
  const signal = AbortSignal.timeout(budgetMs)
  const elapsedMs = () => clock.now() - begunAt
  const answers = await Promise.all(sources.map((source) => askOne(source, question, signal, elapsedMs)))
  const facts = answers.flatMap((answer) => answer.facts ?? [])
  return { facts: mergeFacts(facts, clock.now()), said: answers.map(({ said }) => said) }
}

async function askOne(
  source: FraudSource,
  question: FraudQuestion,
  signal: AbortSignal,
  elapsedMs: () => number,
): Promise<{ facts?: FraudFacts; said: Said }> {
  const unknown = (why: NonNullable<Said['why']>) => ({
    said: { source: source.name, ms: elapsedMs(), answer: 'unknown' as const, why, reasons: [] },
  })
  try {
    if (source.canAnswer && !source.canAnswer(question)) return unknown('not_asked')
    const facts = await orTimeout(source.ask(question, signal), signal)
    if (facts === 'unknown') return unknown('not_known')
    const reasons = facts.reasons.slice(0, reasonsMax).map((reason) => nameless(reason, question))
    const said: Said = { source: source.name, ms: elapsedMs(), answer: 'facts', reasons }
    return { facts: { ...facts, reasons }, said }
  } catch (error) {
    return unknown(faultOf(error, signal).why)
  }
}

/** A reason without what would name the person, should a source quote it. */
function nameless(reason: string, { phone, ip, email, phoneToken, deviceId }: FraudQuestion): string {
  const named = [phone, phone?.slice(1), ip, email, phoneToken, deviceId].filter((one) => one !== undefined)
  const pattern = named
    .filter(Boolean)
    .map((one) => one.replace(/[^\w]/g, '\\$&'))
    .join('|')
  const told = pattern === '' ? reason : reason.replace(new RegExp(pattern, 'gi'), '[redacted]')
  return told.slice(0, reasonLengthMax)
}
