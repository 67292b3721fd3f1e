import type { IncomingHttpHeaders } from 'node:http'
import { AvalError } from '../model/error.ts'

/**
 * Whether a form came from our own pages (OWASP CSRF cheat sheet, Fetch Metadata; security case A105). Sec-Fetch-Site must not name
 * another site, and an Origin must be ours. `Origin: null` is what a sandboxed frame of anybody sends: it needs Sec-Fetch-Site.
 */
export function isSameOrigin(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  const { origin } = headers
  if (origin === undefined) return true
  if (origin === 'null') return site !== undefined
  return URL.canParse(origin) && isOurs(new URL(origin), new URL(publicUrl))
}

/** Refuses a form that another site sends in our user's browser. */
export function refuseForeignForm(headers: IncomingHttpHeaders, publicUrl: string): void {
  if (!isSameOrigin(headers, publicUrl)) throw new AvalError('forbidden', 'The form came from another site.')
}

/** On a developer's machine every name of the loopback is the same machine, if the port is. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)
}

function isOurs(origin: URL, ours: URL): boolean {
  if (origin.origin === ours.origin) return true
  return (
    origin.protocol === ours.protocol &&
    origin.port === ours.port &&
    isLoopback(origin.hostname) &&
    isLoopback(ours.hostname)
  )
}
