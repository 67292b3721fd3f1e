import type { FastifyInstance } from 'fastify'
import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import type { Clock } from '../../lib/clock.ts'
import { sameSecret } from '../../lib/keyring.ts'
import type { Secret } from '../../lib/secret.ts'
import type { DeliveryReport } from '../../model/delivery.ts'
import { AvalError } from '../../model/error.ts'
import { bytesOf, headerOf, takeRawBodies } from './hook-body.ts'

/** What the hook of gateways and of bounces may touch: nothing that approves anything. */
export interface CarrierHookDeps {
  secret: Secret
  clock: Pick<Clock, 'now'>
  report(report: DeliveryReport): Promise<void>
}

const bytesMax = 64 * 1024
/** How far the sender's clock may be off (Standard Webhooks). */
const skewS = 300

const body = z.strictObject({
  carrier: z.enum(['http', 'smtp']),
  id: z.string().regex(/^[\x21-\x7e]{1,256}$/),
  status: z.enum(['sent', 'delivered', 'read', 'undelivered']),
  failure: z
    .strictObject({ kind: z.enum(['temporary', 'channel', 'permanent']), code: z.string().regex(/^[\w.-]{1,32}$/) })
    .optional(),
})

/** Where a gateway of one's own, and a mail system that saw a bounce, say what became of a message; signed by Standard Webhooks. */
export function registerCarrierHooks(app: FastifyInstance, deps: CarrierHookDeps): void {
  const signer = new Webhook(deps.secret.reveal())
  app.register(async (scope) => {
    takeRawBodies(scope, bytesMax)
    scope.post('/hooks/carrier', async (request, reply) => {
      const text = bytesOf(request.body).toString()
      const id = headerOf(request.headers['webhook-id'])
      const seconds = Number(headerOf(request.headers['webhook-timestamp']) ?? 'none')
      const given = headerOf(request.headers['webhook-signature'])?.split(' ').slice(0, 10) ?? []
      const late = !Number.isSafeInteger(seconds) || Math.abs(deps.clock.now() / 1000 - seconds) > skewS
      if (id === undefined || late) throw new AvalError('forbidden', 'The request is not signed for now.')
      const mine = signer.sign(id, new Date(seconds * 1000), text)
      if (!given.some((one) => sameSecret(one, mine)))
        throw new AvalError('forbidden', 'The request does not carry the signature of this hook.')
      const read = body.safeParse(parsed(text))
      if (!read.success) {
        const faults = read.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
        throw new AvalError('invalid_request', 'The report cannot be read.', { faults })
      }
      const { carrier, id: carrierId, status, failure } = read.data
      const known = status === 'undelivered' ? (failure ?? { kind: 'temporary' as const, code: 'unknown' }) : undefined
      await deps.report({ carrier, carrierId, messageId: carrierId, status, failure: known })
      return reply.code(204).send()
    })
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
