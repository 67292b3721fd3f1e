import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { challengeTransaction } from '../../gate/challenge-transaction.ts'
import { changeTransaction } from '../../gate/change-transaction.ts'
import { checkTransaction } from '../../gate/check-transaction.ts'
import { createTransaction } from '../../gate/create-transaction.ts'
import type { Caller, GateDeps, TransactionState } from '../../gate/deps.ts'
import { cancelTransaction, denyTransaction } from '../../gate/end-transaction.ts'
import { listEvents, listTransactions } from '../../gate/list-transactions.ts'
import { notFound, requireTransaction } from '../../gate/read-transaction.ts'
import { acknowledgeRelease, releaseTransaction } from '../../gate/release-transaction.ts'
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
interface Context<Body> {
  id: string
  body: Body
  query: unknown
  caller: Caller
  operation: string
  answer(state: TransactionState): object
}

interface Route<Body> {
  method: 'GET' | 'POST' | 'PATCH'
  path: string
  /** Whether the client secret of the transaction opens it too. */
  client: boolean
  body: z.ZodType<Body>
  status?: number
  run(context: Context<Body>): Promise<object>
}

/** The gate's API: one row a route. Who may call, what it takes, which command it is. */
export function registerGate(app: FastifyInstance, door: GateDoor): void {
  const none = schemas.emptyBody
  const isApiKey = secretMatcher(door.apiKey.reveal())
  add({ method: 'POST', path: '/transactions', client: false, body: schemas.createBody, status: 201, run: create })
  add({ method: 'GET', path: '/transactions', client: false, body: none, run: list })
  add({
    method: 'GET',
    path: '/transactions/:id',
    client: true,
    body: none,
    run: async ({ id, answer }) => answer(await requireTransaction(door, { id })),
  })
  add({
    method: 'PATCH',
    path: '/transactions/:id',
    client: false,
    body: schemas.changeBody,
    run: async ({ id, body, caller, answer }) => answer(await changeTransaction(door, { id, caller, ...body })),
  })
  add({
    method: 'POST',
    path: '/transactions/:id/challenges',
    client: true,
    body: schemas.challengeBody,
    run: async ({ id, body, caller, answer }) =>
      answer(await challengeTransaction(door, { id, factor: body.factor, caller })),
  })
  add({ method: 'POST', path: '/transactions/:id/checks', client: true, body: schemas.checkBody, run: check })
  add({
    method: 'POST',
    path: '/transactions/:id/deny',
    client: true,
    body: none,
    run: async ({ id, caller, answer }) => answer(await denyTransaction(door, { id, caller })),
  })
  add({
    method: 'POST',
    path: '/transactions/:id/cancel',
    client: false,
    body: none,
    run: async ({ id, caller, answer }) => answer(await cancelTransaction(door, { id, caller })),
  })
  add({ method: 'POST', path: '/transactions/:id/release', client: false, body: none, run: release })
  add({
    method: 'POST',
    path: '/transactions/:id/release/ack',
    client: false,
    body: schemas.acknowledgeBody,
    run: async ({ id, body, caller, answer }) =>
      answer(await acknowledgeRelease(door, { id, releaseId: body.release_id, caller })),
  })
  add({ method: 'GET', path: '/transactions/:id/events', client: false, body: none, run: events })

  function add<Body>(route: Route<Body>): void {
    app.route({
      method: route.method,
      url: `/v1${route.path}`,
      handler: (request, reply) => handle(door, isApiKey, route, request, reply),
    })
  }

  async function create({ body, caller, operation, answer }: Context<z.output<typeof schemas.createBody>>) {
    const { return_url: returnUrl, expires_in: expiresInS, client, ...rest } = body
    return answer(
      await createTransaction(door, {
        ...rest,
        returnUrl,
        expiresInS,
        operation,
        caller: { ...caller, ip: client?.ip ?? caller.ip },
      }),
    )
  }

  async function check({ id, body, caller, answer }: Context<z.output<typeof schemas.checkBody>>) {
    if (body.code === undefined)
      throw new AvalError(
        'factor_not_enrolled',
        'The subject has no passkey enrolled, so no credential can be checked.',
      )
    return answer((await checkTransaction(door, { id, code: body.code, caller })).state)
  }

  async function release({ id, caller }: Context<unknown>) {
    const released = await releaseTransaction(door, { id, issuer: door.publicUrl, caller })
    return {
      release_id: released.releaseId,
      payload: released.payload,
      receipt: released.receipt,
      lease_expires_at: new Date(released.leaseExpiresAt).toISOString(),
    }
  }

  async function list({ query, answer }: Context<unknown>) {
    const { states, nextCursor } = await listTransactions(door, schemas.parse(schemas.listQuery, query))
    return { data: states.map(answer), next_cursor: nextCursor }
  }

  async function events({ id }: Context<unknown>) {
    const all = await listEvents(door, { id })
    return {
      data: all.map((event) => ({
        id: `ev_${event.chain.slice(3)}_${event.seq}`,
        type: event.type,
        created_at: new Date(event.createdAt).toISOString(),
        ip: event.ip,
      })),
    }
  }
}

async function handle<Body>(
  door: GateDoor,
  isApiKey: (token: string) => boolean,
  route: Route<Body>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { id = '' } = request.params as { id?: string }
  const actor = authorize(door, request, isApiKey, route.client ? { id } : undefined)
  if (route.path.includes(':id') && !isId('tx', id)) throw notFound()
  if (request.body !== undefined && !/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new AvalError('unsupported_media_type', 'Send application/json in UTF-8.')
  }
  const body = schemas.parse(route.body, request.body)
  const context = (operation: string): Context<Body> => ({
    id,
    body,
    query: request.query,
    caller: { ip: callerAddress(request) },
    operation,
    answer: (state) => transactionBody(state, { keys: door.keys, publicUrl: door.publicUrl, secrets: actor === 'api' }),
  })
  const key = route.method === 'POST' ? idempotencyKeyOf(request.headers['idempotency-key']) : undefined
  const run = async (operation: string): Promise<Answer> => {
    const answered = (await route.run(context(operation))) as { id?: string }
    return { status: route.status ?? 200, body: answered, transactionId: id || (answered.id ?? '') }
  }
  const answer = key === undefined ? await run(newHex(door.clock.now(), door.random)) : await runKeyed(key, actor)
  return reply.code(answer.status).send(answer.body)

  async function runKeyed(given: string, who: Actor) {
    const credential = who === 'api' ? 'api' : (request.headers.authorization ?? '')
    const once = await runOnce(
      door,
      {
        credential,
        route: `${route.method} ${route.path}`,
        transactionId: id,
        key: given,
        body: request.body,
        holdsPayload: route.path.endsWith('/release'),
      },
      run,
    )
    if (once.replayed) reply.header('idempotency-replayed', 'true')
    return once
  }
}
