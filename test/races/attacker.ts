import type { Doors, Json } from '../support/doors.ts'
import { accountSid, authToken, serviceSid } from '../support/doors.ts'
import type { TestServer } from '../support/server.ts'

/** What one request was told. */
export interface Told {
  status: number
  body: Json
}

/** A way to ask: in this process, or of real servers in turn, so that a burst spreads over the nodes. */
export interface Asker {
  v1(method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown, headers?: Record<string, string>): Promise<Told>
  /** A form to the Verify service. */
  v2(path: string, form: Record<string, string>): Promise<Told>
  codeFor(to: string): Promise<string>
  messagesTo(to: string): Promise<number>
  advance(ms: number): Promise<void>
}

export function askInProcess(doors: Doors): Asker {
  return {
    v1: (method, path, body, headers = {}) => doors.v1(method, path, body, { headers }),
    v2: (path, form) => doors.v2('POST', `/v2/Services/${serviceSid}${path}`, form, `${accountSid}:${authToken}`),
    codeFor: async (to) => doors.codeFor(to),
    messagesTo: async (to) => doors.sent.filter((message) => message.to === to).length,
    advance: async (ms) => doors.clock.advance(ms),
  }
}

/** Every node has an inbox of its own: what was sent is what all of them have. */
export function askNodes(nodes: readonly TestServer[]): Asker {
  let turn = 0
  const next = () => nodes[turn++ % nodes.length] as TestServer

  async function inboxes(to: string): Promise<Json[]> {
    const query = new URLSearchParams({ to })
    const answers = await Promise.all(
      nodes.map((node) => node.api<Json>(`/dev/api/messages?${query}`, undefined, { key: null })),
    )
    return answers.flatMap(({ body }) => body.messages)
  }

  return {
    async v1(method, path, body, headers = {}) {
      const json = body === undefined ? {} : { 'content-type': 'application/json' }
      return next().api<Json>(`/v1${path}`, body, { method, headers: { ...json, ...headers } })
    },
    v2: (path, form) => next().verify<Json>(path, form),
    async codeFor(to) {
      const [newest] = await inboxes(to)
      return newest?.code ?? 'none'
    },
    messagesTo: async (to) => (await inboxes(to)).length,
    async advance(ms) {
      for (const node of nodes) await node.advanceClock(ms)
    },
  }
}

/** The same request, so often and at once. */
export function burst(count: number, ask: (i: number) => Promise<Told>): Promise<Told[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => ask(i)))
}

/** How often each answer came, as "200" or "409 transaction_approved". */
export function tally(answers: readonly Told[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { status, body } of answers) {
    const name = status < 300 ? String(status) : `${status} ${body.code}`
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}
