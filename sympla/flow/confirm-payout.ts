import { AvalProblem, AvalUnreachable } from '../aval/client.ts'
import type { Draft } from '../model/draft.ts'
import type { Organizer } from '../model/organizer.ts'
import { hasFailed, type PayoutRequest } from '../model/payout-request.ts'
import { readPayout } from '../model/read-payout.ts'
import { readDraft, renewDraft } from '../store/drafts.ts'
import { findRequest } from '../store/find-requests.ts'
import { readPhoneNote } from '../store/organizers.ts'
import { intendRequest, readRequestUrl } from '../store/requests.ts'
import { createAtAval, type Refusal } from './create-at-aval.ts'
import type { FlowDeps } from './deps.ts'
import { replaceOlder } from './replace-older.ts'
import { type Asker, composeBody } from './request-body.ts'

/** Where a confirmation leads: to Aval's page, to what became of it, back to a form, or nowhere for now. */
export type Confirmation =
  | { next: 'approve'; url: string }
  | { next: 'outcome'; transactionId: string }
  | { next: 'details' }
  | { next: 'review'; notice: 'changed' | 'unavailable' | Refusal }

/**
 * Asks Aval to have this version of the draft approved. However often, from wherever and across whichever crash it is repeated, one
 * version is one transaction and one message. An older version that still waits is taken back first, so that its code is dead.
 */
export async function confirmPayout(
  deps: FlowDeps,
  command: { organizer: Organizer; version: number; restart: boolean; asker: Asker },
): Promise<Confirmation> {
  const { organizer, version, restart } = command
  const draft = await readDraft(deps, organizer.subject)
  if (!draft) return leadToNewest(deps, organizer)
  if (draft.version === version) return confirmDraft(deps, command, draft)
  // The second click on "start again": the first one has made the next version, which says the same, and is perhaps not yet further.
  if (restart && draft.renewed && draft.version === version + 1)
    return confirmDraft(deps, { ...command, restart: false }, draft)
  return { next: 'review', notice: 'changed' }
}

type Command = Parameters<typeof confirmPayout>[1]

async function confirmDraft(deps: FlowDeps, command: Command, draft: Draft): Promise<Confirmation> {
  const known = await findRequestFor(deps, draft)
  if (known && hasFailed(known) && command.restart) {
    await renewDraft(deps, draft)
    return confirmPayout(deps, { ...command, version: draft.version + 1, restart: false })
  }
  if (known && known.status !== 'creating') return leadTo(deps, known)

  const { enrolled } = await readPhoneNote(deps.db, command.organizer.subject)
  const reading = readPayout(draft.fields, { organizer: command.organizer, askPhone: !enrolled })
  if ('faults' in reading) return { next: 'details' }

  const approved = await replaceOlder(deps, { organizer: command.organizer.subject, draft })
  if (approved === 'unavailable') return { next: 'review', notice: 'unavailable' }
  if (approved) return { next: 'outcome', transactionId: approved }

  const request = await intendRequest(deps, {
    organizer: command.organizer.subject,
    draftId: draft.id,
    draftVersion: draft.version,
    body: composeBody(reading, {
      ...command,
      returnUrl: deps.returnUrl,
      // Who has a passkey waits for no text message, and pays for none.
      factor: (await hasPasskey(deps, command.organizer.subject)) ? undefined : 'sms',
    }),
  })
  return ask(deps, command.organizer, { draft, request })
}

async function ask(
  deps: FlowDeps,
  organizer: Organizer,
  { draft, request }: { draft: Draft; request: PayoutRequest },
): Promise<Confirmation> {
  try {
    const refusal = await createAtAval(deps, { organizer: organizer.subject, draft, request })
    if (refusal) return { next: 'review', notice: refusal }
  } catch (error) {
    if (!(error instanceof AvalUnreachable || error instanceof AvalProblem)) throw error
    deps.log.warn(
      { err: error, request: request.id },
      'Aval did not take a payout; it is kept and can be confirmed again',
    )
    return { next: 'review', notice: 'unavailable' }
  }
  const opened = await findRequestFor(deps, draft)
  return opened ? leadTo(deps, opened) : { next: 'review', notice: 'changed' }
}

async function leadTo(deps: FlowDeps, request: PayoutRequest): Promise<Confirmation> {
  const url = request.status === 'pending' ? await readRequestUrl(deps, request) : undefined
  if (url) return { next: 'approve', url }
  return request.transactionId
    ? { next: 'outcome', transactionId: request.transactionId }
    : { next: 'review', notice: 'changed' }
}

// No draft is left once the payout was processed: the back button leads to what became of it.
async function leadToNewest(deps: FlowDeps, organizer: Organizer): Promise<Confirmation> {
  const newest = await findRequest(deps.db, { organizer: organizer.subject })
  return newest?.transactionId ? { next: 'outcome', transactionId: newest.transactionId } : { next: 'details' }
}

/** Whether Aval knows a passkey of this organizer; when it does not answer, none is counted on. */
async function hasPasskey({ aval }: FlowDeps, subject: string): Promise<boolean> {
  const known = await aval.readSubject(subject).catch(() => undefined)
  return known?.factors.some(({ type }) => type === 'passkey') === true
}

function findRequestFor({ db }: FlowDeps, { id, version }: Draft): Promise<PayoutRequest | undefined> {
  return findRequest(db, { draftId: id, draftVersion: version })
}
