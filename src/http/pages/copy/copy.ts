import type { Channel } from '../../../model/factor.ts'
import type { Locale } from '../../../model/locale.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { ptBR } from './pt-br.ts'

/** Every sentence of the hosted pages. A language that lacks one does not compile. */
export interface PageCopy {
  languageName: string
  languagesLabel: string
  title(task: string, brand: string, wrong: boolean): string
  problem: string
  localBanner: string
  localInbox: string

  cardTitle: string
  cardTitleApproved: string
  cardTitleOver: string
  action: string
  amount: string
  payee: string
  reference: string
  confirm(noun: string, amount: string | undefined): string

  chooseHeading: string
  chooseOther: string
  /** What an address is called in a sentence. */
  address: { phone(lastFour: string): string; email(mask: string): string }
  willEnroll(address: string): string
  /** The ways to confirm, each with all that is said of it. */
  channels: Record<Channel, ChannelCopy>
  app: {
    way: string
    hint: string
    heading: string
    prompt: string
    help: string
    codeHint: string
    missing: string
    recoveryLink: string
    recoveryPrompt: string
  }
  passkey: {
    way: string
    hint: string
    heading: string
    /** Before the device asks. */
    prompt(amount: string | undefined, payee: string): string
    button(noun: string, amount: string | undefined): string
    cancelled: string
    unsupported: string
    /** What a passkey is called when nobody names it. */
    deviceName: string
  }
  sending: string
  undelivered: Record<Channel, string>
  /** While the browser does a proof of work: nobody has to do anything. */
  work: {
    text: string
    slow: string
    done: string
    failed: string
    /** Without a script, by what else there is. */
    scriptless: { email: string; other: string; none: string }
  }
  /** In place of a way's hint, where the guard sends nothing by it for now. */
  heldWay: string
  moreToProve: string
  targetHeading: { phone: string; email: string }
  targetText(address: string): string
  /** From when the new address counts, in hours. */
  targetDelay(hours: number): string
  wrongNumberLink: string
  wrongNumber: { heading: string; text(hours: number): string }
  back: string
  enrol: EnrolCopy

  codeLabel(digits: number): string
  codeHint: string
  resendIn: string
  resendReady: string
  resendTooSoon(seconds: number): string
  resendLast: string
  resendNone: string
  resent: string
  newCode: string
  helpSummary: string
  otherWays: string
  /** The sentence before the link that refuses, and the link. */
  safe: string
  deny: string

  codeShort(digits: number, missing: number): string
  codeLong(digits: number): string
  codeLetters: string
  codeWrong(left: number): string
  codeWrongLast: string
  codeExpired: string
  notDelivered: string
  anotherWayNeeded: string
  tooManyMessages: string
  tooManyChecks: string

  /** Spoken and shown by the script. */
  expiring: string
  checking: string
  offline: string

  screens: {
    notFound: Screen
    exhausted: Screen
    locked: Screen
    blocked: Screen
    changed: Screen
    superseded: Screen
    used: Screen
    denied: Screen
    canceled: Screen
    expired: Screen
    serverError: Screen
    slowDown: Screen
    crossSite: Screen
    badRequest: Screen
    enrolmentOver: Screen
    notHeld: Screen
  }
  review: string
  tryAgain: string
  backTo(brand: string): string
  waitSeconds(seconds: number): string

  approvedHeading: string
  approvedReturning(brand: string): string
  approvedDone: string
  /** Of an approval whose release waits: until when, or for a person. */
  held(until: string): string
  heldReview: string
  callOff: { heading: string; text: string; button: string }
  enrolled(address: string): string
  passkeyOffer: string
  passkeyCreate: string
  notNow: string
  continueTo(brand: string): string

  denyHeading: string
  denyText: string
  denyButton: string
  denyBack: string
}

/** What is said of a code that travels. `to` is as much of the address as may be shown. */
export interface ChannelCopy {
  /** The button that asks for it, and what stands under it. */
  way: string
  hint(to: string): string
  heading: string
  sent(to: string, minutes: number): string
  resend: string
  missing(digits: number): string
  help(to: string): string
}

/** The pages on which an app or a passkey is enrolled. */
export interface EnrolCopy {
  appHeading: string
  appText: string
  appQr: string
  appSecret: string
  appCode: string
  appHint: string
  appButton: string
  appWrong(left: number): string
  /** Local mode only: what stands for a phone that scans. */
  appLocal: string
  passkeyHeading: string
  passkeyText: string
  passkeyButton: string
  passkeyFailed: string
  doneHeading: { totp: string; passkey: string; contact: string; remove: string }
  doneText: { totp: string; passkey: string; contact(day: string | undefined): string; remove: string }
  recoveryHeading: string
  recoveryText: string
  saved: string
}

/** A page that only tells. */
export interface Screen {
  heading: string
  text(facts: { brand: string; reference: string; at: string }): string
}

export const pageCopy = { 'pt-BR': ptBR, en, es } satisfies Record<Locale, PageCopy>
