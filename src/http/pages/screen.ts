import { type Act, actOf } from '../../channel/acts.ts'
import { appCodeDigits } from '../../gate/check-authenticator.ts'
import type { TransactionState } from '../../gate/deps.ts'
import { requestOptions } from '../../gate/passkey-options.ts'
import { paymentRequest } from '../../gate/payment-confirmation.ts'
import { recoveryCodeDigits } from '../../gate/recovery-codes.ts'
import { addressAt, addressFor, awaitsTarget } from '../../gate/ways.ts'
import { formatMoney } from '../../lib/money.ts'
import { shortRef } from '../../lib/short-ref.ts'
import { type Challenge, isLive } from '../../model/challenge.ts'
import { type Factor, isChannel } from '../../model/factor.ts'
import type { Locale } from '../../model/locale.ts'
import type { WorkChallenge } from '../../model/proof-of-work.ts'
import { isHeld, releasableAt, sendsMax } from '../../model/transaction.ts'
import { pageCopy } from './copy/copy.ts'
import type { EnrolScreen } from './enrol-screen.ts'

/** What the card shows, and what the page needs to speak of it. */
export interface CardView {
  id: string
  version: number
  act: Act
  payee: string
  amount: string | undefined
  fields: readonly { label: string; value: string }[]
  reference: string
  /** The address that an approval enrols as the first one, as it is called in a sentence. */
  enrolls: string | undefined
  /** Hours that a new address waits before it counts. */
  delayHours: number
  /** Tries made so far: a form that was made before another try is a repeat, and spends none. */
  checks: number
}

/** A way to confirm that is open, with what may be shown of where it goes. */
export interface Way {
  factor: Factor
  /** Last four digits, or the masked e-mail address; empty where nothing is sent. */
  to: string
  /** Whether the guard sends nothing this way for now. */
  held?: boolean
}

/** The form that takes a code. */
export interface CodeView {
  way: Way
  digits: number
  /** Undefined where codes do not run out: an app's. */
  minutesLeft: number | undefined
  now: number
  expiresAt: number | undefined
  /** Undefined where nothing is sent. */
  resend: ResendView | undefined
  helpOpen: boolean
  /** Whether a recovery code is asked for in place of the app's. */
  recovery: boolean
  /** What became of the message so far, where its carrier says so. */
  delivery: 'sending' | 'sent' | 'undelivered' | undefined
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
  enrolmentOver: 409,
  notHeld: 409,
} as const
export type TellingName = keyof typeof tellings

/** One state of the hosted page, with its HTTP status. */
export type Screen =
  | {
      name: 'choose'
      status: number
      card: CardView
      ways: readonly Way[]
      /** What is left to prove, where something was proven already. */
      next?: 'target' | 'another' | undefined
      problem?: string
      retryAfterS?: number | undefined
    }
  | {
      name: 'code'
      status: number
      card: CardView
      code: CodeView
      /** The other ways that are open. */
      ways: readonly Way[]
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
      way: Way
      ways: readonly Way[]
      now: number
      resend: ResendView
      problem: string
      retryAfterS?: number | undefined
    }
  | {
      name: 'passkey'
      status: number
      card: CardView
      /** JSON for navigator.credentials.get(). */
      options: object
      /** What the browser itself can show of the payment, where it knows how. */
      payment: object | undefined
      ways: readonly Way[]
      problem?: string
      retryAfterS?: number | undefined
    }
  | {
      name: 'work'
      status: number
      card: CardView
      /** The way that is asked for once the work is done. */
      factor: Factor
      challenge: WorkChallenge
      ways: readonly Way[]
    }
  | { name: 'number'; status: number; card: CardView; ways: readonly Way[]; holdHours: number }
  | { name: 'deny'; status: number; card: CardView }
  | {
      name: 'approved'
      status: number
      card: CardView
      returnUrl: string | undefined
      offersPasskey: boolean
      /** What its release waits for, in a sentence. */
      held?: string | undefined
    }
  | { name: 'callOff'; status: number; card: CardView }
  | EnrolScreen
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
      const held = heldText(state, locale, timeZone)
      return { name: 'approved', status: 200, card, returnUrl: returnHref(state), offersPasskey: false, held }
    }
    case 'pending':
      break
    default:
      return end(transaction.status)
  }
  const resend = resendOf(state)
  const ways = waysOf(state)
  const live = challenge && isLive(challenge, now)
  if (live && challenge.channel === 'passkey')
    return {
      name: 'passkey',
      status: 200,
      card,
      options: requestOptions(state),
      payment: paymentRequest(state),
      ways: without(ways, 'passkey'),
    }
  if (live)
    return { name: 'code', status: 200, card, code: codeOf(state, challenge), ways: without(ways, challenge.channel) }
  // An app and a passkey need no send.
  const open = resend.left === 'none' ? ways.filter(({ factor }) => !isChannel(factor)) : ways
  if (open.length === 0) return end('exhausted')
  const way = challenge && open.find(({ factor }) => factor === challenge.channel)
  const isHere =
    challenge && way && isChannel(way.factor) && addressFor(transaction, way.factor)?.ref === challenge.addressRef
  if (!isHere) return { name: 'choose', status: 200, card, ways: open, next: nextOf(state) }
  const problem = pageCopy[locale].codeExpired
  return { name: 'lapsed', status: 410, card, way, ways: without(open, way.factor), now, resend, problem }
}

function heldText({ transaction, now }: TransactionState, locale: Locale, timeZone: string): string | undefined {
  if (!isHeld(transaction, now)) return undefined
  const until = releasableAt(transaction) ?? now
  const copy = pageCopy[locale]
  return until > now ? copy.held(formatTime(until, locale, timeZone)) : copy.heldReview
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
  if (screen.name === 'choose' || screen.name === 'lapsed' || screen.name === 'passkey')
    return { ...screen, status, problem, retryAfterS }
  return screen
}

/** The page of an app, asking for a recovery code in its place. Other pages stay as they are. */
export function askingRecovery(screen: Screen): Screen {
  if (screen.name !== 'code' || screen.code.way.factor !== 'totp') return screen
  return { ...screen, code: { ...screen.code, digits: recoveryCodeDigits, recovery: true } }
}

export function cardOf({ transaction }: TransactionState, locale: Locale): CardView {
  const { id, version, kind, summary, digest, phoneMask, emailMask, enrolls, checks, targetDelayMs } = transaction
  const { address } = pageCopy[locale]
  return {
    id,
    version,
    act: actOf(kind, locale),
    payee: summary.payee,
    amount: summary.amount && formatMoney(summary.amount, locale),
    fields: summary.fields,
    reference: shortRef(digest),
    enrolls: !enrolls ? undefined : phoneMask ? address.phone(phoneMask.slice(-4)) : address.email(emailMask ?? ''),
    delayHours: Math.round(targetDelayMs / 3_600_000),
    checks,
  }
}

/** The ways that are open, with where they go. */
export function waysOf({ transaction, offered }: TransactionState): Way[] {
  return offered.map((factor) => ({
    factor,
    to: isChannel(factor) ? shownOf(addressFor(transaction, factor)?.mask) : '',
  }))
}

export function codeOf(state: TransactionState, challenge: Challenge): CodeView {
  const { transaction, now, message } = state
  const { channel, expiresAt } = challenge
  const isApp = channel === 'totp'
  const stuck = message?.channel === channel ? message : undefined
  return {
    way: { factor: channel, to: shownOf(addressAt(transaction, challenge.addressRef)?.mask) },
    digits: isApp ? appCodeDigits : transaction.codeLength,
    minutesLeft: isApp ? undefined : Math.max(1, Math.ceil((expiresAt - now) / 60_000)),
    now,
    expiresAt: isApp ? undefined : expiresAt,
    resend: isApp ? undefined : resendOf(state),
    helpOpen: transaction.checks >= 2,
    recovery: false,
    delivery: deliveryOf(stuck),
  }
}

function deliveryOf(message: TransactionState['message']): CodeView['delivery'] {
  if (!message || message.status === 'delivered' || message.status === 'read') return undefined
  if (message.status === 'queued') return 'sending'
  if (message.status === 'sent') return 'sent'
  return message.next_at === null ? 'undelivered' : 'sending'
}

/** What is left to prove, once something was. */
function nextOf({ transaction }: TransactionState): 'target' | 'another' | undefined {
  if (awaitsTarget(transaction)) return 'target'
  return transaction.proven === 0 ? undefined : 'another'
}

export function without(ways: readonly Way[], factor: Factor): Way[] {
  return ways.filter((way) => way.factor !== factor)
}

/** Of a phone its last four digits alone: the sentence around them says the rest. */
function shownOf(mask: string | undefined): string {
  return mask?.includes('@') ? mask : (mask ?? '').slice(-4)
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

export function formatTime(at: number, locale: Locale, timeZone: string): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'long', timeZone })
  return format.format(at)
}
