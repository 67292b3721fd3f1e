import { AvalError } from '../model/error.ts'
import type { GateDeps } from './deps.ts'

/** Refuses an address that people may not be sent back to (OWASP ASVS 5.0, 3.7.2): return_url_not_allowed. */
export function refuseReturnUrl(
  { returnOrigins }: Pick<GateDeps, 'returnOrigins'>,
  returnUrl: string | undefined,
): void {
  if (returnUrl === undefined) return
  const refuse = (message: string): never => {
    throw new AvalError('return_url_not_allowed', `The return_url ${message}.`, {
      faults: [{ path: 'return_url', message }],
    })
  }
  if (/[\\\p{Cc}\s]/u.test(returnUrl) || !URL.canParse(returnUrl)) refuse('is not an absolute URL')
  const { protocol, username, password, origin } = new URL(returnUrl)
  if (!/^https?:\/\//i.test(returnUrl) || (protocol !== 'https:' && protocol !== 'http:'))
    refuse('must begin with https:// or http://')
  if (username || password || returnUrl.split('/')[2]?.includes('@')) refuse('must not hold a user name or password')
  if (returnOrigins && !returnOrigins.has(origin)) refuse('has an origin that is not on AVAL_RETURN_ORIGINS')
}
