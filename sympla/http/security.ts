import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AvalProblem, type AvalTransaction, AvalUnreachable } from '../aval/client.ts'
import { readMobile } from '../brazil/mobile.ts'
import type { FlowDeps } from '../flow/deps.ts'
import type { Organizer } from '../model/organizer.ts'
import { findSecurityNotice, noticeOfProblem, type SecurityNotice } from '../pages/security-notices.ts'
import { securityPage } from '../pages/security-page.tsx'
import { textFor } from '../text/catalogue.ts'
import { chosenLocale } from './language.ts'
import type { Show } from './show.ts'

interface SecurityDeps {
  flow: FlowDeps
  organizer: Organizer
  show: Show
  publicUrl: string
}

type Form = Record<string, unknown>

/**
 * The page of safety, and its forms. Each form that changes what the organizer approves with opens a transaction at Aval and leads to its
 * page: something that is enrolled says yes there, never this portal.
 */
export function registerSecurity(scope: FastifyInstance, deps: SecurityDeps): void {
  const { aval } = deps.flow
  const { subject } = deps.organizer

  scope.get('/seguranca', (request, reply) => showSecurity(deps, request, reply))
  scope.get('/seguranca/retorno', async (request, reply) => {
    const { transaction } = request.query as Form
    if (typeof transaction !== 'string' || !/^[\w-]{1,64}$/.test(transaction)) return reply.redirect('/seguranca', 303)
    const known = await aval.readTransaction(transaction).catch(() => undefined)
    return reply.redirect(known?.status === 'released' ? '/seguranca?aviso=done' : '/seguranca', 303)
  })
  scope.post('/seguranca/celular', (request, reply) =>
    lead(reply, async () => {
      const { phone, lost } = formOf(request)
      const reading = readMobile(typeof phone === 'string' ? phone : '')
      if ('fault' in reading) return 'invalid_phone'
      return aval.requestContact(subject, { phone: reading.e164, hold: lost === '1', ...from(request) }, randomUUID())
    }),
  )
  scope.post('/seguranca/email', (request, reply) =>
    lead(
      reply,
      async () => {
        const { email } = formOf(request)
        const typed = typeof email === 'string' ? email.trim() : ''
        if (typed === '' || typed.length > 254) return 'invalid_email'
        return aval.requestContact(subject, { email: typed, ...from(request) }, randomUUID())
      },
      'invalid_email',
    ),
  )
  scope.post('/seguranca/app', (request, reply) =>
    lead(reply, () => {
      const name = textFor(chosenLocale(request.headers.cookie)).securityAppName
      return aval.requestFactor(subject, { type: 'totp', name, ...from(request) }, randomUUID())
    }),
  )
  scope.post('/seguranca/chave', (request, reply) =>
    lead(reply, () => {
      const { name } = formOf(request)
      const typed =
        typeof name === 'string'
          ? name
              .replace(/\p{C}+/gu, ' ')
              .trim()
              .slice(0, 60)
          : ''
      const usual = textFor(chosenLocale(request.headers.cookie)).securityThisDevice
      return aval.requestFactor(subject, { type: 'passkey', name: typed || usual, ...from(request) }, randomUUID())
    }),
  )
  scope.post('/seguranca/remover', (request, reply) =>
    lead(reply, async () => {
      const { factor } = formOf(request)
      if (typeof factor !== 'string' || !/^[\w-]{1,64}$/.test(factor)) return 'refused'
      return aval.requestRemoval(subject, factor, from(request), randomUUID())
    }),
  )
  scope.post('/seguranca/desistir', (request, reply) =>
    lead(reply, async () => {
      const { contact } = formOf(request)
      if (typeof contact !== 'string' || !/^[\w-]{1,64}$/.test(contact)) return 'refused'
      await aval.callOffContact(subject, contact)
      return 'called_off'
    }),
  )

  function from(request: FastifyRequest) {
    const ip = request.ip as string | undefined
    return {
      locale: chosenLocale(request.headers.cookie),
      return_url: new URL('/seguranca/retorno', deps.publicUrl).href,
      ...(ip && { client: { ip } }),
    }
  }

  /** Leads on to Aval's page, or back with what went wrong. */
  async function lead(
    reply: FastifyReply,
    act: () => Promise<AvalTransaction | SecurityNotice>,
    invalid: SecurityNotice = 'invalid_phone',
  ): Promise<FastifyReply> {
    try {
      const outcome = await act()
      if (typeof outcome === 'string') return reply.redirect(`/seguranca?aviso=${outcome}`, 303)
      return reply.redirect(outcome.url ?? '/seguranca', 303)
    } catch (error) {
      if (!(error instanceof AvalProblem || error instanceof AvalUnreachable)) throw error
      const notice = error instanceof AvalProblem ? noticeOfProblem(error.status, error.code) : 'unavailable'
      return reply.redirect(`/seguranca?aviso=${notice === 'invalid_phone' ? invalid : notice}`, 303)
    }
  }
}

async function showSecurity({ flow, organizer, show }: SecurityDeps, request: FastifyRequest, reply: FastifyReply) {
  const notice = findSecurityNotice((request.query as Form).aviso)
  const [subject, transactions] = await Promise.all([
    flow.aval.readSubject(organizer.subject),
    flow.aval.listTransactions(organizer.subject),
  ])
  const approvals = transactions.filter(({ approved_at }) => approved_at !== null)
  return show(request, reply, (context) => securityPage(context, { subject, approvals, notice }))
}

function formOf({ body }: FastifyRequest): Form {
  return typeof body === 'object' && body !== null ? (body as Form) : {}
}
