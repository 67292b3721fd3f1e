import type { Clock } from '../../lib/clock.ts'
import type { KeyRing } from '../../lib/keyring.ts'
import type { Random } from '../../lib/random.ts'
import type { Secret } from '../../lib/secret.ts'
import { type Channel, channels } from '../../model/factor.ts'
import type { Locale } from '../../model/locale.ts'
import type { Carrier, Carriers } from '../carrier.ts'
import { createHttpHook } from './http-hook.ts'
import { createMetaWhatsapp } from './meta-whatsapp.ts'
import { type CarrierLog, resilient } from './resilient.ts'
import { createSmtp } from './smtp.ts'
import { createTwilioCall } from './twilio-call.ts'
import { createTwilioSms, createTwilioWhatsapp } from './twilio-messages.ts'

/** The carrier of one channel, as the settings choose it, with all that it needs. */
export type CarrierChoice =
  | {
      by: 'twilio'
      accountSid: string
      authToken: Secret
      baseUrl: string | undefined
      from: string
      /** Content SIDs by language, of WhatsApp alone. */
      templates: Partial<Record<Locale, string>>
    }
  | {
      by: 'meta'
      token: Secret
      phoneNumberId: string
      template: string
      baseUrl: string
      appSecret: Secret
      verifyToken: Secret
    }
  /** With `secret`, bounces may be posted to the hook of carriers. */
  | { by: 'smtp'; url: Secret; from: string; secret: Secret | undefined }
  | { by: 'http'; url: string; secret: Secret }

/** Which carrier each channel has; a channel that is left out has none. */
export type CarrierChoices = { readonly [Name in Channel]?: CarrierChoice | undefined }

interface CarrierDeps {
  keys: KeyRing
  random: Random
  clock: Pick<Clock, 'now'>
  publicUrl: string
  log: CarrierLog
}

/** The carriers that the settings choose, each with its breaker. */
export function configuredCarriers(choices: CarrierChoices, deps: CarrierDeps): Carriers {
  const made = channels.flatMap((channel) => {
    const choice = choices[channel]
    return choice ? [[channel, resilient(carrierOf(channel, choice, deps), deps.log)] as const] : []
  })
  return Object.fromEntries(made)
}

function carrierOf(channel: Channel, choice: CarrierChoice, deps: CarrierDeps): Carrier {
  switch (choice.by) {
    case 'meta':
      return createMetaWhatsapp(choice)
    case 'smtp':
      return createSmtp(choice)
    case 'http':
      return createHttpHook(choice, deps.clock)
    case 'twilio': {
      const account = { ...choice, publicUrl: deps.publicUrl }
      if (channel === 'call') return createTwilioCall(account, choice.from, deps)
      return channel === 'whatsapp' ? createTwilioWhatsapp(account, choice) : createTwilioSms(account, choice.from)
    }
  }
}
