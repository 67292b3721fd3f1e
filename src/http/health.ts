import type { FastifyInstance } from 'fastify'
import type { ReceiptSigner } from '../gate/receipt.ts'
import { AvalError } from '../model/error.ts'
import type { Db } from '../store/db.ts'
import { sendProblem } from './problem.ts'

/** Whether the process lives, whether it can serve, and the public keys of its receipts. */
export function registerHealth(
  app: FastifyInstance,
  { db, receipts, draining }: { db: Db; receipts: ReceiptSigner; draining: () => boolean },
): void {
  app.get('/livez', async () => ({ status: 'ok' }))
  app.get('/readyz', async (request, reply) => {
    if (!draining()) {
      try {
        await db.ping()
        return { status: 'ok' }
      } catch (error) {
        request.log.warn({ err: error }, 'not ready')
      }
    }
    return sendProblem(reply, new AvalError('store_unavailable', 'Not ready to serve.', { retryAfterS: 2 }))
  })
  app.get('/.well-known/jwks.json', async (_request, reply) => {
    reply.header('cache-control', 'public, max-age=300')
    return receipts.jwks()
  })
}
