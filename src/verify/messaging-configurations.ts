import { TwilioError } from '../model/twilio-error.ts'
import { all } from '../store/db.ts'
import { insertMessagingConfiguration, type MessagingConfigurationRow } from '../store/messaging-configurations.ts'
import { holdService } from '../store/services.ts'
import type { Tenant } from '../store/tenant.ts'
import type { VerifyDeps } from './deps.ts'

/** Configures a country of a service, or `all` others; undefined when the service is gone. Refuses with 60213 one that is configured. */
export async function createMessagingConfiguration(
  { db, clock }: Pick<VerifyDeps, 'db' | 'clock'>,
  tenant: Tenant,
  { country, messagingServiceSid }: { country: string; messagingServiceSid: string },
): Promise<MessagingConfigurationRow | undefined> {
  const at = clock.now()
  const row = { ...tenant, country, messaging_service_sid: messagingServiceSid, created_at: at, updated_at: at }
  return db.unit(function* () {
    const [service] = yield* all(holdService(tenant.account_sid, tenant.service_sid))
    if (!service) return undefined
    const [made] = yield* all(insertMessagingConfiguration(row))
    if (!made) throw new TwilioError(60213)
    return made
  })
}
