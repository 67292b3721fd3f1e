import type { FastifyRequest } from 'fastify'
import type { GateDeps } from '../../gate/deps.ts'
import { checkClientSecret } from '../../gate/page-key.ts'
import { notFound } from '../../gate/read-transaction.ts'
import { isId } from '../../lib/ids.ts'
import { AvalError } from '../../model/error.ts'

/** Who holds the credential of a request. */
export type Actor = 'api' | 'client'

/**
 * Lets the API key through, and on routes that allow it the client secret of this very transaction.
 * A client secret with any other id gets the answer of an unknown id; on other routes it is forbidden.
 */
export function authorize(
  { keys }: Pick<GateDeps, 'keys'>,
  request: FastifyRequest,
  isApiKey: (token: string) => boolean,
  clientMay: { id: string } | undefined,
): Actor {
  const token = /^Bearer +([\x21-\x7e]{1,300})$/i.exec(request.headers.authorization ?? '')?.[1]
  if (token === undefined) throw new AvalError('unauthorized', 'Send Authorization: Bearer with the API key.')
  if (isApiKey(token)) return 'api'
  if (!token.startsWith('cs_')) throw new AvalError('unauthorized', 'This is not a credential of this instance.')
  if (!clientMay) throw new AvalError('forbidden', 'A client secret cannot do this. Use the API key, from your server.')
  if (!isId('tx', clientMay.id) || !checkClientSecret(keys, clientMay.id, token)) throw notFound()
  return 'client'
}
