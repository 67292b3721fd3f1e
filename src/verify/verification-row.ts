import { openAddress } from '../lib/address.ts'
import type { Attempt, Verification } from '../model/verification.ts'
import { type CheckedRow, findAttempts, type VerificationRow } from '../store/verifications.ts'
import type { CodeContext } from './code.ts'
import type { VerifyDeps } from './deps.ts'

/** What a code of the Twilio door is bound to: service, address, amount and payee. Its sid is not in it, so a check needs no look-up. */
export function dealContext({
  service_sid,
  to_ref,
  amount,
  payee,
}: Pick<VerificationRow, 'service_sid' | 'to_ref' | 'amount' | 'payee'>): CodeContext {
  return { scope: service_sid, digest: JSON.stringify([amount, payee]), addressRef: to_ref, channel: 'verify' }
}

/** The row as the rest of the program knows it, with every message that was sent for it. `to` spares opening the address where it is known. */
export async function verificationOf(
  { db, keys }: Pick<VerifyDeps, 'db' | 'keys'>,
  row: CheckedRow,
  to?: string,
): Promise<Verification> {
  const first: Attempt = { sid: row.attempt_sid, channel: row.channel, at: row.created_at }
  const attempts =
    row.sends === 1
      ? [first]
      : (await db.read(findAttempts(row.sid))).map((one) => ({
          sid: one.sid,
          channel: one.channel,
          at: one.created_at,
        }))
  return {
    sid: row.sid,
    serviceSid: row.service_sid,
    accountSid: row.account_sid,
    to: to ?? openAddress(keys, row.key_id, row.sid, row.to_sealed),
    channel: row.channel,
    status: row.status,
    sends: row.sends,
    checks: row.checks,
    attempts,
    amount: row.amount,
    payee: row.payee,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    expiresAt: row.expires_at,
  }
}
