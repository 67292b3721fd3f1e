import { formatMoney, type Money } from '../lib/money.ts'
import { cleanLine } from '../lib/text.ts'
import type { Channel } from '../model/factor.ts'
import type { Locale } from '../model/locale.ts'
import { actOf } from './acts.ts'
import type { OutgoingMessage } from './carrier.ts'
import { htmlLetter, type Letter, plainLetter } from './email-body.tsx'
import { proseCopy } from './prose-copy.ts'
import { inertName } from './quotable.ts'
import { textMessage } from './text-message.ts'

/** What the message of a transaction's code says. */
export interface TransactionMessage {
  brand: string
  /** Host of the page that takes the code. */
  host: string
  kind: string
  locale: Locale
  payee: string
  amount?: Money | undefined
  code: string
  /** Minutes that the code is still good for. */
  minutes: number
}

/** The words of a message, as its channel needs them. */
export type MessageWords = Pick<OutgoingMessage, 'body' | 'call' | 'email'>

const payeeSpokenMax = 60

/**
 * What a channel says of one transaction: the code with act, amount and payee, so that nobody can pass it off for anything else
 * (RTS on SCA, article 5(1)(a)). WhatsApp alone says the code only, for its words are Meta's: there the page shows the rest.
 */
export function transactionMessage(channel: Channel, about: TransactionMessage): MessageWords {
  switch (channel) {
    case 'sms':
      return { body: textMessage(about) }
    case 'whatsapp':
      return { body: whatsappPreset(about) }
    case 'call':
      return spoken(about)
    case 'email':
      return written(about)
  }
}

/** What Meta's authentication template with copy-code button says (its words cannot be changed). */
export function whatsappPreset({ code, minutes, locale }: Pick<TransactionMessage, 'code' | 'minutes' | 'locale'>) {
  const copy = proseCopy[locale].whatsapp
  return `${copy.code(code)} ${copy.warning}\n${copy.expires(minutes)}`
}

/** The code as it is said: digit by digit. */
export function spokenDigits(code: string): string {
  return [...code].join(', ')
}

function spoken({ brand, kind, locale, payee, amount, code }: TransactionMessage): MessageWords {
  const copy = proseCopy[locale].call
  const prompt = copy.prompt(cleanLine(brand))
  const words = `${copy.authorises({
    digits: spokenDigits(code),
    act: nounOf(kind, locale, amount),
    amount: amount && plainMoney(amount, locale),
    payee: speakableName(payee),
  })} ${copy.warning}`
  return { body: [prompt, words, words].join(' '), call: { prompt, words } }
}

function written({ brand, kind, locale, payee, amount, code, minutes }: TransactionMessage): MessageWords {
  const copy = proseCopy[locale].email
  const act = actOf(kind, locale)
  const sum = amount && plainMoney(amount, locale)
  const rows: [string, string][] = [[copy.action, act.line]]
  if (sum) rows.unshift([copy.amount, sum])
  // What an enrolment is about is masked by Aval itself.
  rows.push(act.target ? [act.target, cleanLine(payee)] : [copy.payee, inertName(payee)])
  const letter: Letter = {
    locale,
    brand,
    lead: copy.lead(brand),
    code,
    hint: copy.expires(minutes),
    rows,
    closing: copy.warning(brand),
  }
  return {
    body: plainLetter(letter),
    email: { subject: copy.subject(brand, nounOf(kind, locale, amount), sum), html: htmlLetter(letter) },
  }
}

function nounOf(kind: string, locale: Locale, amount: Money | undefined): string {
  const { noun, nounOf: ofAmount } = actOf(kind, locale)
  return amount ? ofAmount : noun
}

function plainMoney(amount: Money, locale: Locale): string {
  return formatMoney(amount, locale).replace(/[\u00a0\u202f]/g, ' ')
}

/** A name that can be said without sounding like another code or an order to call somewhere (security case A80). */
function speakableName(name: string): string | undefined {
  return inertName(name, 3).slice(0, payeeSpokenMax).trim() || undefined
}
