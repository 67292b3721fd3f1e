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
  chooseText(lastFour: string): string
  chooseButton: string
  willEnroll: string

  codeHeading: string
  sent(lastFour: string, minutes: number): string
  codeLabel(digits: number): string
  codeHint: string
  resend: string
  resendIn: string
  resendReady: string
  resendTooSoon(seconds: number): string
  resendLast: string
  resendNone: string
  resent: string
  newCode: string
  helpSummary: string
  helpSignal(lastFour: string): string
  helpNumber(brand: string): string
  /** The sentence before the link that refuses, and the link. */
  safe: string
  deny: string

  codeMissing(digits: number): string
  codeShort(digits: number, missing: number): string
  codeLong(digits: number): string
  codeLetters: string
  codeWrong(left: number): string
  codeWrongLast: string
  codeExpired: string
  notDelivered: string

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
  }
  review: string
  tryAgain: string
  backTo(brand: string): string
  waitSeconds(seconds: number): string

  approvedHeading: string
  approvedReturning(brand: string): string
  approvedDone: string
  enrolled(lastFour: string): string
  continueTo(brand: string): string

  denyHeading: string
  denyText: string
  denyButton: string
  denyBack: string
}

/** A page that only tells. */
export interface Screen {
  heading: string
  text(facts: { brand: string; reference: string; at: string }): string
}

export const pageCopy = { 'pt-BR': ptBR, en, es } satisfies Record<Locale, PageCopy>
