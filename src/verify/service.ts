import type { Instant } from '../lib/clock.ts'
import type { ServiceRow } from '../store/services.ts'

/** What a service was set to. Members are Twilio's, as its answers name them. */
export interface ServiceSettings {
  code_length: number
  lookup_enabled: boolean
  psd2_enabled: boolean
  skip_sms_to_landlines: boolean
  dtmf_input_required: boolean
  tts_name: string | null
  do_not_share_warning_enabled: boolean
  custom_code_enabled: boolean
}

/** A tenant of the Verify API. */
export interface Service {
  sid: string
  accountSid: string
  friendlyName: string
  settings: ServiceSettings
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
}

export function serviceOf(row: ServiceRow): Service {
  return {
    sid: row.sid,
    accountSid: row.account_sid,
    friendlyName: row.friendly_name,
    settings: { ...defaultSettings, ...JSON.parse(row.settings) },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
