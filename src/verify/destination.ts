import { decide, logDecision } from '../guard/decide.ts'
import { type Phone, parsePhone } from '../lib/e164.ts'
import { isEmail } from '../lib/email.ts'
import type { Channel } from '../model/factor.ts'
import { type Locale, localeOfCountry } from '../model/locale.ts'
import { TwilioError } from '../model/twilio-error.ts'
import type { VerifyDeps } from './deps.ts'
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
 * Reads the address of a start and asks the guards. Refuses in Twilio's codes: 60200 for an address that is none, 60205 for a text
 * message to a landline, 60223 for silent network authentication, 60550 where auto finds no way, 60605 for a closed destination.
 */
export async function destinationOf(
  deps: Pick<VerifyDeps, 'guard' | 'log'>,
  command: { service: Service; to: string; channel: StartChannel; riskCheck?: 'enable' | 'disable' | undefined },
  isSafeListed: (phone: Phone) => Promise<boolean>,
): Promise<Destination> {
  const { service, to } = command
  // There is no mobile network operator behind this server that could say whose line a device is on.
  if (command.channel === 'sna') throw new TwilioError(60223, 'Delivery channel disabled: SNA')
  if (command.channel === 'email') return { channel: 'email', to: emailOf(to), phone: undefined, locale: 'en' }
  const phone = phoneOf(to)
  const channel = command.channel === 'auto' ? 'sms' : command.channel
  const { lookup_enabled, skip_sms_to_landlines } = service.settings
  const landline = channel === 'sms' && phone.type === 'FIXED_LINE'
  if (landline && lookup_enabled && skip_sms_to_landlines) throw noWay(command.channel)

  const decision = decide(deps.guard, phone, channel)
  logDecision(deps.log, decision, phone)
  const waived = command.riskCheck === 'disable' && channel === 'sms'
  if (decision.action === 'block' && !waived && !(await isSafeListed(phone))) {
    throw decision.rule === 'line_type' ? noWay(command.channel) : closed(phone, channel)
  }
  return { channel, to, phone, locale: localeOfCountry(phone.country) }
}

function noWay(asked: StartChannel): TwilioError {
  return new TwilioError(asked === 'auto' ? 60550 : 60205)
}

function closed({ country }: Phone, channel: Channel): TwilioError {
  const scope = `${country ?? 'This destination'} is blocked for ${channel} channel for all services`
  return new TwilioError(60605, `The destination phone number has been blocked by Verify Geo-Permissions. ${scope}`)
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
