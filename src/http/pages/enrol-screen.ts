import { renderSVG } from 'uqr'
import type { FinishedEnrolment, OpenEnrolment } from '../../gate/finish-enrolment.ts'
import type { CardView } from './screen.ts'

/** The states in which an app or a passkey is enrolled, and what follows a change of contacts and factors. */
export type EnrolScreen =
  | {
      name: 'enrolApp'
      status: number
      card: CardView
      qr: string
      uri: string
      /** In groups of four, as people type it. */
      secret: string
      problem?: string
    }
  | {
      name: 'enrolPasskey'
      status: number
      card: CardView
      options: object
      returnUrl: string | undefined
      problem?: string
    }
  | {
      name: 'enrolled'
      status: number
      card: CardView
      what: 'totp' | 'passkey' | 'contact' | 'remove'
      recoveryCodes: readonly string[]
      /** From when a contact counts; undefined: it does already. */
      usableFrom?: string | undefined
      returnUrl: string | undefined
    }

/** The page of an enrolment that was approved and waits to be finished. */
export function enrolScreen(
  open: OpenEnrolment,
  card: CardView,
  returnUrl: string | undefined,
): Exclude<EnrolScreen, { name: 'enrolled' }> {
  if (open.type === 'passkey') return { name: 'enrolPasskey', status: 200, card, options: open.options, returnUrl }
  return { name: 'enrolApp', status: 200, card, qr: qrOf(open.uri), uri: open.uri, secret: groupsOf(open.secret, 4) }
}

/** The page after it. Recovery codes stand on it this once. */
export function enrolledScreen(
  finished: FinishedEnrolment,
  card: CardView,
  returnUrl: string | undefined,
): Extract<EnrolScreen, { name: 'enrolled' }> {
  const recoveryCodes = finished.recoveryCodes.map((code) => groupsOf(code, 5))
  return { name: 'enrolled', status: 200, card, what: finished.authenticator?.kind ?? 'totp', recoveryCodes, returnUrl }
}

/** A QR code as a picture of its own, so that no style of the page can touch it; quiet zone of four (ISO/IEC 18004). */
function qrOf(text: string): string {
  return `data:image/svg+xml,${encodeURIComponent(renderSVG(text, { border: 4 }))}`
}

function groupsOf(text: string, length: number): string {
  return text.match(new RegExp(`.{1,${length}}`, 'g'))?.join(' ') ?? text
}
