import { pixKeyTypes } from '../brazil/pix-key.ts'
import type { ShownAccount } from '../store/payouts.ts'
import type { PortalText } from '../text/catalogue.ts'
import type { Locale } from '../text/locale.ts'

// Payouts keep the hours of the capital, wherever the server stands; the zone is named beside every time of day.
const timeZone = 'America/Sao_Paulo'

// In English a month is written out: the order of its numbers depends on the reader's country.
function dayFormat(locale: Locale): [string, Intl.DateTimeFormatOptions] {
  const day = { day: '2-digit', year: 'numeric', timeZone } as const
  return locale === 'en' ? ['en-GB', { ...day, month: 'short' }] : [locale, { ...day, month: '2-digit' }]
}

/** "22/11/2026". */
export function formatDay(at: number, locale: Locale): string {
  return new Intl.DateTimeFormat(...dayFormat(locale)).format(at)
}

/** "22/11/2026, 14:05 BRT". */
export function formatMoment(at: number, locale: Locale): string {
  const [language, day] = dayFormat(locale)
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short' } as const
  return new Intl.DateTimeFormat(language, { ...day, ...time }).format(at)
}

/** How an account is called: "Banco do Brasil", "Chave Pix (e-mail)". */
export function accountTitle({ method, title }: ShownAccount, text: PortalText): string {
  const type = method === 'pix' ? pixKeyTypes.find((name) => name === title) : undefined
  return type ? text.pixTitle(text.pixTypes[type]) : title
}
