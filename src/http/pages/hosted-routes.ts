import { setTimeout as sleep } from 'node:timers/promises'
import cookie from '@fastify/cookie'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { challengeTransaction } from '../../gate/challenge-transaction.ts'
import { appCodeDigits } from '../../gate/check-authenticator.ts'
import { checkTransaction } from '../../gate/check-transaction.ts'
import type { Caller, GateDeps, TransactionState } from '../../gate/deps.ts'
import { denyTransaction } from '../../gate/end-transaction.ts'
import { requestFactor } from '../../gate/enrolment.ts'
import { finishEnrolment, openEnrolment } from '../../gate/finish-enrolment.ts'
import { callOffHeld } from '../../gate/held-transaction.ts'
import { checkCallOffKey, checkPageKey, pageKeyOf } from '../../gate/page-key.ts'
import { isEnrolmentKind } from '../../gate/policy.ts'
import { readSubject } from '../../gate/read-subject.ts'
import { notFound, requireTransaction } from '../../gate/read-transaction.ts'
import { recoveryCodeDigits } from '../../gate/recovery-codes.ts'
import { limitKey } from '../../guard/limit-keys.ts'
import { slowDown } from '../../guard/slow-down.ts'
import { isId, newHex } from '../../lib/ids.ts'
import { AvalError, type ErrorCode } from '../../model/error.ts'
import { type Factor, factors, isChannel } from '../../model/factor.ts'
import type { Locale } from '../../model/locale.ts'
import { checksMax, isHeld } from '../../model/transaction.ts'
import { callerAddress } from '../caller-address.ts'
import { asAvalError } from '../problem.ts'
import { typedProof } from '../proof-of-work.ts'
import { refuseForeignForm } from '../same-origin.ts'
import { type PageCopy, pageCopy } from './copy/copy.ts'
import { enrolledScreen, enrolScreen } from './enrol-screen.ts'
import { screenOfError, screenOfRefusal } from './error-screen.ts'
import { withHeld } from './held-ways.ts'
import { pageCookies } from './page-cookies.ts'
import {
  askingRecovery,
  cardOf,
  formatTime,
  returnHref,
  type Screen,
  screenOf,
  tellings,
  waysOf,
  without,
  withProblem,
} from './screen.ts'
import { pageHeaders, sendOn, sendPage } from './send-page.ts'
import { readTypedCode, type TypedCode } from './typed-code.ts'
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
  caller: Caller
}

const returnAfterS = 2
const sendingRefreshS = 3
/** How long a form waits for a carrier before its page says that the code is being sent. */
const patienceMs = 1_500

/** Refusals of the guard that another way goes round. */
const guardRefusals: ReadonlySet<string> = new Set<ErrorCode>([
  'another_way_needed',
  'too_many_messages',
  'proof_of_work_invalid',
])

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
    scope.get('/t/:id/number', (request, reply) => visit(request, reply, seeNumber))
    scope.get('/t/:id/news', (request, reply) => visit(request, reply, tellNews))
    scope.get('/t/:id/call-off', (request, reply) => visitHeld(request, reply, seeCallOff))
    scope.post('/t/:id/call-off', callOff)
    // A language link or a reload on the answer to a form leads back to the page.
    for (const path of ['/t/:id/check', '/t/:id/resend', '/t/:id/enrol', '/t/:id/passkey'])
      scope.get(path, (request, reply) => visit(request, reply, goBack))
    scope.post('/t/:id/check', (request, reply) => act(request, reply, check))
    scope.post('/t/:id/resend', (request, reply) => act(request, reply, resend))
    scope.post('/t/:id/deny', (request, reply) => act(request, reply, deny))
    scope.post('/t/:id/enrol', (request, reply) => act(request, reply, enrol))
    scope.post('/t/:id/passkey', (request, reply) => act(request, reply, offerPasskey))
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
      deviceOf(request, reply)
      return sendOn(reply, `/t/${id}`)
    }
    const device = limitKey(deps.keys, 'page-device', deviceOf(request, reply))
    return page({ request, reply, id, state, locale, caller: callerOf(request, device) })
  }

  /** The browser's name. One without a name is given one, so that leaving the cookie away makes nobody a known device. */
  function deviceOf(request: FastifyRequest, reply: FastifyReply): string {
    const known = cookies.readDevice(request)
    const name = known ?? deps.random.bytes(16).toString('base64url')
    const { k } = request.query as { k?: unknown }
    if (known === undefined || k !== undefined) cookies.keepDevice(reply, name)
    return name
  }

  /** Runs a page for who was told of a held release: its key calls it off, and opens nothing else. */
  async function visitHeld(
    request: FastifyRequest,
    reply: FastifyReply,
    page: (visit: Visit) => Promise<FastifyReply>,
  ) {
    const { id } = request.params as { id: string }
    const { k } = request.query as { k?: unknown }
    const cookie = `${id}_off`
    const key = typeof k === 'string' && request.method === 'GET' ? k : cookies.readKey(request, cookie)
    if (!isId('tx', id) || !checkCallOffKey(deps.keys, id, key)) throw notFound()
    const state = await requireTransaction(deps, { id })
    const locale = cookies.locale(request, reply, state.transaction.locale)
    if (key === k) {
      cookies.keepKey(request, reply, cookie, key)
      return sendOn(reply, `/t/${id}/call-off`)
    }
    return page({ request, reply, id, state, locale, caller: callerOf(request) })
  }

  async function callOff(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    refuseForeignForm(request.headers, deps.publicUrl)
    return visitHeld(request, reply, async (visit) => {
      const { id, state, caller } = visit
      if (isHeld(state.transaction, state.now))
        await callOffHeld(deps, { id, end: 'denied', caller }).catch((error) => {
          // Somebody else was quicker: the page says what it is now.
          if (!(error instanceof AvalError)) throw error
        })
      return sendOn(reply, `/t/${id}/call-off`)
    })
  }

  async function seeCallOff({ reply, state, locale }: Visit): Promise<FastifyReply> {
    const { transaction, now } = state
    const card = cardOf(state, locale)
    if (isHeld(transaction, now)) return show({ reply, locale }, { name: 'callOff', status: 200, card })
    const telling = transaction.status === 'denied' ? 'denied' : 'notHeld'
    return show({ reply, locale }, { name: 'telling', status: tellings[telling], telling, card, exit: undefined })
  }

  /** A visit that may change something: it must come from our own page, not too often, and mean the version that it showed. */
  async function act(request: FastifyRequest, reply: FastifyReply, page: (visit: Visit) => Promise<FastifyReply>) {
    refuseForeignForm(request.headers, deps.publicUrl)
    const retryAfterS = deps.guard.rules.mode === 'enforce' ? await slowDown(deps, callerAddress(request)) : undefined
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
    const screen = await pageOf(state, locale)
    const { sent, recovery } = request.query as { sent?: unknown; recovery?: unknown }
    const { sends, lastSentAt } = state.transaction
    const again = state.challenge && state.challenge.createdAt < (lastSentAt ?? 0)
    if (screen.name === 'code' && again && sent === String(sends)) screen.notice = pageCopy[locale].resent
    // A header and not a meta element: the wait is short, the link is there, and the page reads the same without it.
    if (screen.name === 'approved' && screen.returnUrl && screen.held === undefined)
      reply.header('refresh', `${returnAfterS};url=${screen.returnUrl}`)
    if (screen.name === 'code' && screen.code.delivery === 'sending') reply.header('refresh', `${sendingRefreshS}`)
    return show({ reply, locale }, recovery === undefined ? screen : askingRecovery(screen))
  }

  /** The page of a transaction as it stands, also of one that changes what its subject approves with. */
  async function pageOf(state: TransactionState, locale: Locale): Promise<Screen> {
    const { id, kind, status, approvedAt, targetDelayMs } = state.transaction
    const card = cardOf(state, locale)
    const returnUrl = returnHref(state)
    const isFactor = kind === 'factor.totp' || kind === 'factor.passkey'
    if (isFactor && status === 'approved') return enrolScreen(await openEnrolment(deps, { id }), card, returnUrl)
    const screen = screenOf(state, locale, timeZone)
    if (screen.name !== 'approved') return screen
    if (!isEnrolmentKind(kind)) return { ...screen, offersPasskey: returnUrl === undefined && (await canOffer(state)) }
    const what =
      kind === 'factor.remove' ? 'remove' : isFactor ? (kind === 'factor.totp' ? 'totp' : 'passkey') : 'contact'
    const usableFrom = targetDelayMs > 0 ? formatTime((approvedAt ?? 0) + targetDelayMs, locale, timeZone) : undefined
    return { name: 'enrolled', status: 200, card, what, recoveryCodes: [], usableFrom, returnUrl }
  }

  /** Whether "next time without a code" is worth saying: there is a way to approve it, and no passkey yet. */
  async function canOffer({ transaction }: TransactionState): Promise<boolean> {
    const { authenticators } = await readSubject(deps, transaction)
    return !authenticators.some(({ kind }) => kind === 'passkey') && transaction.phoneRef !== null
  }

  async function goBack({ reply, id }: Visit): Promise<FastifyReply> {
    return sendOn(reply, `/t/${id}`)
  }

  async function seeNumber({ reply, state, locale }: Visit): Promise<FastifyReply> {
    if (state.transaction.status !== 'pending') return show({ reply, locale }, screenOf(state, locale, timeZone))
    const holdHours = Math.round(deps.policies.holdMs / 3_600_000)
    const card = cardOf(state, locale)
    return show({ reply, locale }, { name: 'number', status: 200, card, ways: waysOf(state), holdHours })
  }

  /** What a page that waits for its message asks now and then: a text that changes when there is something new to see. */
  async function tellNews({ reply, state }: Visit): Promise<FastifyReply> {
    const { transaction, challenge, message } = state
    const { status, version, sends, proven } = transaction
    const news = [status, version, sends, proven, challenge?.channel, message?.status].join(' ')
    return reply.headers(pageHeaders).type('text/plain').send(news)
  }

  async function seeDeny({ reply, state, locale }: Visit): Promise<FastifyReply> {
    const pending = state.transaction.status === 'pending'
    const ask: Screen = { name: 'deny', status: 200, card: cardOf(state, locale) }
    return show({ reply, locale }, pending ? ask : screenOf(state, locale, timeZone))
  }

  async function check(visit: Visit): Promise<FastifyReply> {
    const { request, reply, id, locale, caller } = visit
    const copy = pageCopy[locale]
    const before = screenOf(visit.state, locale, timeZone)
    const form = formOf(request)
    // A form that shows fewer tries than were made is sent again (a reload, a second click): it gets the answer of then.
    const { checks } = visit.state.transaction
    const repeated = form.checks !== undefined && form.checks !== String(checks)
    const wrong = (screen: Screen, left: number) => show(visit, withProblem(screen, 422, wrongText(copy, left)))

    if (form.credential !== undefined) {
      if (before.name === 'passkey' && repeated) return wrong(before, checksMax - checks)
      const answer = { credential: parsedCredential(form.credential) }
      const { matched, state } = await checkTransaction(deps, { id, answer, caller })
      if (matched) return sendOn(reply, `/t/${id}`)
      const screen = screenOf(state, locale, timeZone)
      return show(visit, withProblem(screen, 422, copy.passkey.cancelled))
    }
    const typed = typedIn(form.code, visit.state, before, copy)
    if ('problem' in typed && before.name === 'code') return show(visit, withProblem(before, 422, typed.problem))
    if (before.name === 'code' && repeated) return wrong(before, checksMax - checks)

    // What is no code is still handed down when no code is due, so that the gate says why.
    const code = 'code' in typed ? typed.code : '0'.repeat(visit.state.transaction.codeLength)
    const { matched, state } = await checkTransaction(deps, { id, answer: { code }, caller })
    if (matched) return sendOn(reply, `/t/${id}`)
    return wrong(screenOf(state, locale, timeZone), checksMax - state.transaction.checks)
  }

  async function resend(visit: Visit): Promise<FastifyReply> {
    const { request, reply, id, state, caller } = visit
    const factor = factorOf(request, state)
    const proof = typedProof(formOf(request).proof_of_work)
    const work = challengeTransaction(deps, { id, factor, caller, proof })
    // A slow carrier is not waited for: the page says that the code is being sent (and the send goes on).
    const slow = Symbol()
    const started = await Promise.race([work, sleep(patienceMs, slow, { ref: false })]).catch((error) => {
      if (error instanceof AvalError && guardRefusals.has(error.code)) return error
      throw error
    })
    if (started instanceof AvalError) return showHeld(visit, factor, started)
    if (started === slow) {
      work.catch((err) => deps.log.warn({ code: err.code, transaction: id }, 'a slow send failed'))
      return sendOn(reply, `/t/${id}`)
    }
    const held = cookies.readHeld(request, id)
    if (held.delete(factor)) cookies.keepHeld(reply, id, held)
    const { transaction } = started as TransactionState
    return sendOn(reply, `/t/${id}?sent=${transaction.sends}`)
  }

  /** The page after the guard held up a way: the browser's work where that lets it past, else the other ways, this one last. */
  async function showHeld(visit: Visit, factor: Factor, error: AvalError): Promise<FastifyReply> {
    const { request, reply, id, locale } = visit
    const held = cookies.readHeld(request, id).add(factor)
    cookies.keepHeld(reply, id, held)
    const state = await requireTransaction(deps, { id })
    const { proofOfWork: challenge } = error
    if (!challenge) return show(visit, screenOfRefusal(error, state, locale, timeZone) as Screen, held)
    const ways = without(waysOf(state), factor)
    return show(visit, { name: 'work', status: 403, card: cardOf(state, locale), factor, challenge, ways }, held)
  }

  /** Finishes the enrolment of an app or a passkey. The answer itself shows the recovery codes, once. */
  async function enrol(visit: Visit): Promise<FastifyReply> {
    const { request, id, state, locale, caller } = visit
    const copy = pageCopy[locale]
    const form = formOf(request)
    const card = cardOf(state, locale)
    const open = await openEnrolment(deps, { id })
    const page = enrolScreen(open, card, returnHref(state))
    const isApp = open.type === 'totp'
    const typed = readTypedCode(form.code, [appCodeDigits], copy.app.missing, copy)
    if (isApp && 'problem' in typed) return show(visit, { ...page, status: 422, problem: typed.problem })
    const answer = 'code' in typed && isApp ? typed : { credential: parsedCredential(form.credential) }
    const finished = await finishEnrolment(deps, { id, answer, caller })
    if (finished.authenticator) return show(visit, enrolledScreen(finished, card, returnHref(state)))
    if (finished.checksLeft === 0) return sendOn(visit.reply, `/t/${id}`)
    const problem = isApp ? copy.enrol.appWrong(finished.checksLeft) : copy.enrol.passkeyFailed
    return show(visit, { ...page, status: 422, problem })
  }

  /** "Next time without a code": opens the transaction that enrols a passkey, for the browser that holds this one's key. */
  async function offerPasskey({ reply, id, state, locale, caller }: Visit): Promise<FastifyReply> {
    const { subject, status, kind } = state.transaction
    const over = status !== 'approved' && status !== 'releasing' && status !== 'released'
    if (over || isEnrolmentKind(kind) || !(await canOffer(state))) return sendOn(reply, `/t/${id}`)
    const { transaction } = await requestFactor(deps, {
      subject,
      type: 'passkey',
      name: pageCopy[locale].passkey.deviceName,
      locale,
      operation: newHex(deps.clock.now(), deps.random),
      caller,
    })
    return sendOn(reply, `/t/${transaction.id}?k=${pageKeyOf(deps.keys, transaction)}`)
  }

  async function deny({ reply, id, caller }: Visit): Promise<FastifyReply> {
    await denyTransaction(deps, { id, caller })
    return sendOn(reply, `/t/${id}`)
  }

  function show(
    { reply, locale }: Pick<Visit, 'reply' | 'locale'>,
    shown: Screen,
    held = 'card' in shown && shown.card ? cookies.readHeld(reply.request, shown.card.id) : new Set<Factor>(),
  ): FastifyReply {
    const screen = withHeld(shown, held)
    if ('retryAfterS' in screen && screen.retryAfterS !== undefined) reply.header('retry-after', screen.retryAfterS)
    return sendPage(
      reply,
      screen.status,
      renderVerifyPage(screen, { locale, brand: deps.brand, inboxUrl: deps.inboxUrl }),
    )
  }
}

/** What was typed, or what is wrong with it, by the code that is asked for. */
function typedIn(typed: unknown, { transaction }: TransactionState, before: Screen, copy: PageCopy): TypedCode {
  const factor = before.name === 'code' ? before.code.way.factor : 'sms'
  if (factor === 'totp') return readTypedCode(typed, [appCodeDigits, recoveryCodeDigits], copy.app.missing, copy)
  const { codeLength } = transaction
  const { missing } = copy.channels[isChannel(factor) ? factor : 'sms']
  return readTypedCode(typed, [codeLength], missing(codeLength), copy)
}

/** The way that a form chose; without a choice the one that was used last, else the first that is open. */
function factorOf(request: FastifyRequest, { offered, challenge }: TransactionState): Factor {
  const { factor } = formOf(request)
  const chosen = factors.find((one) => one === factor)
  if (factor !== undefined && !chosen) throw new AvalError('factor_not_allowed', 'There is no such way to confirm.')
  const last = challenge && offered.includes(challenge.channel) ? challenge.channel : undefined
  return chosen ?? last ?? offered.find(isChannel) ?? 'sms'
}

/** What the script put into the form. What is no JSON is handed down as it is, and refused there. */
function parsedCredential(text: unknown): unknown {
  if (typeof text !== 'string') return text
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function wrongText(copy: PageCopy, left: number): string {
  return left === 1 ? copy.codeWrongLast : copy.codeWrong(left)
}

function callerOf(request: FastifyRequest, device?: string): Caller {
  return { ip: callerAddress(request), user: true, device }
}

function formOf({ body }: FastifyRequest): Record<string, unknown> {
  return body !== null && typeof body === 'object' ? (body as Record<string, unknown>) : {}
}
