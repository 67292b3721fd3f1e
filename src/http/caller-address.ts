import type { FastifyRequest } from 'fastify'

/** The address that a request came from; "unknown" when its connection was cut before we looked, for what it asked is done all the same. */
export function callerAddress(request: FastifyRequest): string {
  return (request.ip as string | undefined) ?? 'unknown'
}
