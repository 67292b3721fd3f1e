import { toGsm } from '../lib/text.ts'
import type { Locale } from '../model/locale.ts'
import { actOf } from './acts.ts'
import { htmlLetter, plainLetter } from './email-body.tsx'
import { noticeCopy } from './notice-copy.ts'
import { quotableName } from './quotable.ts'
import type { MessageWords } from './transaction-message.ts'

/** What was changed of the things that a subject approves with. */
export interface Notice {
  brand: string
  locale: Locale
  /** The kind of the transaction that changed it. */
  kind: string
  /** What may be shown of a new address. */
  mask?: string | undefined
  /** Of an authenticator. */
  type?: 'totp' | 'passkey' | undefined
  /** When the new address counts; undefined: it does already. */
  usableAt?: number | undefined
  /** Of a release that is held: the kind of its transaction, until when, and where whoever reads it calls it off. */
  act?: string | undefined
  until?: number | undefined
  link?: string | undefined
}

/**
 * A message that tells of a change: what, from when, and what to do when it was not you. It holds no code and no link, which thieves
 * would copy (brand and way are the reader's own), but for the letter on a release that is held, whose link only calls it off; a text leaves out the new e-mail address, for its domain is a thief's to choose, and
 * phones make a link of it.
 */
export function noticeMessage(channel: 'sms' | 'email', notice: Notice): MessageWords {
  const { brand, locale, kind, type, usableAt, act, until, link } = notice
  const copy = noticeCopy[locale]
  const what = copy.changes[kind] ?? copy.changes['factor.remove'] ?? copy.otherwise
  const from = until ?? usableAt
  const day =
    from === undefined
      ? undefined
      : new Intl.DateTimeFormat(locale, {
          dateStyle: 'short',
          timeStyle: 'short',
          timeZone: 'America/Sao_Paulo',
        }).format(from)
  const sentence = what({
    mask: kind === 'contact.email' && channel === 'sms' ? '' : shownMask(notice.mask ?? ''),
    app: type === 'totp',
    day,
    act: act === undefined ? '' : actOf(act, locale).noun,
  })
  const isHeld = kind === 'transaction.held'
  const closing = isHeld ? copy.callOff : copy.notYou
  if (channel === 'sms') {
    const name = quotableName(brand, 20) || 'Aval'
    return { body: toGsm(`${name}: ${sentence} ${closing}`) }
  }
  const way = isHeld && link !== undefined ? { href: link, text: copy.callOffLink } : undefined
  const letter = { locale, brand, lead: sentence, rows: [], link: way, closing }
  const subject = isHeld ? copy.heldSubject(brand) : copy.subject(brand)
  return { body: plainLetter(letter), email: { subject, html: htmlLetter(letter) } }
}

/** What is shown of an address, without the dots that stand for the rest. */
function shownMask(mask: string): string {
  return ` ${mask.replace(/[^\p{L}\p{N}@.-]+/gu, ' ').trim()}`
}
