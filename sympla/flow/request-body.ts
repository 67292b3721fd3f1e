import { formatPixKey } from '../brazil/pix-key.ts'
import type { Organizer } from '../model/organizer.ts'
import type { Destination, Payout } from '../model/payout.ts'
import { textFor } from '../text/catalogue.ts'
import type { Locale } from '../text/locale.ts'

/** Who asked, from where and in which language. */
export interface Asker {
  /** Undefined when the connection was cut before it was looked at. */
  ip: string | undefined
  userAgent: string
  locale: Locale
}

/** What Aval is asked to have approved: in the summary what the organizer will read there, in the payload what will be processed. */
export function composeBody(
  { payout, phone }: { payout: Payout; phone: string | undefined },
  {
    organizer,
    asker,
    returnUrl,
    factor,
  }: { organizer: Organizer; asker: Asker; returnUrl: string; factor: 'sms' | undefined },
) {
  const { title, number } = describeDestination(payout.destination, asker.locale)
  const { ip, userAgent, locale } = asker
  return {
    kind: 'payout_account.change',
    subject: organizer.subject,
    ...(phone === undefined ? {} : { contact: { phone } }),
    summary: { payee: payout.holder.name, amount: payout.amount, fields: [{ label: title, value: number }] },
    payload: payout,
    ...(factor && { factor }),
    client: {
      ...(ip === undefined ? {} : { ip }),
      ...(userAgent === '' ? {} : { user_agent: userAgent.slice(0, 200) }),
    },
    // What Aval compares and does not keep: whether the payee is the company itself, and who is paid elsewhere.
    context: {
      owner_tax_id: organizer.taxId.value,
      payee_tax_id: payout.holder.document,
      payee_account: `${payout.destination.method} ${number}`,
    },
    locale,
    return_url: returnUrl,
  }
}

/** A destination in two parts: what it is ("Banco do Brasil", "Chave Pix (e-mail)") and its number, in full. */
export function describeDestination(destination: Destination, locale: Locale): { title: string; number: string } {
  const text = textFor(locale)
  if (destination.method === 'pix') {
    return {
      title: text.pixTitle(text.pixTypes[destination.key_type]),
      number: formatPixKey({ type: destination.key_type, key: destination.key }),
    }
  }
  return { title: destination.bank.name, number: text.accountLine(describeAccount(destination, locale)) }
}

/** The parts of a bank account as they are written on a form. */
export function describeAccount(destination: Extract<Destination, { method: 'bank' }>, locale: Locale) {
  const { branch, branch_digit, account, account_digit, account_type } = destination
  return {
    branch: branch_digit === null ? branch : `${branch}-${branch_digit}`,
    account: `${account}-${account_digit}`,
    type: textFor(locale).accountTypes[account_type],
  }
}

/** The same with only the last four characters of numbers left, for lists and other eyes. */
export function maskDestination(destination: Destination): string {
  if (destination.method === 'bank') return maskTail(`${destination.account}-${destination.account_digit}`)
  const { key } = destination
  return destination.key_type === 'EMAIL' ? `${key.slice(0, 1)}•••${key.slice(key.lastIndexOf('@'))}` : maskTail(key)
}

function maskTail(text: string): string {
  const marks = text.replace(/[^\p{L}\p{N}]/gu, '').length
  let hide = marks - Math.min(4, Math.floor(marks / 2))
  const masked = text.replace(/[\p{L}\p{N}]/gu, (mark) => (hide-- > 0 ? '•' : mark))
  return masked.replace(/[•-]*•/, '••••')
}
