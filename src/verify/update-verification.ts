import type { Verification } from '../model/verification.ts'
import { endVerification } from '../store/verifications.ts'
import type { VerifyDeps } from './deps.ts'
import { findNamed } from './fetch-verification.ts'
import type { Service } from './service.ts'
import { verificationOf } from './verification-row.ts'

/** Whether a sid or an address has a verification that has not ended. */
export async function isLive(deps: VerifyDeps, service: Service, sidOrTo: string): Promise<boolean> {
  const row = await findNamed(deps, service, sidOrTo)
  return row?.live === 1 && row.expires_at > deps.clock.now()
}

/** Cancels a pending verification, or approves it without a code as Twilio allows. Undefined when it is not pending. */
export async function updateVerification(
  deps: VerifyDeps,
  command: { service: Service; sidOrTo: string; status: 'canceled' | 'approved'; ip: string },
): Promise<Verification | undefined> {
  const { service, status, ip } = command
  const row = await findNamed(deps, service, command.sidOrTo)
  if (!row) return undefined
  const [ended] = await deps.db.write(endVerification(row.sid, status, { at: deps.clock.now(), ip }))
  return ended && verificationOf(deps, ended, service)
}
