import type { Instant } from '../lib/clock.ts'
import type { ServiceRow } from '../store/services.ts'
import type { Tenant } from '../store/tenant.ts'

/** What a service was set to. Members are Twilio's, as its answers name them; the last two are Aval's own. */
export interface ServiceSettings {
  code_length: number
  lookup_enabled: boolean
  psd2_enabled: boolean
  skip_sms_to_landlines: boolean
  dtmf_input_required: boolean
  tts_name: string | null
  do_not_share_warning_enabled: boolean
  custom_code_enabled: boolean
  push: { include_date: boolean; apn_credential_sid: string | null; fcm_credential_sid: string | null }
  totp: { issuer: string | null; time_step: number; code_length: number; skew: number }
  whatsapp: { msg_service_sid: string | null; from: string | null }
  passkeys: PasskeySettings
  default_template_sid: string | null
  verify_event_subscription_enabled: boolean
  /** Seconds that a code lives, 120 to 86400. */
  code_ttl: number
  /** Whether a 404 about a verification says in `details.reason` why it is gone. */
  error_details_enabled: boolean
}

export interface PasskeySettings {
  relying_party: { id: string | null; name: string | null; origins: string[] }
  authenticator_attachment: 'platform' | 'cross-platform' | 'any'
  discoverable_credentials: 'required' | 'preferred' | 'discouraged'
  user_verification: 'required' | 'preferred' | 'discouraged'
}

/** A tenant of the Verify API. */
export interface Service {
  sid: string
  accountSid: string
  friendlyName: string
  settings: ServiceSettings
  /** Whether a webhook of it asks for the events of verifications. */
  notifies: boolean
  createdAt: Instant
  updatedAt: Instant
}

export const defaultSettings: ServiceSettings = {
  code_length: 6,
  lookup_enabled: false,
  psd2_enabled: false,
  skip_sms_to_landlines: false,
  dtmf_input_required: true,
  tts_name: null,
  do_not_share_warning_enabled: false,
  custom_code_enabled: false,
  push: { include_date: true, apn_credential_sid: null, fcm_credential_sid: null },
  totp: { issuer: null, time_step: 30, code_length: 6, skew: 1 },
  whatsapp: { msg_service_sid: null, from: null },
  passkeys: {
    relying_party: { id: null, name: null, origins: [] },
    authenticator_attachment: 'any',
    discoverable_credentials: 'preferred',
    user_verification: 'preferred',
  },
  default_template_sid: null,
  verify_event_subscription_enabled: false,
  code_ttl: 600,
  error_details_enabled: false,
}

/** The row with the settings that it does not name at their defaults. */
export function serviceOf(row: ServiceRow): Service {
  return {
    sid: row.sid,
    accountSid: row.account_sid,
    friendlyName: row.friendly_name,
    settings: { ...defaultSettings, ...JSON.parse(row.settings) },
    notifies: Number(row.notifies) === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** What the things of a service are looked up by. */
export function tenantOf({ accountSid, sid }: Service): Tenant {
  return { account_sid: accountSid, service_sid: sid }
}
