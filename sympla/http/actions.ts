import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Confirmation, confirmPayout } from '../flow/confirm-payout.ts'
import type { FlowDeps } from '../flow/deps.ts'
import { takeBack } from '../flow/replace-older.ts'
import type { Asker } from '../flow/request-body.ts'
import { readDraftFields } from '../model/draft.ts'
import type { Organizer } from '../model/organizer.ts'
import { readPayout } from '../model/read-payout.ts'
import { discardDraft, saveDraft } from '../store/drafts.ts'
import { findRequests } from '../store/find-requests.ts'
import { readPhoneNote } from '../store/organizers.ts'
import { chosenLocale } from './language.ts'

type Form = Record<string, unknown>

/** The forms that are sent. Each ends on a page of its own (303), so that a refresh repeats nothing. */
export function registerActions(
  scope: FastifyInstance,
  { flow, organizer }: { flow: FlowDeps; organizer: Organizer },
): void {
  const { subject } = organizer

  scope.post('/repasse/dados', async (request, reply) => {
    const fields = readDraftFields(formOf(request))
    await saveDraft(flow, subject, fields)
    const { enrolled } = await readPhoneNote(flow.db, subject)
    const reading = readPayout(fields, { organizer, askPhone: !enrolled })
    return reply.redirect('faults' in reading ? '/repasse/dados?conferir=1' : '/repasse/revisao', 303)
  })

  scope.post('/repasse/confirmar', async (request, reply) => {
    const { version, restart } = formOf(request)
    const asker = askerOf(request)
    const command = { organizer, version: Number(version), restart: restart === '1', asker }
    return reply.redirect(addressOf(await confirmPayout(flow, command)), 303)
  })

  scope.post('/repasse/cancelar', async (request, reply) => {
    const { request: id } = formOf(request)
    const open = await findRequests(flow.db, { organizer: subject, open: true })
    const wanted = open.find((one) => one.id === id)
    if (!wanted) return reply.redirect('/repasse', 303)
    const outcome = await takeBack(flow, wanted)
    if (outcome === 'approved') return reply.redirect(returnAddress(wanted.transactionId ?? ''), 303)
    return reply.redirect(`/repasse?aviso=${outcome}`, 303)
  })

  scope.post('/repasse/descartar', async (_, reply) => {
    await discardDraft(flow, subject)
    return reply.redirect('/repasse?aviso=discarded', 303)
  })
}

function addressOf(confirmation: Confirmation): string {
  if (confirmation.next === 'approve') return confirmation.url
  if (confirmation.next === 'outcome') return returnAddress(confirmation.transactionId)
  if (confirmation.next === 'details') return '/repasse/dados?conferir=1'
  const { notice } = confirmation
  // A mobile that cannot be used is corrected where it is typed.
  const page =
    notice === 'contact_required' || notice === 'contact_invalid' || notice === 'destination' ? 'dados' : 'revisao'
  return `/repasse/${page}?aviso=${notice}`
}

function returnAddress(transactionId: string): string {
  return `/repasse/retorno?transaction=${encodeURIComponent(transactionId)}`
}

function askerOf(request: FastifyRequest): Asker {
  const { 'user-agent': userAgent = '', cookie } = request.headers
  return { ip: request.ip as string | undefined, userAgent, locale: chosenLocale(cookie) }
}

function formOf({ body }: FastifyRequest): Form {
  return typeof body === 'object' && body !== null ? (body as Form) : {}
}
