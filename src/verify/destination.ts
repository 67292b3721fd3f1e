import { type Phone, parsePhone } from '../lib/e164.ts'
import { isEmail } from '../lib/email.ts'
import type { Channel } from '../model/factor.ts'
import { type Locale, localeOfCountry } from '../model/locale.ts'
import { TwilioError } from '../model/twilio-error.ts'
import type { Service } from './service.ts'

/** How a start asks for its message. `auto` leaves the choice to us. */
export const startChannels = ['sms', 'whatsapp', 'call', 'email', 'sna', 'auto'] as const
export type StartChannel = (typeof startChannels)[number]

/** Where a message goes, and what is known of the place. */
export interface Destination {
  channel: Channel
  /** E.164 number, or e-mail address. */
  to: string
  phone: Phone | undefined
  /** The language of the country, where no locale is asked for. */
  locale: Locale
}

/**
 * Reads the address of a start. Refuses in Twilio's codes: 60200 for an address that is none, 60205 for a text message to a landline,
 * 60223 for silent network authentication, 60550 where auto finds no way.
 */
export function destinationOf(command: { service: Service; to: string; channel: StartChannel }): Destination {
  const { service, to } = command
  // There is no mobile network operator behind this server that could say whose line a device is on.
  if (command.channel === 'sna') throw new TwilioError(60223, 'Delivery channel disabled: SNA')
  if (command.channel === 'email') return { channel: 'email', to: emailOf(to), phone: undefined, locale: 'en' }
  const phone = phoneOf(to)
  const channel = command.channel === 'auto' ? 'sms' : command.channel
  const { lookup_enabled, skip_sms_to_landlines } = service.settings
  const landline = channel === 'sms' && phone.type === 'FIXED_LINE'
  if (landline && lookup_enabled && skip_sms_to_landlines) throw noWay(command.channel)
  return { channel, to, phone, locale: localeOfCountry(phone.country) }
}

/** No message of the kind that was asked for reaches this line. */
export function noWay(asked: StartChannel): TwilioError {
  return new TwilioError(asked === 'auto' ? 60550 : 60205)
}

function phoneOf(to: string): Phone {
  const phone = /^\+[1-9]\d{6,14}$/.test(to) ? parsePhone(to) : undefined
  // As E.164 writes it and no other way, because checks look for exactly this text.
  if (phone?.e164 !== to) throw unreadable(to)
  return phone
}

function unreadable(to: string): TwilioError {
  return new TwilioError(60200, `Invalid parameter \`To\`: ${to.slice(0, 40).toWellFormed()}`)
}

function emailOf(to: string): string {
  if (!isEmail(to)) throw unreadable(to)
  return to
}
