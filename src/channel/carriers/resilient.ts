import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel'
import { type Carrier, CarrierRefusal, type OutgoingMessage, type Receipt } from '../carrier.ts'

/** What a carrier's failures are told to. It hears of names and codes, never of addresses or words. */
export interface CarrierLog {
  warn(details: object, message: string): void
}

const failuresMax = 5
const restMs = 10_000

/** The message surely did not leave: it was not taken in. After a time-out or another failure it may have. */
const notTaken = new Set(['connection', '429', '503'])

/**
 * The same carrier with a circuit breaker and one repeat, for a message that surely did not leave. Five failures in a row that are the
 * carrier's own let it rest for `restMs`; meanwhile messages are refused as temporary. A refusal of one message is an answer and no failure.
 */
export function resilient(carrier: Carrier, log: CarrierLog, options: { restMs?: number } = {}): Carrier {
  const breaker = circuitBreaker(handleWhen(isOutage), {
    halfOpenAfter: options.restMs ?? restMs,
    breaker: new ConsecutiveBreaker(failuresMax),
  })

  async function once(message: OutgoingMessage): Promise<Receipt> {
    try {
      return await breaker.execute(() => carrier.send(message))
    } catch (error) {
      // An unknown error may quote what it was given, the code too: nothing of it goes further.
      if (error instanceof BrokenCircuitError) throw new CarrierRefusal('temporary', 'breaker_open')
      const refusal = error instanceof CarrierRefusal ? error : new CarrierRefusal('temporary', 'unknown')
      log.warn(
        { carrier: carrier.name, channel: message.channel, kind: refusal.kind, code: refusal.code },
        'a carrier refused',
      )
      throw refusal
    }
  }

  return {
    ...carrier,
    async send(message) {
      try {
        return await once(message)
      } catch (error) {
        if (!(error instanceof CarrierRefusal) || error.kind !== 'temporary' || !notTaken.has(error.code)) throw error
        return once(message)
      }
    },
  }
}

function isOutage(error: unknown): boolean {
  return !(error instanceof CarrierRefusal) || error.kind === 'temporary'
}
