import { findLocale, type Locale, locales } from '../text/locale.ts'

const cookieName = 'sympla_lang'
const yearS = 31_536_000

/** The language that the reader chose, else Portuguese. */
export function chosenLocale(cookies: string | undefined): Locale {
  const [, value] = new RegExp(`(?:^|;\\s*)${cookieName}=([\\w-]+)`).exec(cookies ?? '') ?? []
  return findLocale(value) ?? locales[0]
}

/** A Set-Cookie that keeps the choice. */
export function localeCookie(locale: Locale): string {
  return `${cookieName}=${locale}; Path=/; Max-Age=${yearS}; HttpOnly; SameSite=Lax`
}

/** Path and query of a request without its choice of language. */
export function withoutLanguage(url: string): string {
  const [path = '/', query = ''] = url.split('?', 2)
  const params = new URLSearchParams(query)
  params.delete('lang')
  const rest = params.toString()
  // Two slashes would name another host.
  return `/${path.replace(/^\/+/, '')}${rest ? `?${rest}` : ''}`
}
