import type { FactorRow } from '../../store/factors.ts'
import type { FactorEvent } from '../../store/webhook-deliveries.ts'

/** What webhooks hear of a move of this factor, or of a challenge of it. */
export function factorEvent(row: FactorRow, type: FactorEvent['type'], challengeSid?: string): FactorEvent {
  return {
    type,
    accountSid: row.account_sid,
    serviceSid: row.service_sid,
    identity: row.identity,
    factorSid: row.sid,
    factorType: row.factor_type,
    challengeSid,
  }
}
