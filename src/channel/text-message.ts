import { formatMoney, type Money } from '../lib/money.ts'
import { toGsm } from '../lib/text.ts'
import type { Locale } from '../model/locale.ts'
import { actOf } from './acts.ts'
import { messageCopy } from './message-copy.ts'
import { quotableName, shorten } from './quotable.ts'
import type { TransactionMessage } from './transaction-message.ts'

const segmentMax = 160
const brandMax = 20
const payeeMax = 30
/** A payee cut shorter than this says nothing any more. */
const payeeMin = 10

/**
 * The text message for one transaction: code first, then act, amount and payee, and `@host #code` as the last line, which binds the
 * code to our page (WICG sms-one-time-codes). Always one GSM-7 segment: for room the payee is shortened, then dropped, then the
 * warning, the act and the brand; never the code or the amount.
 */
export function textMessage({
  brand,
  host,
  kind,
  locale,
  payee,
  amount,
  code,
}: Omit<TransactionMessage, 'minutes'>): string {
  const copy = messageCopy[locale]
  const from = quotableName(brand, brandMax) || 'Aval'
  const last = `\n\n@${toGsm(host)} #${code}`
  const { noun, nounOf } = actOf(kind, locale)
  const act = toGsm(amount ? nounOf : noun)
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
