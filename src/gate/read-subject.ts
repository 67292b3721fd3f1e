import { type AuthenticatorRow, findAuthenticators } from '../store/authenticators.ts'
import { type ContactRow, findContacts } from '../store/contacts.ts'
import { countRecoveryCodes } from '../store/recovery-codes.ts'
import type { GateDeps } from './deps.ts'

/** What a subject approves with. */
export interface Subject {
  subject: string
  /** Those that were not ended, the newest of each kind first. */
  contacts: ContactRow[]
  authenticators: AuthenticatorRow[]
  recoveryCodesLeft: number
  now: number
}

/** A subject as it is known; one that was never heard of has nothing. */
export async function readSubject(
  { db, clock }: Pick<GateDeps, 'db' | 'clock'>,
  { subject }: { subject: string },
): Promise<Subject> {
  const [contacts, authenticators, [codes]] = await Promise.all([
    db.read(findContacts(subject)),
    db.read(findAuthenticators(subject)),
    db.read(countRecoveryCodes(subject)),
  ])
  return { subject, contacts, authenticators, recoveryCodesLeft: codes?.unused ?? 0, now: clock.now() }
}
