import { type Instant, secondsUntil } from '../../lib/clock.ts'
import { TwilioError } from '../../model/twilio-error.ts'
import { all, type Unit } from '../../store/db.ts'
import { countOne } from '../../store/rate-counters.ts'
import type { Tenant } from '../../store/tenant.ts'

const aDayMax = 100
const dayMs = 86_400_000

/** Counts one more factor that this identity begins to enrol, also where its entity was removed and made anew. Refuses the 101st of a day with 60326 (Twilio). */
export function* spendEnrolment({ service_sid }: Tenant, identity: string, at: Instant): Unit<void> {
  const [today] = yield* all(countOne(`factors|${service_sid}|${identity}`, dayMs, at))
  if (today && today.count > aDayMax)
    throw new TwilioError(60326, undefined, { retryAfterS: secondsUntil(today.window_ends_at, at) })
}
