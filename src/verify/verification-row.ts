import { addressRef, openAddress } from '../lib/address.ts'
import { parsePhone } from '../lib/e164.ts'
import { mailboxOf } from '../lib/email.ts'
import type { KeyRing } from '../lib/keyring.ts'
import { lineTypeOf } from '../lib/line-type.ts'
import type { Attempt, Verification } from '../model/verification.ts'
import { findAttempts } from '../store/attempts.ts'
import type { CheckedRow } from '../store/verifications.ts'
import type { VerifyDeps } from './deps.ts'
import type { Service } from './service.ts'

/** The keyed hash of an address, the same for every spelling of one mailbox. */
export function toRefOf(keys: KeyRing, to: string): string {
  return addressRef(keys, to.includes('@') ? mailboxOf(to) : to)
}

/** The row as the rest of the program knows it, with every message that was sent for it. `to` spares opening the address where it is known. */
export async function verificationOf(
  { db, keys }: Pick<VerifyDeps, 'db' | 'keys'>,
  row: CheckedRow,
  service: Service,
  to: string = openAddress(keys, row.key_id, row.sid, row.to_sealed),
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
  const phone = service.settings.lookup_enabled ? parsePhone(to) : undefined
  return {
    sid: row.sid,
    serviceSid: row.service_sid,
    accountSid: row.account_sid,
    to,
    channel: row.channel,
    status: row.status,
    attempts,
    lineType: phone ? lineTypeOf(phone) : null,
    amount: row.amount,
    payee: row.payee,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
