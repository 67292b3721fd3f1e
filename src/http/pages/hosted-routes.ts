import cookie from '@fastify/cookie'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { challengeTransaction } from '../../gate/challenge-transaction.ts'
import { checkTransaction } from '../../gate/check-transaction.ts'
import type { GateDeps, TransactionState } from '../../gate/deps.ts'
import { denyTransaction } from '../../gate/end-transaction.ts'
import { checkPageKey } from '../../gate/page-key.ts'
import { notFound, requireTransaction } from '../../gate/read-transaction.ts'
import { slowDown } from '../../guard/slow-down.ts'
import { isId } from '../../lib/ids.ts'
import { AvalError } from '../../model/error.ts'
import type { Locale } from '../../model/locale.ts'
import { checksMax } from '../../model/transaction.ts'
import { callerAddress } from '../caller-address.ts'
import { asAvalError } from '../problem.ts'
import { refuseForeignForm } from '../same-origin.ts'
import { type PageCopy, pageCopy } from './copy/copy.ts'
import { screenOfError, screenOfRefusal } from './error-screen.ts'
import { pageCookies } from './page-cookies.ts'
import { cardOf, type Screen, screenOf, withProblem } from './screen.ts'
import { sendOn, sendPage } from './send-page.ts'
import { readTypedCode } from './typed-code.ts'
import { renderVerifyPage } from './verify-page.tsx'

/** What the hosted pages are made of. */
export interface HostedDeps extends GateDeps {
  publicUrl: string
  brand: string
  /** Address of the dev inbox, in local mode. */
  inboxUrl?: string | undefined
  /** Time zone of the times that pages show. */
  timeZone?: string
}

/** A request for a transaction that its browser may see. */
interface Visit {
  request: FastifyRequest
  reply: FastifyReply
  id: string
  state: TransactionState
  locale: Locale
}

const returnAfterS = 2

/** The hosted pages at /t/:id: plain forms, complete without a script. A GET changes nothing and sends nothing. */
export function registerHostedPages(app: FastifyInstance, deps: HostedDeps): void {
  const cookies = pageCookies(new URL(deps.publicUrl).protocol === 'https:')
  const timeZone = deps.timeZone ?? 'America/Sao_Paulo'

  app.register(async (scope) => {
    await scope.register(cookie)
    scope.setErrorHandler((error, request, reply) => {
      const locale = cookies.locale(request, reply)
      return show({ reply, locale }, screenOfError(asAvalError(error, request), request))
    })
    scope.get('/t/:id', (request, reply) => visit(request, reply, seePage))
    scope.get('/t/:id/deny', (request, reply) => visit(request, reply, seeDeny))
    // A language link or a reload on the answer to a form leads back to the page.
    for (const path of ['/t/:id/check', '/t/:id/resend'])
      scope.get(path, (request, reply) => visit(request, reply, goBack))
    scope.post('/t/:id/check', (request, reply) => act(request, reply, check))
    scope.post('/t/:id/resend', (request, reply) => act(request, reply, resend))
    scope.post('/t/:id/deny', (request, reply) => act(request, reply, deny))
  })

  /** Runs a page for the browser that holds the transaction's key; for all others there is no such transaction. */
  async function visit(request: FastifyRequest, reply: FastifyReply, page: (visit: Visit) => Promise<FastifyReply>) {
    const { id } = request.params as { id: string }
    const { k } = request.query as { k?: unknown }
    const key = typeof k === 'string' && request.method === 'GET' ? k : cookies.readKey(request, id)
    if (!isId('tx', id) || !checkPageKey(deps.keys, id, key)) throw notFound()
    const state = await requireTransaction(deps, { id })
    const locale = cookies.locale(request, reply, state.transaction.locale)
    if (key === k) {
      cookies.keepKey(request, reply, id, key)
      return sendOn(reply, `/t/${id}`)
    }
    return page({ request, reply, id, state, locale })
  }

  /** A visit that may change something: it must come from our own page, not too often, and mean the version that it showed. */
  async function act(request: FastifyRequest, reply: FastifyReply, page: (visit: Visit) => Promise<FastifyReply>) {
    refuseForeignForm(request.headers, deps.publicUrl)
    const retryAfterS = deps.guard.mode === 'enforce' ? await slowDown(deps, callerAddress(request)) : undefined
    if (retryAfterS !== undefined) throw new AvalError('too_many_requests', 'Too many requests.', { retryAfterS })
    return visit(request, reply, async (visit) => {
      const { version } = formOf(request)
      try {
        if (version !== undefined && version !== String(visit.state.transaction.version)) {
          throw new AvalError('transaction_changed', 'The page showed another version of the transaction.')
        }
        return await page(visit)
      } catch (error) {
        if (!(error instanceof AvalError)) throw error
        const state = await requireTransaction(deps, visit)
        const screen = screenOfRefusal(error, state, visit.locale, timeZone)
        if (!screen) throw error
        return show(visit, screen)
      }
    })
  }

  async function seePage({ request, reply, state, locale }: Visit): Promise<FastifyReply> {
    const screen = screenOf(state, locale, timeZone)
    const { sent } = request.query as { sent?: unknown }
    const { sends, lastSentAt } = state.transaction
    const again = state.challenge && state.challenge.createdAt < (lastSentAt ?? 0)
    if (screen.name === 'code' && again && sent === String(sends)) screen.notice = pageCopy[locale].resent
    // A header and not a meta element: the wait is short, the link is there, and the page reads the same without it.
    if (screen.name === 'approved' && screen.returnUrl)
      reply.header('refresh', `${returnAfterS};url=${screen.returnUrl}`)
    return show({ reply, locale }, screen)
  }

  async function goBack({ reply, id }: Visit): Promise<FastifyReply> {
    return sendOn(reply, `/t/${id}`)
  }

  async function seeDeny({ reply, state, locale }: Visit): Promise<FastifyReply> {
    const pending = state.transaction.status === 'pending'
    const ask: Screen = { name: 'deny', status: 200, card: cardOf(state, locale) }
    return show({ reply, locale }, pending ? ask : screenOf(state, locale, timeZone))
  }

  async function check(visit: Visit): Promise<FastifyReply> {
    const { request, reply, id, locale } = visit
    const copy = pageCopy[locale]
    const before = screenOf(visit.state, locale, timeZone)
    const typed = readTypedCode(formOf(request).code, visit.state.transaction.codeLength, copy)
    if ('problem' in typed && before.name === 'code') return show(visit, withProblem(before, 422, typed.problem))

    // A form that shows fewer tries than were made is sent again (a reload, a second click): it gets the answer of then.
    const { checks } = visit.state.transaction
    const shown = formOf(request).checks
    if (before.name === 'code' && shown !== undefined && shown !== String(checks)) {
      return show(visit, withProblem(before, 422, wrongText(copy, checksMax - checks)))
    }

    // What is no code is still handed down when no code is due, so that the gate says why.
    const code = 'code' in typed ? typed.code : '0'.repeat(visit.state.transaction.codeLength)
    const { matched, state } = await checkTransaction(deps, { id, answer: { code }, caller: callerOf(request) })
    if (matched) return sendOn(reply, `/t/${id}`)
    return show(
      visit,
      withProblem(screenOf(state, locale, timeZone), 422, wrongText(copy, checksMax - state.transaction.checks)),
    )
  }

  async function resend({ request, reply, id }: Visit): Promise<FastifyReply> {
    const { transaction } = await challengeTransaction(deps, { id, factor: 'sms', caller: callerOf(request) })
    return sendOn(reply, `/t/${id}?sent=${transaction.sends}`)
  }

  async function deny({ request, reply, id }: Visit): Promise<FastifyReply> {
    await denyTransaction(deps, { id, caller: callerOf(request) })
    return sendOn(reply, `/t/${id}`)
  }

  function show({ reply, locale }: Pick<Visit, 'reply' | 'locale'>, screen: Screen): FastifyReply {
    if ('retryAfterS' in screen && screen.retryAfterS !== undefined) reply.header('retry-after', screen.retryAfterS)
    return sendPage(
      reply,
      screen.status,
      renderVerifyPage(screen, { locale, brand: deps.brand, inboxUrl: deps.inboxUrl }),
    )
  }
}

function wrongText(copy: PageCopy, left: number): string {
  return left === 1 ? copy.codeWrongLast : copy.codeWrong(left)
}

function callerOf(request: FastifyRequest) {
  return { ip: callerAddress(request) }
}

function formOf({ body }: FastifyRequest): Record<string, unknown> {
  return body !== null && typeof body === 'object' ? (body as Record<string, unknown>) : {}
}
