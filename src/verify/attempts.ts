import { openAddress } from '../lib/address.ts'
import type { Instant } from '../lib/clock.ts'
import type { Channel } from '../model/factor.ts'
import type { Delivery, VerificationStatus } from '../model/verification.ts'
import {
  type AttemptFilter,
  type AttemptOfVerification,
  findAttempt,
  listAttempts,
  summarizeAttempts,
} from '../store/attempts.ts'
import type { VerifyDeps } from './deps.ts'

/** One message with what became of it. */
export interface AttemptReport {
  sid: string
  accountSid: string
  serviceSid: string
  verificationSid: string
  channel: Channel
  converted: boolean
  /** Null after thirty days. */
  to: string | null
  country: string | null
  locale: string | null
  codeLength: number
  delivery: Delivery
  errorCode: string | null
  status: 'confirmed' | 'unconfirmed' | 'expired'
  createdAt: Instant
  updatedAt: Instant
}

type Deps = Pick<VerifyDeps, 'db' | 'keys' | 'clock'>

/** A message by its SID; undefined where the account has none of that SID. */
export async function readAttempt(deps: Deps, accountSid: string, sid: string): Promise<AttemptReport | undefined> {
  const [row] = await deps.db.read(findAttempt(accountSid, sid))
  return row && reportOf(deps, row)
}

/** Messages that the filter means, newest verifications first. */
export async function readAttempts(
  deps: Deps,
  filter: AttemptFilter,
  offset: number,
  limit: number,
): Promise<AttemptReport[]> {
  return (await deps.db.read(listAttempts(filter, offset, limit))).map((row) => reportOf(deps, row))
}

/** How many messages the filter means, and how many of them had their code entered. */
export async function readSummary({ db }: Deps, filter: AttemptFilter): Promise<{ total: number; converted: number }> {
  const [row] = await db.read(summarizeAttempts(filter))
  return { total: Number(row?.total ?? 0), converted: Number(row?.converted ?? 0) }
}

function reportOf({ keys, clock }: Deps, row: AttemptOfVerification): AttemptReport {
  const converted = Number(row.converted) === 1
  return {
    sid: row.sid,
    accountSid: row.account_sid,
    serviceSid: row.service_sid,
    verificationSid: row.verification_sid,
    channel: row.channel,
    converted,
    to: row.to_sealed ? openAddress(keys, row.key_id, row.verification_sid, row.to_sealed) : null,
    country: row.country,
    locale: row.locale,
    codeLength: row.code_length,
    delivery: row.delivery,
    errorCode: row.error_code,
    status: converted ? 'confirmed' : isOver(row, clock.now()) ? 'expired' : 'unconfirmed',
    createdAt: row.created_at,
    updatedAt: converted ? row.verification_updated_at : row.created_at,
  }
}

function isOver({ status, verification_expires_at }: AttemptOfVerification, now: Instant): boolean {
  const open: VerificationStatus[] = ['pending', 'max_attempts_reached']
  return status === 'expired' || (open.includes(status) && verification_expires_at <= now)
}
