import { addressRef } from '../lib/address.ts'
import { secondsUntil } from '../lib/clock.ts'
import { TwilioError } from '../model/twilio-error.ts'
import { all, type Unit } from '../store/db.ts'
import { countOne } from '../store/rate-counters.ts'
import { bucketsOf } from '../store/rate-limits.ts'
import type { Tenant } from '../store/tenant.ts'
import type { VerifyDeps } from './deps.ts'

/**
 * Steps of the unit that starts: counts the start in every bucket of every limit whose name it carries; a name that the service does not
 * have limits nothing. Throws 20429, which undoes the unit and with it what was counted, where a bucket is full.
 */
export function* spendServiceLimits(
  { keys }: Pick<VerifyDeps, 'keys'>,
  tenant: Tenant,
  values: Record<string, string>,
  at: number,
): Unit<void> {
  for (const bucket of yield* all(bucketsOf(tenant))) {
    const { unique_name: name, sid, max, interval_s } = bucket
    if (!Object.hasOwn(values, name)) continue
    // What is limited is often an address, so it is counted under its keyed hash.
    const [counted] = yield* all(
      countOne(`bucket|${sid}|${interval_s}|${addressRef(keys, values[name] ?? '')}`, interval_s * 1000, at),
    )
    if (!counted || counted.count <= max) continue
    const retryAfterS = secondsUntil(counted.window_ends_at, at)
    throw new TwilioError(20429, undefined, { retryAfterS, reachedRateLimit: name })
  }
}
