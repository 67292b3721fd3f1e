import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel'
import { orTimeout } from './or-timeout.ts'
import { type FraudSource, SourceFault } from './source.ts'

/** What a source's faults are told to. It hears of names and codes, never of numbers, addresses or people. */
export interface SourceLog {
  warn(details: object, message: string): void
}

const failuresMax = 5
const restMs = 10_000

/**
 * The same source with a circuit breaker: five faults in a row that are the source's own let it rest for `restMs`, and meanwhile asking it
 * rejects with `breaker_open` at once. A fault of one question is an answer; a question that the source is not asked at all counts for nothing.
 */
export function resilientSource(source: FraudSource, log: SourceLog, options: { restMs?: number } = {}): FraudSource {
  const breaker = circuitBreaker(handleWhen(isOutage), {
    halfOpenAfter: options.restMs ?? restMs,
    breaker: new ConsecutiveBreaker(failuresMax),
  })
  return {
    ...source,
    async ask(question, signal) {
      if (source.canAnswer && !source.canAnswer(question)) return 'unknown'
      try {
        // While one call tries whether the source is well again, the others wait for it: no longer than they have time.
        return await orTimeout(
          breaker.execute(() => source.ask(question, signal), signal),
          signal,
        )
      } catch (error) {
        if (error instanceof BrokenCircuitError) throw new SourceFault('breaker_open')
        const fault = faultOf(error, signal)
        log.warn({ source: source.name, why: fault.why }, 'a fraud source gave no facts')
        throw fault
      }
    },
  }
}

/** Any error as a SourceFault. What nobody foresaw came of an answer that nobody foresaw. */
export function faultOf(error: unknown, signal: AbortSignal): SourceFault {
  if (error instanceof SourceFault) return error
  return new SourceFault(signal.aborted ? 'timeout' : 'odd_answer')
}

function isOutage(error: unknown): boolean {
  return !(error instanceof SourceFault) || error.isOutage
}
