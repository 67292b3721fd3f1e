import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { decodeJwt } from 'jose'
import type { AvalTransaction } from '../aval/client.ts'
import type { FlowDeps } from '../flow/deps.ts'
import { settleOrLater } from '../flow/settle-request.ts'
import { emptyFields } from '../model/draft.ts'
import type { Organizer } from '../model/organizer.ts'
import { hasFailed, type PayoutRequest } from '../model/payout-request.ts'
import { readPayout } from '../model/read-payout.ts'
import { detailsPage } from '../pages/details-page.tsx'
import { eventsPage } from '../pages/events-page.tsx'
import { findNotice } from '../pages/notices.ts'
import { failedPage, heldPage, pendingPage, waitingPage } from '../pages/outcome-page.tsx'
import { payoutHome } from '../pages/payout-home.tsx'
import { receiptPage } from '../pages/receipt-page.tsx'
import { reviewPage } from '../pages/review-page.tsx'
import { readDraft } from '../store/drafts.ts'
import { findRequest } from '../store/find-requests.ts'
import { readPhoneNote } from '../store/organizers.ts'
import { findPayouts, listAccounts } from '../store/payouts.ts'
import { readRequestUrl } from '../store/requests.ts'
import type { Show } from './show.ts'

interface PageDeps {
  flow: FlowDeps
  organizer: Organizer
  show: Show
  publicUrl: string
}

type Query = Record<string, unknown>
type WithId = { Params: { id: string } }

/** The pages that are read. None of them changes anything but what Aval has decided meanwhile. */
export function registerPages(scope: FastifyInstance, deps: PageDeps): void {
  scope.get('/', (request, reply) => deps.show(request, reply, eventsPage))
  scope.get('/repasse', (request, reply) => showHome(deps, request, reply))
  scope.get('/repasse/dados', (request, reply) => showDetails(deps, request, reply))
  scope.get('/repasse/revisao', (request, reply) => showReview(deps, request, reply))
  scope.get('/repasse/retorno', (request, reply) => showReturn(deps, request, reply))
  scope.get<WithId>('/repasse/comprovante/:id', async (request, reply) => {
    const payout = await payoutOf(deps, request.params)
    return payout
      ? deps.show(request, reply, (context) => receiptPage(context, payout))
      : deps.show.notFound(request, reply)
  })
  scope.get<WithId>('/repasse/comprovante/:id/assinado.json', async (request, reply) => {
    const payout = await payoutOf(deps, request.params)
    if (!payout) return deps.show.notFound(request, reply)
    const { receipt, transactionId } = payout
    const keys = new URL('/.well-known/jwks.json', deps.publicUrl).href
    return reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('content-disposition', `attachment; filename="comprovante-${transactionId}.json"`)
      .send(JSON.stringify({ receipt, claims: decodeJwt(receipt), keys }, null, 2))
  })
}

async function payoutOf({ flow, organizer }: PageDeps, { id }: WithId['Params']) {
  if (!isName(id)) return undefined
  const [payout] = await findPayouts(flow.db, { organizer: organizer.subject, id })
  return payout
}

/** Whether a text could be an id of ours or of Aval's. Nothing else goes to the store, which takes no control characters. */
function isName(text: unknown): text is string {
  return typeof text === 'string' && /^[\w-]{1,64}$/.test(text)
}

async function showHome({ flow, organizer, show }: PageDeps, request: FastifyRequest, reply: FastifyReply) {
  const { subject } = organizer
  const unsettled = await findRequest(flow.db, { organizer: subject, unsettled: true })
  if (unsettled) await settleOrLater(flow, unsettled)
  const [pending, draft, accounts, payouts, phone] = await Promise.all([
    findRequest(flow.db, { organizer: subject, unsettled: true }),
    readDraft(flow, subject),
    listAccounts(flow.db, subject),
    findPayouts(flow.db, { organizer: subject }),
    readPhoneNote(flow.db, subject),
  ])
  const url = pending && (await readRequestUrl(flow, pending))
  const { transactionId } = pending ?? {}
  const told = transactionId && (await flow.aval.readTransaction(transactionId).catch(() => undefined))
  const notice = findNotice((request.query as Query).aviso)
  const home = {
    accounts,
    payouts,
    phone,
    notice,
    hasDraft: draft !== undefined,
    pending: pending && url ? { id: pending.id, createdAt: pending.createdAt, url } : undefined,
    held: pending && told ? heldBy(flow, told) : undefined,
  }
  return show(request, reply, (context) => payoutHome(context, home))
}

async function showDetails({ flow, organizer, show }: PageDeps, request: FastifyRequest, reply: FastifyReply) {
  const { aviso, conferir } = request.query as Query
  const [draft, phone] = await Promise.all([
    readDraft(flow, organizer.subject),
    readPhoneNote(flow.db, organizer.subject),
  ])
  const fields = draft?.fields ?? emptyFields
  const reading = readPayout(fields, { organizer, askPhone: !phone.enrolled })
  const faults = conferir !== undefined && 'faults' in reading ? reading.faults : []
  return show(request, reply, (context) => detailsPage(context, { fields, faults, phone, notice: findNotice(aviso) }))
}

async function showReview({ flow, organizer, show }: PageDeps, request: FastifyRequest, reply: FastifyReply) {
  const { subject } = organizer
  const [draft, phone, accounts] = await Promise.all([
    readDraft(flow, subject),
    readPhoneNote(flow.db, subject),
    listAccounts(flow.db, subject),
  ])
  if (!draft) return reply.redirect('/repasse', 303)
  const reading = readPayout(draft.fields, { organizer, askPhone: !phone.enrolled })
  if ('faults' in reading) return reply.redirect('/repasse/dados?conferir=1', 303)
  const last = await refresh(flow, await findRequest(flow.db, { draftId: draft.id, draftVersion: draft.version }))
  const review = {
    draft,
    phone,
    payout: reading.payout,
    typedPhone: reading.phone,
    current: accounts.find((account) => account.replacedAt === undefined),
    restart: last !== undefined && hasFailed(last),
    notice: findNotice((request.query as Query).aviso),
  }
  return show(request, reply, (context) => reviewPage(context, review))
}

async function showReturn({ flow, organizer, show }: PageDeps, request: FastifyRequest, reply: FastifyReply) {
  const { transaction } = request.query as Query
  if (transaction !== undefined && !isName(transaction)) return show.notFound(request, reply)
  const wanted = transaction === undefined ? {} : { transactionId: transaction }
  const last = await refresh(flow, await findRequest(flow.db, { organizer: organizer.subject, ...wanted }))
  if (!last?.transactionId) return show.notFound(request, reply)
  const { transactionId, ref = '' } = last
  if (hasFailed(last)) return show(request, reply, (context) => failedPage(context, { status: last.status, ref }))
  const [payout] = await findPayouts(flow.db, { organizer: organizer.subject, transactionId })
  if (payout) return reply.redirect(`/repasse/comprovante/${payout.id}`, 303)
  const url = await readRequestUrl(flow, last)
  const told = await flow.aval.readTransaction(transactionId).catch(() => undefined)
  const waits = url !== undefined && told?.status === 'pending'
  const held = heldBy(flow, told)
  return show(request, reply, (context) => {
    if (waits) return pendingPage(context, { url })
    return held ? heldPage(context, { ...held, id: last.id }) : waitingPage(context)
  })
}

/** What an approved payout waits for: a time that is still to come, or a person. */
function heldBy({ clock }: FlowDeps, told: AvalTransaction | undefined): { until: number | undefined } | undefined {
  if (told?.status !== 'approved' || !told.hold) return undefined
  const { until, review } = told.hold
  const at = until === null ? undefined : Date.parse(until)
  if (at !== undefined && at > clock.now()) return { until: at }
  return review === 'wanted' ? { until: undefined } : undefined
}

async function refresh(flow: FlowDeps, request: PayoutRequest | undefined): Promise<PayoutRequest | undefined> {
  if (!request || hasFailed(request)) return request
  await settleOrLater(flow, request)
  return findRequest(flow.db, { draftId: request.draftId, draftVersion: request.draftVersion })
}
