import { isoSeconds } from '../../lib/clock.ts'
import type { FactorRow } from '../../store/factors.ts'

/** A factor as Twilio answers it. */
export function factorBody(f: FactorRow, base: string) {
  return {
    sid: f.sid,
    account_sid: f.account_sid,
    service_sid: f.service_sid,
    entity_sid: f.entity_sid,
    identity: f.identity,
    date_created: isoSeconds(f.created_at),
    date_updated: isoSeconds(f.updated_at),
    friendly_name: f.friendly_name,
    status: f.status,
    factor_type: f.factor_type,
    config: JSON.parse(f.config),
    metadata: f.metadata === null ? null : JSON.parse(f.metadata),
    url: `${base}/v2/Services/${f.service_sid}/Entities/${f.identity}/Factors/${f.sid}`,
  }
}
