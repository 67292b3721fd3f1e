/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number

/** What time it is. It never goes back, whatever the machine's clock does. */
export interface Clock {
  now(): Instant
}

/** A clock that tests and the local mode can turn forward. */
export interface TurnableClock extends Clock {
  /** Moves the clock `ms` forward; a negative or odd number is refused with a RangeError. */
  advance(ms: number): void
  readonly offsetMs: number
}

/** The machine's clock plus `offsetMs`, made monotone: after a jump back it stands still until real time catches up. */
export function systemClock(offsetMs = 0): TurnableClock {
  let offset = offsetMs
  let last = 0
  return {
    now() {
      last = Math.max(last, Date.now() + offset)
      return last
    },
    advance(ms) {
      if (!Number.isSafeInteger(ms) || ms < 0) throw new RangeError('a clock moves forward, by whole milliseconds')
      offset += ms
    },
    get offsetMs() {
      return offset
    },
  }
}

/** Whole seconds to wait from `now` until `at`; one at least, as Retry-After has it. */
export function secondsUntil(at: Instant, now: Instant): number {
  return Math.max(1, Math.ceil((at - now) / 1000))
}

/** An instant as Twilio writes it: ISO 8601 in UTC, to the second. */
export function isoSeconds(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}
