import { formatMoney, type Money } from '../lib/money.ts'
import { cleanLine, toGsm } from '../lib/text.ts'
import type { Locale } from '../model/locale.ts'
import { messageCopy } from './message-copy.ts'
import { quotableName, shorten } from './quotable.ts'
import { placeholders, renderTemplate, type Template } from './templates.ts'

const segmentMax = 160
const brandMax = 20
const payeeMax = 30
/** A payee cut shorter than this says nothing any more. */
const payeeMin = 10

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
}

/**
 * The text message for one transaction: code first, then act, amount and payee, and `@host #code` as the last line, which binds the
 * code to our page (WICG sms-one-time-codes). Always one GSM-7 segment: for room the payee is shortened, then dropped, then the
 * warning, the act and the brand; never the code or the amount.
 */
export function transactionMessage({ brand, host, kind, locale, payee, amount, code }: TransactionMessage): string {
  const copy = messageCopy[locale]
  const from = quotableName(brand, brandMax) || 'Aval'
  const last = `\n\n@${toGsm(host)} #${code}`
  const acts = (Object.hasOwn(copy.acts, kind) && copy.acts[kind]) || copy.anyAct
  const act = acts[amount ? 1 : 0]
  const sum = amount && gsmMoney(amount, locale)
  const name = quotableName(payee, payeeMax, Math.min(4, code.length - 1)) || undefined
  const [warning = '', shortWarning = ''] = copy.warnings

  const write = (parts: { act?: string | undefined; payee?: string | undefined }, ending = '') =>
    `${from}: ${copy.authorises({ code, act: parts.act, amount: sum, payee: parts.payee })}. ${ending}`.trimEnd() + last
  const room = segmentMax - write({ act, payee: '?' }, shortWarning).length + 1

  const choices = [write({ act, payee: name }, warning), write({ act, payee: name }, shortWarning)]
  if (name && room >= payeeMin) choices.push(write({ act, payee: shorten(name, room) }, shortWarning))
  choices.push(write({ act }, shortWarning), write({ act }), write({}))
  choices.push(copy.authorises({ code, act: undefined, amount: sum, payee: undefined }) + last, code + last)
  // The last resort is for a host that fits no message: the code arrives without the line that binds it.
  return choices.find((text) => text.length <= segmentMax) ?? write({}).slice(0, -last.length)
}

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

/** The same as it is said on the phone: digit by digit, twice, after a key where one must be pressed. */
export function spokenMessage(message: VerificationMessage, pressKey: boolean): string {
  const copy = messageCopy[message.locale]
  const said = verificationMessage({ ...message, appHash: undefined, code: [...message.code].join(', ') })
  return [...(pressKey ? [copy.pressKey] : []), said, said].join('. ')
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

/** The amount with its currency's sign where GSM-7 has it, else with its code: "EUR 39,99". */
function gsmMoney(amount: Money, locale: Locale): string {
  const text = toGsm(formatMoney(amount, locale))
  if (!text.includes('?')) return text
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: amount.currency,
    currencyDisplay: 'code',
  })
  return toGsm(format.format(amount.value as unknown as number))
}
