import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Caller, GateDeps, TransactionState } from '../../gate/deps.ts'
import { notFound } from '../../gate/read-transaction.ts'
import { isId, newHex } from '../../lib/ids.ts'
import { secretMatcher } from '../../lib/keyring.ts'
import type { Secret } from '../../lib/secret.ts'
import { AvalError } from '../../model/error.ts'
import { callerAddress } from '../caller-address.ts'
import { type Actor, authorize } from './authorize.ts'
import { type Answer, idempotencyKeyOf, runOnce } from './idempotency.ts'
import * as schemas from './schemas.ts'
import { transactionBody } from './transaction-body.ts'

/** What the gate door is made of. */
export interface GateDoor extends GateDeps {
  publicUrl: string
  apiKey: Secret
}

/** What a route's handler gets, parsed and authorised. */
export interface Context<Body> {
  /** The id of a transaction, on routes of one. */
  id: string
  params: Record<string, string>
  body: Body
  query: unknown
  caller: Caller
  operation: string
  answer(state: TransactionState): object
}

/** One route of /v1: who may call, what it takes, which command it is. */
export interface Route<Body> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  /** Whether the client secret of the transaction opens it too. */
  client: boolean
  body: z.ZodType<Body>
  status?: number
  /** Whether the answer holds what is kept no longer than its purpose. */
  holdsPayload?: boolean
  run(context: Context<Body>): Promise<object | undefined>
}

/** Puts a route up. */
export type AddRoute = <Body>(route: Route<Body>) => void

/** The door of /v1: every route goes through the same authorisation, parsing and idempotency. */
export function gateDoor(app: FastifyInstance, door: GateDoor): AddRoute {
  const isApiKey = secretMatcher(door.apiKey.reveal())
  return (route) =>
    app.route({
      method: route.method,
      url: `/v1${route.path}`,
      handler: (request, reply) => handle(door, isApiKey, route, request, reply),
    })
}

async function handle<Body>(
  door: GateDoor,
  isApiKey: (token: string) => boolean,
  route: Route<Body>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const params = request.params as Record<string, string>
  const ofTransaction = route.path.startsWith('/transactions/:id')
  const id = ofTransaction ? (params.id ?? '') : ''
  const actor = authorize(door, request, isApiKey, route.client ? { id } : undefined)
  if (ofTransaction && !isId('tx', id)) throw notFound()
  if (request.body !== undefined && !/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new AvalError('unsupported_media_type', 'Send application/json in UTF-8.')
  }
  const body = schemas.parse(route.body, request.body)
  const context = (operation: string): Context<Body> => ({
    id,
    params,
    body,
    query: request.query,
    // A client secret is in its user's browser, the API key on a server.
    caller: { ip: callerAddress(request), user: actor === 'client' },
    operation,
    answer: (state) => transactionBody(state, { keys: door.keys, publicUrl: door.publicUrl, secrets: actor === 'api' }),
  })
  const key = route.method === 'POST' ? idempotencyKeyOf(request.headers['idempotency-key']) : undefined
  const run = async (operation: string): Promise<Answer> => {
    const answered = (await route.run(context(operation))) as { id?: string } | undefined
    return { status: route.status ?? 200, body: answered, transactionId: id || (answered?.id ?? '') }
  }
  const answer = key === undefined ? await run(newHex(door.clock.now(), door.random)) : await runKeyed(key, actor)
  return reply.code(answer.status).send(answer.body)

  async function runKeyed(given: string, who: Actor) {
    const credential = who === 'api' ? 'api' : (request.headers.authorization ?? '')
    const once = await runOnce(
      door,
      {
        credential,
        route: ofTransaction ? `${route.method} ${route.path}` : `${route.method} ${request.url.split('?')[0]}`,
        transactionId: id,
        key: given,
        body: request.body,
        holdsPayload: route.holdsPayload === true,
      },
      run,
    )
    if (once.replayed) reply.header('idempotency-replayed', 'true')
    return once
  }
}
