import { type Act, actOf } from '../../channel/acts.ts'
import type { TransactionState } from '../../gate/deps.ts'
import { formatMoney } from '../../lib/money.ts'
import { shortRef } from '../../lib/short-ref.ts'
import { isLive } from '../../model/challenge.ts'
import type { Locale } from '../../model/locale.ts'
import { sendsMax } from '../../model/transaction.ts'
import { pageCopy } from './copy/copy.ts'

/** What the card shows, and what the page needs to speak of it. */
export interface CardView {
  id: string
  version: number
  act: Act
  payee: string
  amount: string | undefined
  fields: readonly { label: string; value: string }[]
  reference: string
  /** Last four digits of the phone. */
  lastFour: string
  enrolls: boolean
  /** Tries made so far: a form that was made before another try is a repeat, and spends none. */
  checks: number
}

/** The form that takes a code. */
export interface CodeView {
  digits: number
  minutesLeft: number
  now: number
  expiresAt: number
  resend: ResendView
  helpOpen: boolean
}

/** When a code may be sent again. */
export type ResendView = { left: 'none' } | { left: 'one' | 'some'; waitS: number; at: number }

/** A page that tells and offers a way on, and which sentences of the catalogue it has. */
export const tellings = {
  notFound: 404,
  exhausted: 429,
  locked: 423,
  blocked: 403,
  changed: 409,
  superseded: 409,
  used: 409,
  denied: 200,
  canceled: 410,
  expired: 410,
  serverError: 503,
  slowDown: 429,
  crossSite: 403,
  badRequest: 400,
} as const
export type TellingName = keyof typeof tellings

/** One state of the hosted page, with its HTTP status. */
export type Screen =
  | { name: 'choose'; status: number; card: CardView; problem?: string; retryAfterS?: number | undefined }
  | {
      name: 'code'
      status: number
      card: CardView
      code: CodeView
      problem?: string
      /** Whether the problem is the code's, and so belongs beside the field. */
      wrong?: boolean
      notice?: string
      retryAfterS?: number | undefined
    }
  | {
      name: 'lapsed'
      status: number
      card: CardView
      now: number
      resend: ResendView
      problem: string
      retryAfterS?: number | undefined
    }
  | { name: 'deny'; status: number; card: CardView }
  | { name: 'approved'; status: number; card: CardView; returnUrl: string | undefined }
  | {
      name: 'telling'
      status: number
      telling: TellingName
      card?: CardView
      reference?: string
      at?: string
      retryAfterS?: number
      exit: Exit | undefined
    }

/** The way on from a page that only tells. */
export type Exit = { to: 'transaction' | 'brand'; href: string } | { to: 'retry'; href: string }

/** How long the page of an approved transaction goes back to the merchant by itself. */
const freshMs = 2 * 60_000

/** The page for a transaction as it stands, before anything goes wrong on the way. */
export function screenOf(state: TransactionState, locale: Locale, timeZone: string): Screen {
  const { transaction, challenge, now } = state
  const card = cardOf(state, locale)
  const end = (telling: TellingName, more: Partial<Extract<Screen, { name: 'telling' }>> = {}): Screen => ({
    name: 'telling',
    status: tellings[telling],
    telling,
    card,
    exit: exitOf(state),
    ...more,
  })
  switch (transaction.status) {
    case 'approved':
    case 'releasing':
    case 'released': {
      const { approvedAt } = transaction
      const fresh = transaction.status !== 'released' || now - (approvedAt ?? 0) < freshMs
      if (!fresh) return end('used', { at: formatTime(approvedAt ?? now, locale, timeZone) })
      return { name: 'approved', status: 200, card, returnUrl: returnHref(state) }
    }
    case 'pending':
      break
    default:
      return end(transaction.status)
  }
  const resend = resendOf(state)
  const live = challenge && isLive(challenge, now)
  if (live) return { name: 'code', status: 200, card, code: codeOf(state, challenge.expiresAt) }
  if (resend.left === 'none') return end('exhausted')
  if (!challenge) return { name: 'choose', status: 200, card }
  return { name: 'lapsed', status: 410, card, now, resend, problem: pageCopy[locale].codeExpired }
}

/** The page of a transaction that somebody tried to use again. */
export function usedScreen(state: TransactionState, locale: Locale, timeZone: string): Screen {
  const at = formatTime(state.transaction.approvedAt ?? state.now, locale, timeZone)
  const card = cardOf(state, locale)
  return { name: 'telling', status: tellings.used, telling: 'used', card, at, exit: exitOf(state) }
}

/** The same page with a problem on it. A page that only tells keeps its own words and status. */
export function withProblem(screen: Screen, status: number, problem: string, retryAfterS?: number): Screen {
  if (screen.name === 'code') return { ...screen, status, problem, wrong: status === 422, retryAfterS }
  if (screen.name === 'choose' || screen.name === 'lapsed') return { ...screen, status, problem, retryAfterS }
  return screen
}

export function cardOf({ transaction }: TransactionState, locale: Locale): CardView {
  const { id, version, kind, summary, digest, phoneMask, enrolls, checks } = transaction
  return {
    id,
    version,
    act: actOf(kind, locale),
    payee: summary.payee,
    amount: summary.amount && formatMoney(summary.amount, locale),
    fields: summary.fields,
    reference: shortRef(digest),
    lastFour: (phoneMask ?? '').slice(-4),
    enrolls,
    checks,
  }
}

export function codeOf(state: TransactionState, expiresAt: number): CodeView {
  const { transaction, now } = state
  return {
    digits: transaction.codeLength,
    minutesLeft: Math.max(1, Math.ceil((expiresAt - now) / 60_000)),
    now,
    expiresAt,
    resend: resendOf(state),
    helpOpen: transaction.checks >= 2,
  }
}

/** Where the merchant waits for the owner, with the transaction's id added; undefined when it named no place. */
export function returnHref({ transaction }: TransactionState): string | undefined {
  if (!transaction.returnUrl) return undefined
  const url = new URL(transaction.returnUrl)
  // Added by hand: URLSearchParams would write the merchant's own query anew.
  url.search = `${url.search ? `${url.search}&` : '?'}transaction=${transaction.id}`
  return url.href
}

/** The way back to the merchant, when it named one. */
export function exitOf(state: TransactionState): Exit | undefined {
  const href = returnHref(state)
  return href ? { to: 'brand', href } : undefined
}

function resendOf({ transaction, resendAt, now }: TransactionState): ResendView {
  if (resendAt === null) return { left: 'none' }
  const left = transaction.sends === sendsMax - 1 ? 'one' : 'some'
  return { left, at: resendAt, waitS: Math.max(0, Math.ceil((resendAt - now) / 1000)) }
}

function formatTime(at: number, locale: Locale, timeZone: string): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'long', timeZone })
  return format.format(at)
}
