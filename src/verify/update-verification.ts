import { addressRef } from '../lib/address.ts'
import { isSid } from '../lib/ids.ts'
import type { Verification } from '../model/verification.ts'
import {
  endVerification,
  findLiveVerification,
  findVerification,
  type VerificationRow,
} from '../store/verifications.ts'
import type { VerifyDeps } from './deps.ts'
import type { Service } from './service.ts'
import { verificationOf } from './verification-row.ts'

/** The verification of a sid or of an address, if it can be fetched: pending ones and canceled ones (Twilio deletes all others). */
export async function fetchVerification(
  deps: VerifyDeps,
  service: Service,
  sidOrTo: string,
): Promise<Verification | undefined> {
  const row = await findRow(deps, service, sidOrTo)
  if (!row) return undefined
  const pending = row.status === 'pending' && row.expires_at > deps.clock.now()
  return pending || row.status === 'canceled' ? verificationOf(deps, row) : undefined
}

/** Cancels a pending verification, or approves it without a code as Twilio allows. Undefined when it is not pending. */
export async function updateVerification(
  deps: VerifyDeps,
  command: { service: Service; sidOrTo: string; status: 'canceled' | 'approved'; ip: string },
): Promise<Verification | undefined> {
  const row = await findRow(deps, command.service, command.sidOrTo)
  if (!row) return undefined
  const [ended] = await deps.db.write(
    endVerification(row.sid, command.status, { at: deps.clock.now(), ip: command.ip }),
  )
  return ended && verificationOf(deps, ended)
}

async function findRow(
  { db, keys }: VerifyDeps,
  service: Service,
  sidOrTo: string,
): Promise<VerificationRow | undefined> {
  const statement = isSid('VE', sidOrTo)
    ? findVerification(service.sid, sidOrTo.slice(0, 2) + sidOrTo.slice(2).toLowerCase())
    : findLiveVerification(service.sid, addressRef(keys, sidOrTo))
  const [row] = await db.read(statement)
  return row
}
