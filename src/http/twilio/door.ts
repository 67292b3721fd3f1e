import type { FastifyRequest } from 'fastify'
import { isSid } from '../../lib/ids.ts'
import { interceptToken } from '../../lib/intercept-token.ts'
import { sameSecret } from '../../lib/keyring.ts'
import type { Outbound } from '../../lib/outbound.ts'
import type { Secret } from '../../lib/secret.ts'
import type { Tenant } from '../../store/tenant.ts'
import type { VerifyDeps } from '../../verify/deps.ts'
import type { LookupDeps } from '../../verify/lookup-phone.ts'
import { type Service, tenantOf } from '../../verify/service.ts'
import type { Services } from '../../verify/services.ts'
import { missing } from './answers.ts'

/** What the routes of the Twilio door work with. */
export interface TwilioDoor extends VerifyDeps, LookupDeps {
  services: Services
  accountSid: string
  authToken: Secret
  apiKey: Secret
  publicUrl: string
  /** How webhooks are reached. */
  outbound: Outbound
  /** The sandbox of a developer's machine, where things are accepted that need a set-up elsewhere. */
  local: boolean
}

/** A member of the path, as the caller wrote it. */
export function param(request: FastifyRequest, name: string): string {
  return (request.params as Record<string, string | undefined>)[name] ?? ''
}

/** The SID in the path, in small letters as the store has it. Throws 20404 where it has not the form of one. */
export function sidParam(request: FastifyRequest, prefix: string, name = 'sid'): string {
  const text = param(request, name)
  if (!isSid(prefix, text)) throw missing(request)
  return prefix + text.slice(2).toLowerCase()
}

/** The service that the path names, of this account. Throws 20404 for anybody else's. */
export async function serviceFor(door: TwilioDoor, request: FastifyRequest): Promise<Service> {
  const service = await door.services.find(door.accountSid, sidParam(request, 'VA', 'service'))
  if (!service) throw missing(request)
  return service
}

/** The service that the path names, and what its things are looked up by. Throws 20404 for anybody else's. */
export async function tenantFor(
  door: TwilioDoor,
  request: FastifyRequest,
): Promise<{ service: Service; tenant: Tenant }> {
  const service = await serviceFor(door, request)
  return { service, tenant: tenantOf(service) }
}

const intercepted = new Set(['verify.twilio.com', 'lookups.twilio.com'])

/**
 * What addresses in answers begin with. SDKs follow them as they are, past any base-URL setting: so the caller's own Host when it is
 * ours or came through our interceptor, else the public address.
 */
export function baseOf(request: FastifyRequest, { publicUrl, keys }: Pick<TwilioDoor, 'publicUrl' | 'keys'>): string {
  const { headers, socket, protocol } = request
  const { host = '' } = headers
  const token = headers['x-aval-intercept']
  if (intercepted.has(host) && typeof token === 'string' && sameSecret(token, interceptToken(keys, host)))
    return `https://${host}`
  const own = [`localhost:${socket.localPort}`, `127.0.0.1:${socket.localPort}`, `[::1]:${socket.localPort}`]
  return own.includes(host) ? `${protocol}://${host}` : publicUrl
}
