import type { Instant } from '../lib/clock.ts'
import type { Phone } from '../lib/e164.ts'
import { AvalError } from '../model/error.ts'
import { type Factor, isToPhone } from '../model/factor.ts'
import type { ContactRow } from '../store/contacts.ts'
import type { GateDeps } from './deps.ts'
import { addressOfContact, emailFrom, phoneFrom, subjectContacts } from './subject-contacts.ts'

/** Whom codes of one transaction may go to. */
export interface ResolvedContacts {
  phone: Phone | undefined
  email: string | undefined
  /** Whether the approval enrols the address as the subject's first. */
  enrolls: boolean
}

/**
 * The addresses are the subject's, not the form's: once one is enrolled, another one in a request is refused with contact_mismatch
 * (OWASP Transaction Authorization Cheat Sheet; security case A29). Of a subject without any, the phone that was sent is taken, or
 * the e-mail address where there is no phone; contact_required without either. A second address is enrolled by its own transaction.
 */
export async function resolveContacts(
  deps: Pick<GateDeps, 'db' | 'keys'>,
  subject: string,
  given: { phone?: string | undefined; email?: string | undefined } | undefined,
  asked: readonly Factor[],
  at: Instant,
): Promise<ResolvedContacts> {
  const phone = given?.phone === undefined ? undefined : phoneFrom(given.phone)
  const email = given?.email === undefined ? undefined : emailFrom(given.email)
  const { phone: ownPhone, email: ownEmail, rows } = await subjectContacts(deps, subject, at)
  if (rows.length > 0) {
    return {
      phone: enrolledPhone(deps, ownPhone, phone),
      email: enrolledEmail(deps, ownEmail, email),
      enrolls: false,
    }
  }
  if (phone && asked.some(isToPhone)) return { phone, email: undefined, enrolls: true }
  if (email !== undefined && asked.includes('email')) return { phone: undefined, email, enrolls: true }
  const path = asked.some(isToPhone) ? 'contact.phone' : 'contact.email'
  throw new AvalError(
    'contact_required',
    `This subject has no contact yet: send ${path}, which the first approval enrols.`,
    {
      faults: [{ path, message: 'is required the first time' }],
    },
  )
}

function enrolledPhone(
  deps: Pick<GateDeps, 'keys'>,
  contact: ContactRow | undefined,
  given: Phone | undefined,
): Phone | undefined {
  const enrolled = contact && addressOfContact(deps, contact)
  if (given && given.e164 !== enrolled) throw mismatch('phone', contact)
  return enrolled === undefined ? undefined : phoneFrom(enrolled)
}

/** An address beside an enrolled phone is passed over until it is enrolled: platforms send what they know. */
function enrolledEmail(
  deps: Pick<GateDeps, 'keys'>,
  contact: ContactRow | undefined,
  given: string | undefined,
): string | undefined {
  const enrolled = contact && addressOfContact(deps, contact)
  if (given !== undefined && enrolled !== undefined && given !== enrolled) throw mismatch('email', contact)
  return enrolled
}

function mismatch(kind: 'phone' | 'email', contact: ContactRow | undefined): AvalError {
  const what = kind === 'phone' ? 'phone' : 'e-mail address'
  const known = contact ? ` (${contact.address_mask})` : ''
  const message = `The ${what} is not the one enrolled for this subject${known}. Leave contact.${kind} out to use the enrolled one.`
  return new AvalError('contact_mismatch', message, {
    faults: [{ path: `contact.${kind}`, message: `is not the enrolled ${what}` }],
  })
}
