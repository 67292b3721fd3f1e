import type { Instant } from '../../lib/clock.ts'
import { SourceFault } from './source.ts'

/** How far the clock of a source may be ahead. */
const skewMs = 300_000
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i

/** When something happened, from RFC 3339 with a time zone. Throws odd_answer for another text, and for what lies ahead. */
export function pastInstant(text: string, now: Instant): Instant {
  const at = rfc3339.test(text) ? Date.parse(text) : Number.NaN
  if (!(at <= now + skewMs)) throw new SourceFault('odd_answer')
  return at
}
