import type { CarrierChoice, CarrierChoices } from './channel/carriers/configured.ts'
import type { Fault, SettingName, Settings } from './settings.ts'

/** The settings that each carrier needs, and what each channel needs besides. */
const needs = {
  twilio: ['AVAL_TWILIO_ACCOUNT_SID', 'AVAL_TWILIO_AUTH_TOKEN'],
  meta: ['AVAL_META_TOKEN', 'AVAL_META_PHONE_NUMBER_ID', 'AVAL_META_APP_SECRET', 'AVAL_META_VERIFY_TOKEN'],
  smtp: ['AVAL_SMTP_URL', 'AVAL_SMTP_FROM'],
  http: ['AVAL_CARRIER_HOOK_URL', 'AVAL_CARRIER_HOOK_SECRET'],
} as const satisfies Record<CarrierChoice['by'], readonly SettingName[]>
const twilioNeeds = {
  sms: ['AVAL_TWILIO_SMS_FROM'],
  whatsapp: ['AVAL_TWILIO_WHATSAPP_FROM', 'AVAL_TWILIO_WHATSAPP_TEMPLATES'],
  call: ['AVAL_TWILIO_CALL_FROM'],
  email: [],
} as const
/** What a carrier takes besides. */
const takes = {
  twilio: ['AVAL_TWILIO_BASE_URL'],
  meta: ['AVAL_META_TEMPLATE', 'AVAL_META_BASE_URL'],
  // The hook takes bounces of e-mail, too.
  smtp: ['AVAL_CARRIER_HOOK_SECRET'],
  http: [],
} as const satisfies Record<CarrierChoice['by'], readonly SettingName[]>
const chosenBy = {
  sms: 'AVAL_SMS_CARRIER',
  whatsapp: 'AVAL_WHATSAPP_CARRIER',
  call: 'AVAL_CALL_CARRIER',
  email: 'AVAL_EMAIL_CARRIER',
} as const

/**
 * The carrier of each channel that the settings choose. A carrier that lacks a setting is a fault, and so is a setting of a carrier that no
 * channel has: whoever wrote it expects something of it.
 */
export function readCarriers(read: Settings, isSet: (name: SettingName) => boolean, faults: Fault[]): CarrierChoices {
  const used = new Set<SettingName>()
  const choices: Record<string, CarrierChoice> = {}
  for (const channel of ['sms', 'whatsapp', 'call', 'email'] as const) {
    const by = read[chosenBy[channel]]
    if (!by) continue
    const names: SettingName[] = [...needs[by], ...(by === 'twilio' ? twilioNeeds[channel] : [])]
    for (const name of [...names, ...takes[by]]) used.add(name)
    const missing = names.filter((name) => !isSet(name))
    for (const name of missing) {
      const fix = `set it, or choose another ${chosenBy[channel]}`
      faults.push({ name, from: 'not set', wrong: `is missing while ${chosenBy[channel]} is ${by}`, fix })
    }
    // What is set and cannot be read is a fault of its own already.
    if (names.every((name) => read[name] !== undefined)) choices[channel] = choiceOf(by, channel, read)
  }
  const all = [...Object.values(needs), ...Object.values(takes), ...Object.values(twilioNeeds)].flat()
  for (const name of new Set(all)) {
    if (used.has(name) || !isSet(name)) continue
    const fix = 'choose its carrier for a channel (AVAL_SMS_CARRIER and the like), or remove it'
    faults.push({ name, from: 'set', wrong: 'is set, but no channel has this carrier', fix })
  }
  return choices
}

function choiceOf(by: CarrierChoice['by'], channel: keyof typeof chosenBy, read: Settings): CarrierChoice {
  switch (by) {
    case 'meta':
      return {
        by,
        token: given(read.AVAL_META_TOKEN),
        phoneNumberId: given(read.AVAL_META_PHONE_NUMBER_ID),
        template: read.AVAL_META_TEMPLATE,
        baseUrl: read.AVAL_META_BASE_URL,
        appSecret: given(read.AVAL_META_APP_SECRET),
        verifyToken: given(read.AVAL_META_VERIFY_TOKEN),
      }
    case 'smtp':
      return {
        by,
        url: given(read.AVAL_SMTP_URL),
        from: given(read.AVAL_SMTP_FROM),
        secret: read.AVAL_CARRIER_HOOK_SECRET,
      }
    case 'http':
      return { by, url: given(read.AVAL_CARRIER_HOOK_URL), secret: given(read.AVAL_CARRIER_HOOK_SECRET) }
    case 'twilio':
      return {
        by,
        accountSid: given(read.AVAL_TWILIO_ACCOUNT_SID),
        authToken: given(read.AVAL_TWILIO_AUTH_TOKEN),
        baseUrl: read.AVAL_TWILIO_BASE_URL,
        from: given(
          channel === 'call'
            ? read.AVAL_TWILIO_CALL_FROM
            : channel === 'whatsapp'
              ? read.AVAL_TWILIO_WHATSAPP_FROM
              : read.AVAL_TWILIO_SMS_FROM,
        ),
        templates: read.AVAL_TWILIO_WHATSAPP_TEMPLATES ?? {},
      }
  }
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a setting that was found to be there is not')
  return value
}
