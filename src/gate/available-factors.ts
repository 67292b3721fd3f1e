import { mayReach } from '../guard/destination-rules.ts'
import type { Instant } from '../lib/clock.ts'
import type { Phone } from '../lib/e164.ts'
import { type Assurance, bitOf, isEnough } from '../model/assurance.ts'
import { AvalError } from '../model/error.ts'
import { elementOf, type Factor, isChannel } from '../model/factor.ts'
import { findAuthenticators } from '../store/authenticators.ts'
import { refuseDestination } from './challenge-transaction.ts'
import type { GateDeps } from './deps.ts'
import type { ResolvedContacts } from './resolve-contacts.ts'

/** Which factors a subject could use now, in their order, to reach this assurance. */
export type Ways = (assurance: Assurance) => Factor[]

/** Looks up which of these factors the subject could use now. */
export async function readWays(
  deps: GateDeps,
  subject: string,
  contacts: ResolvedContacts,
  asked: readonly Factor[],
  at: Instant,
): Promise<Ways> {
  const authenticators = contacts.enrolls ? [] : await deps.db.read(findAuthenticators(subject))
  const { phone } = contacts
  const open = phone !== undefined && !isClosed(deps, phone)
  return (assurance) => {
    const seasoned = (kind: string) =>
      authenticators.some((one) => {
        const age = at - (one.enrolled_at ?? at)
        return one.kind === kind && (assurance !== 'high' || age >= deps.policies.seasonedMs)
      })
    const has: Record<Factor, boolean> = {
      sms: open && takesText(deps, phone),
      whatsapp: open && takesText(deps, phone),
      call: open,
      email: contacts.email !== undefined && assurance !== 'substantial',
      totp: seasoned('totp'),
      passkey: seasoned('passkey'),
    }
    return asked.filter((factor) => has[factor] && (!isChannel(factor) || deps.verifier.channels.has(factor)))
  }
}

/**
 * Refuses what nobody could approve: with destination_not_allowed where all ways lead to a phone that no message may go to, with
 * factor_not_enrolled where there is none, and with assurance_not_reachable where all of them together would not be enough.
 */
export function refuseUnreachable(
  deps: GateDeps,
  contacts: ResolvedContacts,
  asked: readonly Factor[],
  assurance: Assurance,
  factors: readonly Factor[],
): void {
  if (canReach(assurance, factors)) return
  const { phone } = contacts
  if (phone && isClosed(deps, phone)) refuseDestination(deps, phone, 'call')
  if (factors.length > 0) throw notReachable(factors)
  if (deps.verifier.channels.size === 0 && asked.some(isChannel))
    throw new AvalError('no_carrier', 'No carrier of messages is configured, so no code can be sent.')
  if (phone && asked.includes('sms') && !takesText(deps, phone)) refuseDestination(deps, phone, 'sms')
  throw new AvalError('factor_not_enrolled', 'The subject has none of the factors that may approve this.', {
    faults: [{ path: 'subject', message: `needs one of: ${asked.join(', ')}` }],
  })
}

/** As readWays, for one assurance; refuses as refuseUnreachable. They are frozen into the transaction. */
export async function availableFactors(
  deps: GateDeps,
  subject: string,
  contacts: ResolvedContacts,
  asked: readonly Factor[],
  assurance: Assurance,
  at: Instant,
): Promise<Factor[]> {
  const factors = (await readWays(deps, subject, contacts, asked, at))(assurance)
  refuseUnreachable(deps, contacts, asked, assurance, factors)
  return factors
}

/** Whether these factors together would be enough. */
export function canReach(assurance: Assurance, factors: readonly Factor[]): boolean {
  return isEnough(
    assurance,
    factors.reduce((sum, factor) => sum | bitOf(elementOf(factor)), 0),
  )
}

/** These factors would not be enough. */
export function notReachable(factors: readonly Factor[]): AvalError {
  return new AvalError(
    'assurance_not_reachable',
    'This amount asks for more than the subject has enrolled: a passkey, or two different factors. Enrol one by /v1/subjects first.',
    { faults: [{ path: 'subject', message: `has only: ${factors.join(', ')}` }] },
  )
}

/** Whether the guard lets a text message go to this line. */
function takesText({ guard }: GateDeps, phone: Phone): boolean {
  return mayReach(guard.rules, phone, 'sms')
}

/** Whether no message of any kind may go to this phone. */
function isClosed({ guard }: GateDeps, phone: Phone): boolean {
  return !mayReach(guard.rules, phone, 'call')
}
