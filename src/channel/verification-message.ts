import { cleanLine, toGsm } from '../lib/text.ts'
import type { Channel } from '../model/factor.ts'
import type { Locale } from '../model/locale.ts'
import { htmlLetter, type Letter, plainLetter } from './email-body.tsx'
import { messageCopy } from './message-copy.ts'
import { proseCopy } from './prose-copy.ts'
import { placeholders, renderTemplate, type Template } from './templates.ts'
import { type MessageWords, spokenDigits, whatsappPreset } from './transaction-message.ts'

/** What the message of a verification at the Twilio door says. */
export interface VerificationMessage {
  friendlyName: string
  code: string
  locale: Locale
  doNotShare: boolean
  /** Minutes that the code is good for. */
  minutes: number
  /** Hash by which an Android app finds its message. */
  appHash?: string | undefined
  /** Amount and payee of a PSD2 verification; they stand in the text as they were given. */
  amount?: string | undefined
  payee?: string | undefined
  /** A text of the catalogue in place of the default one, with the values of its own placeholders. */
  template?: { text: Template; substitutions: Record<string, string> } | undefined
}

/** Twilio Verify's default text or a template's, in GSM-7 unless the payee is not. */
export function verificationMessage(message: VerificationMessage): string {
  const { template, locale, appHash } = message
  const text = template
    ? renderTemplate(template.text, locale, { ...cleaned(template.substitutions), ...placeholdersOf(message) })
    : defaultText(message)
  return appHash ? `<#> ${text} ${appHash}` : text
}

/** The same as its channel says it. On the phone: digit by digit, twice, after a key where one must be pressed. */
export function verificationWords(
  channel: Channel,
  message: VerificationMessage,
  call: { sendDigits?: string | undefined; pressKey: boolean },
): MessageWords {
  switch (channel) {
    case 'sms':
      return { body: verificationMessage(message) }
    case 'whatsapp':
      return { body: whatsappPreset(message) }
    case 'call': {
      const words = verificationMessage({ ...message, appHash: undefined, code: spokenDigits(message.code) })
      const prompt = call.pressKey ? messageCopy[message.locale].pressKey : undefined
      const body = [...(prompt ? [prompt] : []), words, words].join('. ')
      return { body, call: { sendDigits: call.sendDigits, prompt, words } }
    }
    case 'email':
      return written(message)
  }
}

function written(message: VerificationMessage): MessageWords {
  const { locale, code, minutes, amount, payee } = message
  const copy = proseCopy[locale].email
  const brand = cleanLine(message.friendlyName)
  const rows: [string, string][] = []
  if (amount) rows.push([copy.amount, cleanLine(amount)])
  if (payee) rows.push([copy.payee, cleanLine(payee)])
  const letter: Letter = {
    locale,
    brand,
    lead: copy.verify(brand),
    code,
    hint: copy.expires(minutes),
    rows,
    closing: copy.warning(brand),
  }
  const subject = copy.verifySubject(brand)
  return { body: plainLetter(letter), email: { subject, html: htmlLetter(letter) } }
}

/** The placeholders of a template for which neither the message nor the substitutions have a value. */
export function missingValues(message: VerificationMessage): string[] {
  const { template } = message
  if (!template) return []
  const values: Record<string, unknown> = { ...template.substitutions, ...placeholdersOf(message) }
  return placeholders(template.text).filter((name) => !Object.hasOwn(values, name))
}

function defaultText(message: VerificationMessage): string {
  const copy = messageCopy[message.locale]
  const { friendly_name, code, amount, payee } = placeholdersOf(message)
  const sentences = [copy.verification(friendly_name, code)]
  if (amount || payee) sentences.push(copy.deal(amount, payee))
  if (message.doNotShare) sentences.push(copy.doNotShare)
  return sentences.join('. ')
}

/** What every template may name. */
function placeholdersOf(message: VerificationMessage) {
  return {
    friendly_name: toGsm(cleanLine(message.friendlyName)),
    code: message.code,
    ttl: String(message.minutes),
    ...(message.amount && { amount: cleanLine(message.amount) }),
    ...(message.payee && { payee: cleanLine(message.payee) }),
  }
}

function cleaned(substitutions: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(substitutions).map(([name, value]) => [name, cleanLine(value)]))
}
