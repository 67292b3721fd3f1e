import { renderSVG } from 'uqr'
import type { FinishedEnrolment, OpenEnrolment } from '../../gate/finish-enrolment.ts'
import type { Subject } from '../../gate/read-subject.ts'
import type { AuthenticatorRow } from '../../store/authenticators.ts'
import type { ContactRow } from '../../store/contacts.ts'

/** What a subject approves with, as /v1 answers it. */
export function subjectBody({ subject, contacts, authenticators, recoveryCodesLeft, now }: Subject) {
  return {
    id: subject,
    object: 'subject',
    contacts: contacts.map((one) => contactBody(one, contacts, now)),
    factors: authenticators.map(factorBody),
    recovery_codes_left: recoveryCodesLeft,
  }
}

/** `active`: codes go there. `waiting`: it will take the place of the active one at `usable_at`, and can be called off until then. */
export function contactBody(contact: ContactRow, all: readonly ContactRow[], now: number) {
  const current = all.find(({ kind, usable_at }) => kind === contact.kind && usable_at <= now)
  const status = contact.usable_at > now ? 'waiting' : contact.id === current?.id ? 'active' : 'replaced'
  return {
    id: contact.id,
    object: 'contact',
    type: contact.kind,
    address: contact.address_mask,
    status,
    enrolled_at: iso(contact.enrolled_at),
    usable_at: iso(contact.usable_at),
  }
}

export function factorBody({ id, kind, name, enrolled_at, used_at }: AuthenticatorRow) {
  return {
    id,
    object: 'factor',
    type: kind,
    name,
    enrolled_at: enrolled_at === null ? null : iso(enrolled_at),
    used_at: used_at === null ? null : iso(used_at),
  }
}

/** What is to be scanned or made. */
export function enrolmentBody(open: OpenEnrolment) {
  const { type, name, checksLeft } = open
  const common = { object: 'enrolment', type, name, checks_left: checksLeft }
  if (open.type === 'passkey') return { ...common, public_key: open.options }
  return { ...common, secret: open.secret, uri: open.uri, qr_svg: renderSVG(open.uri, { border: 4 }) }
}

export function finishedBody({ authenticator, recoveryCodes, checksLeft }: FinishedEnrolment) {
  return {
    object: 'enrolment',
    status: authenticator ? 'enrolled' : 'pending',
    factor: authenticator ? factorBody(authenticator) : null,
    recovery_codes: recoveryCodes,
    checks_left: checksLeft,
  }
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
