import type { Locale } from '../../model/locale.ts'
import { type Carrier, CarrierRefusal } from '../carrier.ts'
import { statusUrl, type TwilioCarrierAccount, twilioCalls } from './twilio-account.ts'

/** Text messages by Twilio Programmable Messaging, from a number or a messaging service (MG...). */
export function createTwilioSms(account: TwilioCarrierAccount, from: string): Carrier {
  const call = twilioCalls(account)
  const sender = from.startsWith('MG') ? { messagingServiceSid: from } : { from }
  return {
    name: 'twilio',
    async send({ id, to, body }) {
      const statusCallback = statusUrl(account, id)
      const made = await call((client) => client.messages.create({ to, body, ...sender, statusCallback }))
      return { carrierId: madeSid(made, /^(SM|MM)[0-9a-f]{32}$/), status: 'sent' }
    },
  }
}

/**
 * WhatsApp messages by Twilio: an approved authentication template of each language (Content SID), whose first variable is the code. Only
 * codes go: there is no template for notices.
 */
export function createTwilioWhatsapp(
  account: TwilioCarrierAccount,
  { from, templates }: { from: string; templates: Partial<Record<Locale, string>> },
): Carrier {
  const call = twilioCalls(account)
  return {
    name: 'twilio',
    async send({ id, to, code, locale }) {
      const contentSid = templates[locale] ?? templates['pt-BR'] ?? Object.values(templates)[0]
      if (code === '' || !contentSid) throw new CarrierRefusal('channel', 'no_template')
      const made = await call((client) =>
        client.messages.create({
          to: `whatsapp:${to}`,
          from: `whatsapp:${from}`,
          contentSid,
          contentVariables: JSON.stringify({ '1': code }),
          statusCallback: statusUrl(account, id),
        }),
      )
      return { carrierId: madeSid(made, /^(SM|MM)[0-9a-f]{32}$/), status: 'sent' }
    },
  }
}

/** The SID of what was made. An answer without one is believed to be no answer (security case A91). */
export function madeSid({ sid }: { sid?: unknown }, form: RegExp): string {
  if (typeof sid === 'string' && form.test(sid)) return sid
  throw new CarrierRefusal('temporary', 'odd_answer')
}
