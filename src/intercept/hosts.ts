/** The hosts of Twilio that lead to Aval while a program runs behind the interceptor. No other is passed on, or certified. */
export const interceptedHosts = ['verify.twilio.com', 'lookups.twilio.com'] as const

export type InterceptedHost = (typeof interceptedHosts)[number]

/** The host that `authority` (host:port, the target of a CONNECT) asks for; undefined for any other host or port. */
export function interceptedHost(authority: string): InterceptedHost | undefined {
  return interceptedHosts.find((host) => authority.toLowerCase() === `${host}:443`)
}
