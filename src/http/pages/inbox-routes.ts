import cookie from '@fastify/cookie'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { calm } from '../../channel/chaos.ts'
import type { Inbox, InboxMessage } from '../../channel/inbox.ts'
import type { TurnableClock } from '../../lib/clock.ts'
import { AvalError } from '../../model/error.ts'
import type { Channel } from '../../model/factor.ts'
import { isLoopback, refuseForeignForm } from '../same-origin.ts'
import { renderInboxAppsPage } from './inbox-apps-page.tsx'
import { chaosBody, chaosForm, namedChaos, presetOf } from './inbox-chaos.ts'
import { renderInboxPage } from './inbox-page.tsx'
import { hrefOf } from './inbox-tools.tsx'
import { pageCookies } from './page-cookies.ts'
import { pageHeaders, sendOn, sendPage } from './send-page.ts'

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
const opened = z.object({ to: z.string().max(320).optional() })
const clockForm = opened.extend({ advance_ms: z.coerce.number().pipe(advanceMs) })
const presetForm = opened.extend(chaosForm.shape)
const pageQuery = filter.extend({ apps: z.string().optional() })
const appForm = z.object({ uri: z.string() })
const removeForm = z.object({ id: z.string() })
const mailParams = z.object({ number: z.coerce.number().int().positive() })

const shownMax = 50
const searchedMax = 500
const unseenMax = 20

/** The inbox's pages may frame what this server has; what they frame is an e-mail under a policy of its own. */
const framingPolicy = `${pageHeaders['content-security-policy']}; frame-src 'self'`
/**
 * The policy of an e-mail's html part: nothing runs, nothing is fetched, nothing is sent, and only our own page may frame it. It has a
 * route of its own because a frame with srcdoc inherits the page's policy, which allows no inline style (HTML, policy containers).
 */
const mailHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
    'sandbox',
  ].join('; '),
  'x-dns-prefetch-control': 'off',
  'x-frame-options': 'SAMEORIGIN',
} as const

/** The dev inbox: its page and its API. Only local mode may register it, for codes are shown here. */
export function registerInbox(app: FastifyInstance, deps: InboxDeps): void {
  const { inbox, clock } = deps
  const { apps } = inbox
  const cookies = pageCookies(new URL(deps.publicUrl).protocol === 'https:')
  const closing = new AbortController()

  app.register(async (scope) => {
    await scope.register(cookie)
    scope.addHook('onRequest', async ({ headers }) => refuseForeignHost(headers.host, deps.publicUrl))
    scope.addHook('preClose', async () => closing.abort())
    scope.addHook('onClose', () => inbox.flush())

    const framing = { onSend: allowFrames }
    scope.get('/dev/inbox', framing, async (request, reply) => {
      const { apps, to } = parse(pageQuery, request.query)
      return apps === undefined ? showMessages(request, reply, to) : showApps(request, reply)
    })
    scope.get('/dev/inbox/mail/:number', async (request, reply) => {
      const html = inbox.find(parse(mailParams, request.params).number)?.email?.html
      if (html === undefined) throw new AvalError('not_found', 'There is no such e-mail.')
      return reply.headers(mailHeaders).type('text/html; charset=utf-8').send(html)
    })
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
      const { advance_ms, to } = parse(clockForm, request.body)
      await turnClock(request, advance_ms)
      return sendOn(reply, hrefOf(to))
    })
    scope.post('/dev/inbox/chaos', async (request, reply) => {
      refuseForeignForm(request.headers, deps.publicUrl)
      const { to, ...presets } = parse(presetForm, request.body)
      for (const [channel, name] of Object.entries(presets) as [Channel, typeof presets.sms][]) {
        if (name) inbox.setChaos({ [channel]: presetOf(name, channel) })
      }
      return sendOn(reply, hrefOf(to))
    })
    scope.post('/dev/inbox/apps', async (request, reply) => {
      refuseForeignForm(request.headers, deps.publicUrl)
      const added = apps.add(parse(appForm, request.body).uri)
      return added === 'added' ? sendOn(reply, '/dev/inbox?apps=1') : showApps(request, reply, added)
    })
    scope.post('/dev/inbox/apps/remove', async (request, reply) => {
      refuseForeignForm(request.headers, deps.publicUrl)
      apps.remove(parse(removeForm, request.body).id)
      return sendOn(reply, '/dev/inbox?apps=1')
    })
    scope.get('/dev/inbox/codes', async () => {
      const now = clock.now()
      const codes = apps.list().map((app) => ({ ...apps.codeOf(app), id: app.id }))
      return {
        codes: codes.map(({ id, code, expiresAt }) => ({
          id,
          code,
          left_ms: expiresAt - now,
          expires_at: iso(expiresAt),
        })),
      }
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
      await turnClock(request, parse(clockBody, request.body).advance_ms)
      return { now: iso(clock.now()) }
    })

    scope.get('/dev/api/chaos', async () => inbox.chaos)
    scope.put('/dev/api/chaos', async (request) => {
      inbox.setChaos(namedChaos(parse(chaosBody, request.body)))
      return inbox.chaos
    })
    scope.delete('/dev/api/chaos', async (_request, reply) => {
      inbox.setChaos(calm)
      return reply.code(204).send()
    })

    scope.get('/dev/api/apps', async () => ({
      apps: apps.list().map((app) => {
        const { code, expiresAt } = apps.codeOf(app)
        return { name: app.name, code, expires_at: iso(expiresAt) }
      }),
    }))
  })

  async function showMessages(request: FastifyRequest, reply: FastifyReply, to?: string): Promise<FastifyReply> {
    const all = [...(await inbox.list({}, searchedMax)), ...inbox.unseen({}, searchedMax)]
    all.sort((a, b) => b.sentAt - a.sentAt)
    const counts = new Map<string, number>(to === undefined ? [] : [[to, 0]])
    for (const message of all) counts.set(message.to, (counts.get(message.to) ?? 0) + 1)
    const open = to ?? all[0]?.to
    const html = renderInboxPage({
      locale: cookies.locale(request, reply),
      brand: deps.brand,
      revision: inbox.revision,
      offsetMs: clock.offsetMs,
      chaos: inbox.chaos,
      testNumbers: inbox.testNumbers,
      recipients: [...counts].map(([one, count]) => ({ to: one, count })),
      open,
      messages: open === undefined ? [] : await inbox.list({ to: open }, shownMax),
      unseen: open === undefined ? [] : inbox.unseen({ to: open }, unseenMax),
    })
    return sendPage(reply, 200, html)
  }

  function showApps(request: FastifyRequest, reply: FastifyReply, problem?: 'unreadable' | 'full'): FastifyReply {
    const html = renderInboxAppsPage({
      locale: cookies.locale(request, reply),
      brand: deps.brand,
      revision: inbox.revision,
      now: clock.now(),
      apps: apps.list().map((app) => ({ ...app, ...apps.codeOf(app) })),
      problem,
    })
    return sendPage(reply, problem ? 422 : 200, html)
  }

  /** What a report ran into is no fault of whoever turns the clock: the timer makes it again. */
  async function turnClock(request: FastifyRequest, ms: number): Promise<void> {
    clock.advance(ms)
    await inbox.tick().catch((err) => request.log.warn({ err }, 'a report of the local inbox waits for its next turn'))
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
  return { to, channel, body, code, segments, encoding, sent_at: iso(sentAt) }
}

function iso(at: number): string {
  return new Date(at).toISOString()
}

async function allowFrames(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('content-security-policy', framingPolicy)
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const faults = read.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
  throw new AvalError('invalid_request', 'The request cannot be read.', { faults })
}
