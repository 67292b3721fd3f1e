import { createHmac } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { metaFailure } from '../../channel/carriers/meta-failures.ts'
import { sameSecret } from '../../lib/keyring.ts'
import type { Secret } from '../../lib/secret.ts'
import type { DeliveryReport } from '../../model/delivery.ts'
import { AvalError } from '../../model/error.ts'
import { bytesOf, headerOf, takeRawBodies } from './hook-body.ts'

/** What Meta's hook may touch: nothing that approves anything. */
export interface MetaHookDeps {
  appSecret: Secret
  verifyToken: Secret
  report(report: DeliveryReport): Promise<void>
}

const bytesMax = 256 * 1024
const reportsMax = 1_000

const name = z.string().regex(/^[\x21-\x7e]{1,256}$/)
const status = z.looseObject({
  id: name,
  status: z.enum(['sent', 'delivered', 'read', 'failed']),
  biz_opaque_callback_data: name.optional(),
  errors: z.array(z.looseObject({ code: z.union([z.number(), z.string()]).optional() })).optional(),
})

/** Where Meta says what became of WhatsApp messages. Every body carries the signature of the app, or is refused. */
export function registerMetaHooks(app: FastifyInstance, deps: MetaHookDeps): void {
  app.register(async (scope) => {
    takeRawBodies(scope, bytesMax)
    scope.get('/hooks/meta', (request, reply) => {
      const query = request.query as Record<string, unknown>
      const challenge = query['hub.challenge']
      const token = query['hub.verify_token']
      const known = typeof token === 'string' && sameSecret(token, deps.verifyToken.reveal())
      if (
        query['hub.mode'] !== 'subscribe' ||
        !known ||
        typeof challenge !== 'string' ||
        !/^\w{1,100}$/.test(challenge)
      )
        throw new AvalError('forbidden', 'This is no subscription that was asked for here.')
      return reply.type('text/plain').send(challenge)
    })
    scope.post('/hooks/meta', async (request, reply) => {
      const bytes = bytesOf(request.body)
      const mine = `sha256=${createHmac('sha256', deps.appSecret.reveal()).update(bytes).digest('hex')}`
      const given = headerOf(request.headers['x-hub-signature-256'])
      if (given === undefined || !sameSecret(given, mine))
        throw new AvalError('forbidden', 'The request does not carry the signature of Meta.')
      for (const report of reportsIn(bytes)) await deps.report(report)
      return reply.code(200).send()
    })
  })
}

/** The statuses in a body, in their order. What is not understood is passed over: Meta adds kinds of news as it goes. */
function reportsIn(bytes: Buffer): DeliveryReport[] {
  const statuses = listIn(parsed(bytes), 'entry')
    .flatMap((entry) => listIn(entry, 'changes'))
    .flatMap((change) => listIn(memberOf(change, 'value'), 'statuses'))
  return statuses.slice(0, reportsMax).flatMap((one): DeliveryReport[] => {
    const { data } = status.safeParse(one)
    if (!data) return []
    const failed = data.status === 'failed'
    const failure = failed ? metaFailure(data.errors?.[0]?.code) : undefined
    const messageId = data.biz_opaque_callback_data
    return [
      {
        carrier: 'meta',
        carrierId: data.id,
        messageId,
        status: failed ? 'undelivered' : (data.status as 'sent'),
        failure,
      },
    ]
  })
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}

function memberOf(value: unknown, name: string): unknown {
  return value !== null && typeof value === 'object' && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}

function listIn(value: unknown, name: string): unknown[] {
  const list = memberOf(value, name)
  return Array.isArray(list) ? list : []
}
