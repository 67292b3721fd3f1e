import type { Instant } from '../lib/clock.ts'

/** When and from where a move was asked for: what its audit event says. */
export interface Occasion {
  at: Instant
  ip: string
}
