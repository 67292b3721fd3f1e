import { z } from 'zod'
import { requireTransaction } from '../../gate/read-transaction.ts'
import { assessmentWords } from '../../guard/assess/words.ts'
import { type Block, forgiveBlock, liftBlock, listBlocks } from '../../guard/blocks.ts'
import { exposureOf } from '../../guard/exposure.ts'
import { namedLists } from '../../guard/guard-book.ts'
import { type Part, type PartValue, parts } from '../../guard/guard-parts.ts'
import { listItemOf } from '../../guard/lists.ts'
import { compileOperatorRules } from '../../guard/operator-rules.ts'
import { wordsOf } from '../../guard/reason.ts'
import { isId } from '../../lib/ids.ts'
import { type AssessmentReason, assessmentOutcomes } from '../../model/assessment.ts'
import { decisionActions, type Reason } from '../../model/decision.ts'
import { AvalError } from '../../model/error.ts'
import { channels } from '../../model/factor.ts'
import { type AssessmentRow, findAssessments, listAssessments } from '../../store/assessments.ts'
import { type DecisionRow, findDecision, listDecisions, sumDecisions } from '../../store/guard-decisions.ts'
import { deleteListItem, findListItems, type ListItemRow, putListItem } from '../../store/guard-settings.ts'
import type { AddRoute, Context, GateDoor } from './door.ts'
import * as schemas from './schemas.ts'

const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}]*$/u, 'holds a control character')
const limit = z
  .string()
  .regex(/^\d{1,3}$/, 'is no number')
  .transform(Number)
  .pipe(z.int().min(1).max(100))
  .default(20)
const decisionQuery = z.strictObject({
  action: z.enum(decisionActions).optional(),
  channel: z.enum(channels).optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'is no two-letter code')
    .optional(),
  door: z.enum(['verify', 'gate']).optional(),
  ref: line(100).optional(),
  cursor: z
    .string()
    .refine((text) => isId('dec', text), 'is no cursor of this list')
    .optional(),
  limit,
})
const assessmentQuery = z.strictObject({
  outcome: z.enum(assessmentOutcomes).optional(),
  cursor: z
    .string()
    .refine((text) => isId('asm', text), 'is no cursor of this list')
    .optional(),
  limit,
})
const blockQuery = z.strictObject({ limit })
const spendQuery = z.strictObject({
  days: z
    .string()
    .regex(/^\d{1,2}$/, 'is no number of days')
    .transform(Number)
    .pipe(z.int().min(1).max(90))
    .default(1),
})
const listBody = z.strictObject({
  list: z.string().regex(/^[a-z][a-z0-9_]{0,30}$/, 'is neither allow, block nor a name such as hosting'),
  kind: z.enum(
    ['number', 'prefix', 'country', 'cidr', 'ip_country', 'asn'],
    'is none of number, prefix, country, cidr, ip_country, asn',
  ),
  value: line(254),
  note: line(200),
  until: z.iso.datetime({ offset: true }).optional(),
})

/** The routes of the guard: why it said what, what it holds up, and what operators set. For the API key alone. */
export function addGuardRoutes(add: AddRoute, door: GateDoor): void {
  const read = (path: string, run: (context: Context<unknown>) => Promise<object>) =>
    add({ method: 'GET', path, client: false, body: schemas.emptyBody, run })
  read('/decisions', async ({ query }) => {
    const { cursor, ...filter } = schemas.parse(decisionQuery, query)
    await door.guard.flush()
    const rows = await door.db.read(
      listDecisions({
        action: filter.action ?? null,
        channel: filter.channel ?? null,
        country: filter.country ?? null,
        door: filter.door ?? null,
        ref: filter.ref ?? null,
        before: cursor ?? null,
        limit: filter.limit + 1,
      }),
    )
    const page = rows.slice(0, filter.limit)
    return { data: page.map(decisionBody), next_cursor: rows.length > filter.limit ? (page.at(-1)?.id ?? null) : null }
  })
  read('/decisions/:decision', async ({ params }) => {
    await door.guard.flush()
    const [row] = isId('dec', params.decision ?? '') ? await door.db.read(findDecision(params.decision ?? '')) : []
    if (!row) throw unknown('decision')
    return decisionBody(row)
  })

  read('/assessments', async ({ query }) => {
    const { cursor, outcome = null, limit } = schemas.parse(assessmentQuery, query)
    const rows = await door.db.read(listAssessments({ outcome, before: cursor ?? null, limit: limit + 1 }))
    const page = rows.slice(0, limit)
    return { data: page.map(assessmentBody), next_cursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null }
  })
  add({
    method: 'GET',
    path: '/transactions/:id/assessments',
    client: false,
    body: schemas.emptyBody,
    run: async ({ id }) => {
      await requireTransaction(door, { id })
      return { data: (await door.db.read(findAssessments(id))).map(assessmentBody) }
    },
  })

  read('/blocks', async ({ query }) => {
    const blocks = await listBlocks(door, schemas.parse(blockQuery, query).limit)
    return { data: blocks.map(blockBody) }
  })
  for (const [verb, act] of [
    ['lift', liftBlock],
    ['forgive', forgiveBlock],
  ] as const) {
    add({
      method: 'POST',
      path: `/blocks/:block/${verb}`,
      client: false,
      body: z.strictObject({ why: line(200) }),
      run: async ({ params, body }) => {
        const key = Buffer.from(params.block ?? '', 'base64url').toString()
        if (!/^[\x20-\x7e]{1,200}$/.test(key) || !(await act(door, key))) throw unknown('block')
        door.log.warn({ block: params.block, verb, why: body.why }, 'an operator changed a block')
        return { id: params.block, object: 'block', done: verb }
      },
    })
  }

  read('/lists', async () => {
    const rows = await door.db.read(findListItems(door.clock.now()))
    return { data: rows.map(listItemBody) }
  })
  add({ method: 'POST', path: '/lists', client: false, body: listBody, status: 201, run: addListItem })
  add({
    method: 'DELETE',
    path: '/lists/:item',
    client: false,
    body: schemas.emptyBody,
    status: 204,
    run: async ({ params }) => {
      const item = params.item ?? ''
      const [gone] = isId('gli', item) ? await door.db.write(deleteListItem(item)) : []
      if (!gone) throw unknown('item')
      door.guard.book.forget()
      return undefined
    },
  })

  for (const part of Object.keys(parts) as Part[]) addPart(part)

  read('/spend', async ({ query }) => {
    const { days } = schemas.parse(spendQuery, query)
    const from = door.clock.now() - days * 86_400_000
    await door.guard.flush()
    const rows = await door.db.read(sumDecisions(from))
    return {
      object: 'spend',
      from: iso(from),
      formula:
        'spent_usd: the price of each message that was allowed; saved_usd: the price of each that was refused, as if it had been sent once.',
      data: rows.map(({ spent, saved, ...counts }) => ({
        ...counts,
        spent_usd: Number(spent) / 1e6,
        saved_usd: Number(saved) / 1e6,
      })),
    }
  })
  read('/exposure', async () => exposureOf(door.db, (await door.guard.book.inForce()).rules, door.clock.now()))

  function addPart<Name extends Part>(part: Name): void {
    read(`/${part}`, async () => partBody(part, await door.guard.book.read(part)))
    read(`/${part}/versions`, async () => ({
      data: (await door.guard.book.versions(part)).map((one) => partBody(part, one)),
    }))
    add({
      method: 'PUT',
      path: `/${part}`,
      client: false,
      body: z.strictObject({ value: parts[part], why: line(200), after: z.int().min(0) }),
      run: async ({ body }) => {
        const { value, why, after } = body as { value: PartValue<Name>; why: string; after: number }
        if (part === 'rules') await refuseUnknownLists((value as PartValue<'rules'>).text)
        const written = await door.guard.book.write(part, value, why, after)
        if (written) return partBody(part, written)
        throw new AvalError(
          'version_conflict',
          `Somebody else changed this meanwhile. Read /v1/${part} and decide anew.`,
          {
            faults: [{ path: 'after', message: 'is not the newest version' }],
          },
        )
      },
    })
  }

  async function refuseUnknownLists(text: string): Promise<void> {
    const { lists } = await door.guard.book.inForce()
    const outcome = compileOperatorRules(
      text,
      namedLists(lists, () => door.clock.now()),
    )
    const [fault] = 'faults' in outcome ? outcome.faults : []
    if (fault !== undefined) throw invalid('value.text', fault)
  }

  async function addListItem({ body }: Context<z.output<typeof listBody>>) {
    const at = door.clock.now()
    const until = body.until === undefined ? null : Date.parse(body.until)
    if (until !== null && until <= at) throw invalid('until', 'is over already')
    const read = listItemOf(door, { ...body, until }, at)
    if ('fault' in read) throw invalid('value', read.fault)
    const [row] = await door.db.write(putListItem(read.item))
    door.guard.book.forget()
    return listItemBody(row ?? read.item)
  }
}

function decisionBody(row: DecisionRow) {
  const reasons = JSON.parse(row.reasons) as Reason[]
  return {
    id: row.id,
    object: 'decision',
    created_at: iso(row.at),
    door: row.door,
    ref: row.ref === '' ? null : row.ref,
    channel: row.channel,
    country: row.country,
    recipient: row.recipient,
    address: row.address,
    class: row.asker,
    action: row.action,
    enforced: row.enforced === 1,
    price_usd: row.price_micros / 1e6,
    reasons: reasons.map((reason) => ({ ...reason, text: wordsOf(reason) })),
    entered_at: row.entered_at === null ? null : iso(row.entered_at),
  }
}

function assessmentBody(row: AssessmentRow) {
  const reasons = JSON.parse(row.reasons) as AssessmentReason[]
  return {
    id: row.id,
    object: 'assessment',
    created_at: iso(row.at),
    transaction: row.transaction_id,
    version: row.version,
    kind: row.kind,
    outcome: row.outcome,
    enforced: row.enforced === 1,
    decibans: row.decibans,
    assurance: row.assurance,
    hold_seconds: row.hold_ms / 1000,
    review: row.review,
    reasons: reasons.map((reason) => ({ ...reason, text: assessmentWords(reason) })),
    said: JSON.parse(row.said),
  }
}

function blockBody({ key, scope, label, sent, entered, balance, base, unit, endsAt }: Block) {
  const rounded = (value: number) => Math.round(value * 1000) / 1000
  return {
    id: Buffer.from(key).toString('base64url'),
    object: 'block',
    scope,
    label,
    sent: rounded(sent),
    entered: rounded(entered),
    balance: rounded(balance),
    base,
    unit,
    ends_at: Number.isFinite(endsAt) ? iso(endsAt) : null,
  }
}

function listItemBody({ id, list, kind, label, note, created_at, until_at }: ListItemRow) {
  return {
    id,
    object: 'list_item',
    list,
    kind,
    value: label,
    note,
    created_at: iso(created_at),
    until: until_at === null ? null : iso(until_at),
  }
}

function partBody(
  part: Part,
  { version, value, why, created_at }: { version: number; value: unknown; why: string; created_at: number },
) {
  return { object: part, version, value, why, created_at: version === 0 ? null : iso(created_at) }
}

function iso(at: number): string {
  return new Date(at).toISOString()
}

function unknown(what: string): AvalError {
  return new AvalError('not_found', `There is no such ${what}.`)
}

function invalid(path: string, message: string): AvalError {
  return new AvalError('invalid_request', 'The request has members that are not of the right form.', {
    faults: [{ path, message }],
  })
}
