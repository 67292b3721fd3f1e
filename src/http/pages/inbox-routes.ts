import cookie from '@fastify/cookie'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Inbox, InboxMessage } from '../../channel/inbox.ts'
import type { TurnableClock } from '../../lib/clock.ts'
import { AvalError } from '../../model/error.ts'
import { isLoopback, refuseForeignForm } from '../same-origin.ts'
import { renderInboxPage } from './inbox-page.tsx'
import { pageCookies } from './page-cookies.ts'
import { sendOn, sendPage } from './send-page.ts'

/** What the pages of the inbox are made of. */
export interface InboxDeps {
  inbox: Inbox
  clock: TurnableClock
  publicUrl: string
  brand: string
}

const blank = z.literal('').transform(() => undefined)
// A plus sign in a query is a space by the rules of forms; numbers are often written with a bare one.
const address = z.string().transform((text) => (/^\s?\d+$/.test(text) ? `+${text.trim()}` : text))
const filter = z.object({
  to: z.union([blank, address]).optional(),
  channel: z.union([blank, z.enum(['sms', 'whatsapp', 'call', 'email'])]).optional(),
})
const seconds = z
  .string()
  .regex(/^\d{1,2}s?$/, 'use whole seconds from 0 to 60')
  .transform((text) => Number.parseInt(text, 10))
  .refine((wait) => wait <= 60, 'use whole seconds from 0 to 60')
const latestQuery = filter.extend({ wait: seconds.optional() })
const changesQuery = z.object({ after: z.coerce.number().int(), wait: seconds.default(25) })
const advanceMs = z.int().min(0).max(315_360_000_000)
const clockBody = z.strictObject({ advance_ms: advanceMs })
const clockForm = z.object({ advance_ms: z.coerce.number().pipe(advanceMs) })

const shownMax = 50
const searchedMax = 500

/** The dev inbox: its page and its API. Only local mode may register it, for codes are shown here. */
export function registerInbox(app: FastifyInstance, deps: InboxDeps): void {
  const { inbox, clock } = deps
  const cookies = pageCookies(new URL(deps.publicUrl).protocol === 'https:')
  const closing = new AbortController()

  app.register(async (scope) => {
    await scope.register(cookie)
    scope.addHook('onRequest', async ({ headers }) => refuseForeignHost(headers.host, deps.publicUrl))
    scope.addHook('preClose', async () => closing.abort())
    scope.addHook('onClose', () => inbox.flush())

    scope.get('/dev/inbox', showPage)
    scope.get('/dev/inbox/changes', async (request, reply) => {
      const { after, wait } = parse(changesQuery, request.query)
      return { revision: await inbox.waitChange(after, wait * 1000, hangUpOf(reply)) }
    })
    scope.post('/dev/inbox/clear', async (request, reply) => {
      refuseForeignForm(request.headers, deps.publicUrl)
      inbox.clear()
      return sendOn(reply, '/dev/inbox')
    })
    scope.post('/dev/inbox/clock', async (request, reply) => {
      refuseForeignForm(request.headers, deps.publicUrl)
      clock.advance(parse(clockForm, request.body).advance_ms)
      return sendOn(reply, '/dev/inbox')
    })

    scope.get('/dev/api/messages', async (request) => {
      const messages = await inbox.list(parse(filter, request.query))
      return { messages: messages.map(rowOf) }
    })
    scope.get('/dev/api/messages/latest', async (request, reply) => {
      const { wait = 0, ...which } = parse(latestQuery, request.query)
      const message = await inbox.waitLatest(which, wait * 1000, hangUpOf(reply))
      if (!message) throw new AvalError('not_found', 'There is no such message.')
      return rowOf(message)
    })
    scope.delete('/dev/api/messages', async (_request, reply) => {
      inbox.clear()
      return reply.code(204).send()
    })
    scope.post('/dev/api/clock', async (request) => {
      clock.advance(parse(clockBody, request.body).advance_ms)
      return { now: new Date(clock.now()).toISOString() }
    })
  })

  async function showPage(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const all = await inbox.list({}, searchedMax)
    const { to } = parse(filter, request.query)
    const counts = new Map<string, number>(to === undefined ? [] : [[to, 0]])
    for (const message of all) counts.set(message.to, (counts.get(message.to) ?? 0) + 1)
    const open = to ?? all[0]?.to
    const html = renderInboxPage({
      locale: cookies.locale(request, reply),
      brand: deps.brand,
      revision: inbox.revision,
      offsetMs: clock.offsetMs,
      recipients: [...counts].map(([one, count]) => ({ to: one, count })),
      open,
      messages: open === undefined ? [] : await inbox.list({ to: open }, shownMax),
    })
    return sendPage(reply, 200, html)
  }

  /** Ends a wait when the reader has gone or the server closes. */
  function hangUpOf(reply: FastifyReply): AbortSignal {
    const gone = new AbortController()
    reply.raw.on('close', () => gone.abort())
    return AbortSignal.any([gone.signal, closing.signal])
  }
}

/** A page elsewhere that points its own name at this machine must not read codes (DNS rebinding). */
function refuseForeignHost(host: string | undefined, publicUrl: string): void {
  const url = host === undefined || !URL.canParse(`http://${host}`) ? undefined : new URL(`http://${host}`)
  if (url && (url.host === new URL(publicUrl).host || isLoopback(url.hostname))) return
  throw new AvalError('misdirected_request', 'The dev inbox answers to its own host only.')
}

function rowOf({ to, channel, body, code, segments, encoding, sentAt }: InboxMessage) {
  return { to, channel, body, code, segments, encoding, sent_at: new Date(sentAt).toISOString() }
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const faults = read.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
  throw new AvalError('invalid_request', 'The request cannot be read.', { faults })
}
