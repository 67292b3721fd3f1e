import type { Phone } from '../lib/e164.ts'
import { maskPhone } from '../lib/e164.ts'
import type { Assurance } from '../model/assurance.ts'
import { AvalError } from '../model/error.ts'
import type { Factor } from '../model/factor.ts'
import { findAuthenticators } from '../store/authenticators.ts'
import { type ContactKind, callOffContact as callOffRow } from '../store/contacts.ts'
import { availableFactors } from './available-factors.ts'
import { refuseDestination } from './challenge-transaction.ts'
import { codeLengthFor } from './code-length.ts'
import type { Caller, GateDeps, TransactionState } from './deps.ts'
import { type NewTransaction, newTransaction } from './new-transaction.ts'
import { openTransaction } from './open-transaction.ts'
import type { EnrolmentKind } from './policy.ts'
import { refuseReturnUrl } from './return-url.ts'
import {
  addressOfContact,
  emailFrom,
  maskEmail,
  phoneFrom,
  type SubjectContacts,
  subjectContacts,
} from './subject-contacts.ts'

/** How long an approved enrolment may take to be finished. */
export const enrolmentMs = 10 * 60_000

/** What every request about a subject's contacts and factors says. */
export interface EnrolmentRequest {
  subject: string
  factor?: Factor | undefined
  locale?: string | undefined
  returnUrl?: string | undefined
  metadata?: NewTransaction['metadata']
  operation: string
  caller: Caller
}

const codeTtlMs = 10 * 60_000
const expiresInS = 3600
/** What may say yes to a change of what says yes, the preferred one first. */
const approving: readonly Factor[] = ['passkey', 'sms', 'whatsapp', 'call', 'totp', 'email']

/**
 * Opens the transaction that enrols a phone or an e-mail address, or puts a new one in the old one's place: something that is enrolled says
 * yes, then the new address proves itself (NIST SP 800-63B-4, 4.1; OWASP ASVS 5.0, 7.5.1). The new one counts after the cool-down, and
 * all contacts are told. `hold`: for who has lost the phone; an e-mail address or nothing enrolled says yes, and the change waits far longer,
 * while every contact can call it off. Refuses as createTransaction.
 */
export async function requestContact(
  deps: GateDeps,
  request: EnrolmentRequest & { phone?: string | undefined; email?: string | undefined; hold?: boolean | undefined },
): Promise<TransactionState> {
  const at = deps.clock.now()
  const enrolled = await subjectContacts(deps, request.subject, at)
  const target = targetOf(deps, enrolled, request)
  const kind: ContactKind = 'phone' in target ? 'phone' : 'email'
  const first = enrolled.rows.length === 0
  const hold = request.hold === true && !first
  const assurance = contactAssurance(enrolled, kind, hold)
  const mask = 'phone' in target ? maskPhone(target.phone.e164) : maskEmail(target.email)
  return open(deps, request, enrolled, {
    kind: `contact.${kind}`,
    name: mask,
    payload: 'phone' in target ? { phone: target.phone.e164, hold } : { email: target.email, hold },
    target,
    targetDelayMs: first ? 0 : hold ? deps.policies.holdMs : deps.policies.coolDownMs,
    assurance,
    asked: hold ? ['email'] : approving,
  })
}

/** Opens the transaction that lets an authenticator app or a passkey be made once it is approved. Refuses as createTransaction. */
export async function requestFactor(
  deps: GateDeps,
  request: EnrolmentRequest & { type: 'totp' | 'passkey'; name: string },
): Promise<TransactionState> {
  const enrolled = await subjectContacts(deps, request.subject, deps.clock.now())
  return open(deps, request, enrolled, {
    kind: `factor.${request.type}`,
    name: request.name,
    payload: { type: request.type, name: request.name },
    assurance: 'substantial',
    asked: approving,
  })
}

/** Opens the transaction that removes an authenticator app or a passkey. Refuses as createTransaction, and with not_found. */
export async function requestRemoval(
  deps: GateDeps,
  request: EnrolmentRequest & { id: string },
): Promise<TransactionState> {
  const found = (await deps.db.read(findAuthenticators(request.subject))).find(({ id }) => id === request.id)
  if (!found) throw new AvalError('not_found', 'The subject has no such factor.')
  const enrolled = await subjectContacts(deps, request.subject, deps.clock.now())
  return open(deps, request, enrolled, {
    kind: 'factor.remove',
    name: found.name,
    payload: { id: found.id, type: found.kind, name: found.name },
    target: { id: found.id, mask: found.name },
    assurance: 'substantial',
    asked: approving,
  })
}

/** Calls off a contact that does not count yet: whoever is told of a change can stop it. Refuses with not_found and contact_in_use. */
export async function callOffContact(deps: GateDeps, { subject, id }: { subject: string; id: string }): Promise<void> {
  const at = deps.clock.now()
  const [ended] = await deps.db.write(callOffRow(subject, id, at))
  if (ended) return
  const { rows } = await subjectContacts(deps, subject, at)
  if (!rows.some((row) => row.id === id)) throw new AvalError('not_found', 'The subject has no such contact.')
  throw new AvalError('contact_in_use', 'The contact counts already. Put another one in its place by a transaction.')
}

function targetOf(
  deps: GateDeps,
  enrolled: SubjectContacts,
  { phone, email }: { phone?: string | undefined; email?: string | undefined },
): { phone: Phone } | { email: string } {
  const given = phone === undefined ? { email: emailFrom(email ?? '', 'email') } : { phone: phoneFrom(phone, 'phone') }
  const [current, address, path] =
    'phone' in given ? [enrolled.phone, given.phone.e164, 'phone'] : [enrolled.email, given.email, 'email']
  if (current && addressOfContact(deps, current) === address) {
    throw new AvalError('contact_in_use', 'This is the contact that the subject has already.', {
      faults: [{ path, message: 'is enrolled already' }],
    })
  }
  if ('phone' in given) refuseDestination(deps, given.phone, 'call')
  return given
}

/** A phone is changed by something stronger than an e-mail address, unless the change is held; the first of a kind by what there is. */
function contactAssurance({ phone, email, rows }: SubjectContacts, kind: ContactKind, hold: boolean): Assurance {
  if (rows.length === 0) return 'none'
  if (hold) return email ? 'low' : 'none'
  if (kind === 'phone' && !phone) return 'low'
  if (kind === 'email' && !phone) return 'low'
  return 'substantial'
}

async function open(
  deps: GateDeps,
  request: EnrolmentRequest,
  enrolled: SubjectContacts,
  what: Pick<NewTransaction, 'target' | 'targetDelayMs' | 'assurance' | 'payload'> & {
    kind: EnrolmentKind
    name: string
    asked: readonly Factor[]
  },
): Promise<TransactionState> {
  refuseReturnUrl(deps, request.returnUrl)
  const at = deps.clock.now()
  const { asked, name, ...rest } = what
  const phone = enrolled.phone && phoneFrom(addressOfContact(deps, enrolled.phone))
  const email = enrolled.email && addressOfContact(deps, enrolled.email)
  const contacts = { phone, email, enrolls: false }
  const factors =
    what.assurance === 'none' ? [] : await availableFactors(deps, request.subject, contacts, asked, what.assurance, at)
  const transaction = newTransaction(deps, {
    ...rest,
    id: `tx_${request.operation}`,
    subject: request.subject,
    summary: { payee: name, fields: [] },
    factors,
    codeLength: await codeLengthFor(deps, 6),
    codeTtlMs,
    fallback: [],
    contacts,
    locale: request.locale,
    returnUrl: request.returnUrl,
    metadata: request.metadata,
    expiresInS,
    at,
  })
  return openTransaction(deps, transaction, request)
}
