import { openAddress } from '../lib/address.ts'
import { isoSeconds } from '../lib/clock.ts'
import { uuidOf } from '../lib/uuid.ts'
import { findAttempts } from '../store/attempts.ts'
import { findVerification } from '../store/verifications.ts'
import type { FactorEvent, WebhookDeliveryRow } from '../store/webhook-deliveries.ts'
import type { VerifyDeps } from './deps.ts'

/** What a webhook is told, member by member. */
export type WebhookForm = Record<string, string> & { uuid: string }

/** The same in every try. Undefined when what it was about is no more, or forgotten. */
export async function webhookForm(
  deps: Pick<VerifyDeps, 'db' | 'keys'>,
  delivery: WebhookDeliveryRow,
): Promise<WebhookForm | undefined> {
  const uuid = uuidOf(delivery.id)
  if (delivery.body === null) return verificationForm(deps, uuid, delivery)
  const event: FactorEvent = JSON.parse(delivery.body)
  return {
    uuid,
    type: event.type,
    account_sid: event.accountSid,
    service_sid: event.serviceSid,
    entity_identity: event.identity,
    factor_sid: event.factorSid,
    factor_type: event.factorType,
    challenge_sid: event.challengeSid ?? '',
  }
}

/** The members of Twilio's events of verifications. The address stands in it whole, and nowhere else outside of its seal. */
async function verificationForm(
  { db, keys }: Pick<VerifyDeps, 'db' | 'keys'>,
  uuid: string,
  { service_sid, subject, event_type, created_at }: WebhookDeliveryRow,
): Promise<WebhookForm | undefined> {
  const [row] = await db.read(findVerification(service_sid, subject))
  if (!row?.to_sealed) return undefined
  const status = event_type.slice('verification.'.length)
  // The row may have gone on since it began; of every other event it is the end.
  const attempts = await db.read(findAttempts(subject))
  const first = status === 'pending' ? attempts[0] : undefined
  return {
    uuid,
    type: event_type,
    account_sid: row.account_sid,
    service_sid,
    verification_sid: row.sid,
    to: openAddress(keys, row.key_id, row.sid, row.to_sealed),
    verification_status: status.toUpperCase(),
    channel: first?.channel ?? row.channel,
    send_code_attempts: String(first ? 1 : attempts.length),
    check_attempts: String(first ? 0 : row.checks),
    ...(status === 'approved' && { verified_at: isoSeconds(created_at) }),
    ...(status === 'expired' && { expired_at: isoSeconds(created_at) }),
    ...(row.tags !== null && { tags: row.tags }),
  }
}
