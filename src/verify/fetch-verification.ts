import { secondsUntil } from '../lib/clock.ts'
import { isSid } from '../lib/ids.ts'
import { TwilioError } from '../model/twilio-error.ts'
import type { Verification } from '../model/verification.ts'
import { all } from '../store/db.ts'
import { countOne } from '../store/rate-counters.ts'
import { findLiveVerification, findVerification, type VerificationRow } from '../store/verifications.ts'
import type { VerifyDeps } from './deps.ts'
import type { Service } from './service.ts'
import { toRefOf, verificationOf } from './verification-row.ts'

// Twilio Verify, rate limits and timeouts: status polling of one verification.
const pollings = [
  { windowMs: 86_400_000, max: 250 },
  { windowMs: 3_600_000, max: 180 },
  { windowMs: 60_000, max: 60 },
] as const

/**
 * The verification of a sid or of an address, if it can be fetched: pending ones and canceled ones (Twilio deletes all others).
 * 20429 when it was asked for more than sixty times a minute, 180 an hour or 250 a day.
 */
export async function fetchVerification(
  deps: VerifyDeps,
  service: Service,
  sidOrTo: string,
): Promise<Verification | undefined> {
  const row = await findNamed(deps, service, sidOrTo)
  if (!row) return undefined
  const at = deps.clock.now()
  const pending = row.status === 'pending' && row.expires_at > at
  // A canceled one is known until its address is forgotten.
  if (!pending && (row.status !== 'canceled' || !row.to_sealed)) return undefined
  await spendPolling(deps, row.sid, at)
  return verificationOf(deps, row, service)
}

async function spendPolling({ db }: VerifyDeps, sid: string, at: number): Promise<void> {
  await db.unit(function* () {
    // The longest time is asked first, because it says how long to wait. What is refused undoes the unit, so it counts nowhere.
    for (const { windowMs, max } of pollings) {
      const [row] = yield* all(countOne(`poll|${windowMs}|${sid}`, windowMs, at))
      if (row && row.count > max)
        throw new TwilioError(20429, undefined, { retryAfterS: secondsUntil(row.window_ends_at, at) })
    }
  })
}

/** The verification of a sid, whatever became of it, or the live one of an address. */
export async function findNamed(
  { db, keys }: VerifyDeps,
  service: Service,
  sidOrTo: string,
): Promise<VerificationRow | undefined> {
  const statement = isSid('VE', sidOrTo)
    ? findVerification(service.sid, sidOrTo.slice(0, 2) + sidOrTo.slice(2).toLowerCase())
    : findLiveVerification(service.sid, toRefOf(keys, sidOrTo))
  const [row] = await db.read(statement)
  return row
}
