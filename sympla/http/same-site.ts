import type { IncomingHttpHeaders } from 'node:http'

/**
 * Whether a form post comes from the portal's own pages. A browser says so by Sec-Fetch-Site, an older one by Origin; a client that
 * sends neither is no browser and carries nobody's session.
 */
export function isOwnPost(
  headers: IncomingHttpHeaders,
  { publicUrl, local }: { publicUrl: string; local: boolean },
): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  const { origin } = headers
  return origin === undefined || origin === new URL(publicUrl).origin || (local && isOwnLoopback(origin, headers.host))
}

// A local portal is also reached by the machine's other names for itself.
function isOwnLoopback(origin: string, host: string | undefined): boolean {
  if (!URL.canParse(origin)) return false
  const url = new URL(origin)
  return url.host === host && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
}
