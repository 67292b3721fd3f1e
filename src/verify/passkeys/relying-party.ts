import { isIP } from 'node:net'
import { TwilioError } from '../../model/twilio-error.ts'
import type { PasskeySettings } from '../service.ts'

/** Settings that a ceremony can run on: the relying party has an id, a name and origins of its own. Shown as a factor's `config`. */
export interface PasskeyConfig extends Omit<PasskeySettings, 'relying_party'> {
  relying_party: { id: string; name: string; origins: string[] }
}

/** What one factor is made with in place of the service's settings. */
export type PasskeyOverride = Partial<Omit<PasskeySettings, 'relying_party'>> & {
  relying_party?: Partial<PasskeySettings['relying_party']> | undefined
}

/**
 * The service's settings with the members that `override` names; origins belong to the id that they stand beside. Without any, the
 * relying party's own is meant. `local` lets plain http in from localhost, on any port. Throws 60432 for no relying party, or one that owns not all of its origins.
 */
export function passkeyConfig(
  settings: PasskeySettings,
  local: boolean,
  { relying_party: other, ...override }: PasskeyOverride = {},
): PasskeyConfig {
  const service = settings.relying_party
  const another = other?.id !== undefined && other.id !== service.id
  const { id, name, origins } = { ...service, ...(another && { origins: [] }), ...other }
  if (id === null || !isDomain(id)) throw new TwilioError(60432)
  const given = origins.length > 0 ? origins : [id]
  const own = given.map((text) => originOf(text, id, local))
  return {
    ...settings,
    ...override,
    relying_party: { id, name: name ?? id, origins: [...new Set(own)] },
  }
}

/** The valid domain string that WebAuthn asks of an RP ID (Level 3, section 5.1.2): no address, no port, in the form that is hashed. */
function isDomain(text: string): boolean {
  return (
    text.length <= 253 &&
    isIP(text) === 0 &&
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(text)
  )
}

/** An origin as browsers write it; a bare host stands for https. Throws 60432 where its pages may not use the RP ID. */
function originOf(text: string, id: string, local: boolean): string {
  const url = URL.parse(text.includes('://') ? text : `https://${text}`)
  if (!url || url.username || url.password || url.pathname !== '/' || url.search || url.hash)
    throw new TwilioError(60432)
  const { hostname, protocol, origin } = url
  const within = hostname === id || hostname.endsWith(`.${id}`)
  const secure = protocol === 'https:' || (local && protocol === 'http:' && isLocalhost(hostname))
  if (!within || !secure) throw new TwilioError(60432)
  return origin
}

function isLocalhost(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost')
}
