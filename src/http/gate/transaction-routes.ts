import type { z } from 'zod'
import { challengeTransaction } from '../../gate/challenge-transaction.ts'
import { changeTransaction } from '../../gate/change-transaction.ts'
import { checkTransaction } from '../../gate/check-transaction.ts'
import { createTransaction } from '../../gate/create-transaction.ts'
import { cancelTransaction, denyTransaction } from '../../gate/end-transaction.ts'
import { reviewTransaction } from '../../gate/held-transaction.ts'
import { listEvents, listTransactions } from '../../gate/list-transactions.ts'
import { requireTransaction } from '../../gate/read-transaction.ts'
import { acknowledgeRelease, releaseTransaction } from '../../gate/release-transaction.ts'
import type { AddRoute, Context, GateDoor } from './door.ts'
import * as schemas from './schemas.ts'

/** The routes of transactions. */
export function addTransactionRoutes(add: AddRoute, door: GateDoor): void {
  const none = schemas.emptyBody
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
      answer(await challengeTransaction(door, { id, factor: body.factor, proof: body.proof_of_work, caller })),
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
  add({
    method: 'POST',
    path: '/transactions/:id/release',
    client: false,
    body: none,
    holdsPayload: true,
    run: release,
  })
  add({
    method: 'POST',
    path: '/transactions/:id/release/ack',
    client: false,
    body: schemas.acknowledgeBody,
    run: async ({ id, body, caller, answer }) =>
      answer(await acknowledgeRelease(door, { id, releaseId: body.release_id, caller })),
  })
  add({
    method: 'POST',
    path: '/transactions/:id/review',
    client: false,
    body: schemas.reviewBody,
    run: async ({ id, body, caller, answer }) => answer(await reviewTransaction(door, { id, ...body, caller })),
  })
  add({ method: 'GET', path: '/transactions/:id/events', client: false, body: none, run: events })

  async function create({ body, caller, operation, answer }: Context<z.output<typeof schemas.createBody>>) {
    const { return_url: returnUrl, expires_in: expiresInS, client, context, ...rest } = body
    return answer(
      await createTransaction(door, {
        ...rest,
        returnUrl,
        expiresInS,
        operation,
        caller: client?.ip ? { ip: client.ip, user: true } : caller,
        client: {
          ip: client?.ip,
          deviceId: client?.device_id,
          userAgent: client?.user_agent,
          phoneToken: client?.phone_token,
        },
        context: {
          accountCreatedAt: context?.account_created_at,
          passwordChangedAt: context?.password_changed_at,
          ownerTaxId: context?.owner_tax_id,
          payeeTaxId: context?.payee_tax_id,
          payeeAccount: context?.payee_account,
        },
      }),
    )
  }

  async function check({ id, body, caller, answer }: Context<z.output<typeof schemas.checkBody>>) {
    return answer((await checkTransaction(door, { id, answer: schemas.answerOf(body), caller })).state)
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
