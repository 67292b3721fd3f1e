import { type Instant, isoSeconds } from '../../lib/clock.ts'
import type { FactorChallengeRow } from '../../store/factor-challenges.ts'

/** A challenge as Twilio answers it. One that nobody answered in time is expired. */
export function challengeBody(c: FactorChallengeRow, base: string, now: Instant) {
  const url = `${base}/v2/Services/${c.service_sid}/Entities/${c.identity}/Challenges/${c.sid}`
  return {
    sid: c.sid,
    account_sid: c.account_sid,
    service_sid: c.service_sid,
    entity_sid: c.entity_sid,
    identity: c.identity,
    factor_sid: c.factor_sid,
    date_created: isoSeconds(c.created_at),
    date_updated: isoSeconds(c.updated_at),
    date_responded: c.responded_at === null ? null : isoSeconds(c.responded_at),
    expiration_date: isoSeconds(c.expires_at),
    status: c.status === 'pending' && c.expires_at <= now ? 'expired' : c.status,
    responded_reason: c.responded_reason,
    details: parsed(c.details),
    hidden_details: parsed(c.hidden_details),
    metadata: parsed(c.metadata),
    factor_type: c.factor_type,
    url,
    links: { notifications: `${url}/Notifications` },
  }
}

function parsed(json: string | null): Record<string, unknown> | null {
  return json === null ? null : JSON.parse(json)
}
