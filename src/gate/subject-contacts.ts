import { openAddress } from '../lib/address.ts'
import type { Instant } from '../lib/clock.ts'
import { type Phone, parsePhone } from '../lib/e164.ts'
import { isEmail, mailboxOf } from '../lib/email.ts'
import { AvalError } from '../model/error.ts'
import { type ContactKind, type ContactRow, findContacts } from '../store/contacts.ts'
import type { GateDeps } from './deps.ts'

/** What a subject can be reached at now. */
export interface SubjectContacts {
  phone: ContactRow | undefined
  email: ContactRow | undefined
  /** All that were not ended, also those that wait. */
  rows: readonly ContactRow[]
}

/** The contacts of a subject: of each kind the newest that may be used by now. */
export async function subjectContacts(
  { db }: Pick<GateDeps, 'db'>,
  subject: string,
  at: Instant,
): Promise<SubjectContacts> {
  const rows = await db.read(findContacts(subject))
  const current = (kind: ContactKind) => rows.find((row) => row.kind === kind && row.usable_at <= at)
  return { phone: current('phone'), email: current('email'), rows }
}

/** The address of an enrolled contact. */
export function addressOfContact({ keys }: Pick<GateDeps, 'keys'>, contact: ContactRow): string {
  return openAddress(keys, contact.key_id, contact.subject, contact.address_sealed)
}

/** The phone that this text is. Refuses with contact_invalid; a Brazilian mobile number without its ninth digit is told so. */
export function phoneFrom(text: string, path = 'contact.phone'): Phone {
  const phone = parsePhone(text)
  if (phone) return phone
  const message = lacksNinthDigit(text)
    ? 'is a mobile number without its ninth digit: put a 9 after the area code'
    : 'needs a valid number in international form, such as +5511998765432'
  throw invalid('The phone number is not valid.', path, message)
}

/** The e-mail address that this text is, with its domain as DNS knows it. Refuses with contact_invalid. */
export function emailFrom(text: string, path = 'contact.email'): string {
  if (isEmail(text)) return mailboxOf(text)
  throw invalid('The e-mail address is not valid.', path, 'needs an address such as ana@example.com')
}

/** "•••• 4321" or "a•••@example.com". */
export function maskEmail(address: string): string {
  return `${address.slice(0, 1)}•••${address.slice(address.lastIndexOf('@'))}`
}

/** Eight digits after a Brazilian area code, the first of them a mobile's (Anatel, Resolução 553/2010). Nobody guesses the ninth. */
function lacksNinthDigit(text: string): boolean {
  const digits = text.replace(/[\s().-]/g, '')
  return (
    /^(\+|00)?55[1-9][1-9][6-9]\d{7}$/.test(digits) &&
    parsePhone(digits.replace(/^(\+|00)?55(..)/, '+55$29')) !== undefined
  )
}

function invalid(text: string, path: string, message: string): AvalError {
  return new AvalError('contact_invalid', text, { faults: [{ path, message }] })
}
