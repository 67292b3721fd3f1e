import { isSid } from '../lib/ids.ts'
import type { VerificationStatus } from '../model/verification.ts'
import { findLastVerification, findVerification } from '../store/verifications.ts'
import type { VerifyDeps } from './deps.ts'
import type { Service } from './service.ts'
import { toRefOf } from './verification-row.ts'

/** Why there is no live verification of an address or sid. */
export type GoneReason = 'expired' | 'approved' | 'canceled' | 'max_attempts_reached' | 'never_started'

// A pending one that is not found is over; one that another amount or payee replaced was given up for it.
const reasons: Record<VerificationStatus, GoneReason> = {
  pending: 'expired',
  expired: 'expired',
  approved: 'approved',
  canceled: 'canceled',
  deleted: 'canceled',
  failed: 'canceled',
  max_attempts_reached: 'max_attempts_reached',
}

/**
 * What became of the verification that a 404 is about; undefined unless the service opted in. By address it knows what was started
 * since then.
 */
export async function whyGone(
  { db, keys }: Pick<VerifyDeps, 'db' | 'keys'>,
  service: Service,
  sidOrTo: string,
): Promise<GoneReason | undefined> {
  if (!service.settings.error_details_enabled) return undefined
  const [row] = await db.read(
    isSid('VE', sidOrTo)
      ? findVerification(service.sid, sidOrTo.slice(0, 2) + sidOrTo.slice(2).toLowerCase())
      : findLastVerification(service.sid, toRefOf(keys, sidOrTo)),
  )
  return row ? reasons[row.status] : 'never_started'
}
