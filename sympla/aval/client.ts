import { z } from 'zod'

/** What Aval answered instead of what was asked for: a problem of RFC 9457, by its stable code. */
export class AvalProblem extends Error {
  readonly status: number
  readonly code: string
  readonly retryAfterS: number | undefined
  constructor(status: number, code: string, retryAfterS?: number) {
    super(`Aval answered ${status} ${code}`)
    this.name = 'AvalProblem'
    this.status = status
    this.code = code
    this.retryAfterS = retryAfterS
  }
}

/** Aval could not be reached, or its answer was none of its own. Whether it acted is unknown: repeat under the same key. */
export class AvalUnreachable extends Error {
  constructor(cause: unknown) {
    super('Aval could not be reached', { cause })
    this.name = 'AvalUnreachable'
  }
}

const transactionSchema = z.object({
  id: z.string(),
  status: z.string(),
  digest: z.string(),
  url: z.string().optional(),
  next_action: z.object({ type: z.string(), to: z.string().nullish() }).nullish(),
  /** Why an approved one is not released yet: until when, and whether a person looks at it. */
  hold: z.object({ until: z.string().nullable(), review: z.string() }).nullish(),
})
export type AvalTransaction = z.infer<typeof transactionSchema>

const subjectSchema = z.object({
  contacts: z.array(
    z.object({
      id: z.string(),
      type: z.enum(['phone', 'email']),
      address: z.string(),
      status: z.string(),
      usable_at: z.string(),
    }),
  ),
  factors: z.array(
    z.object({ id: z.string(), type: z.enum(['totp', 'passkey']), name: z.string(), used_at: z.string().nullable() }),
  ),
  recovery_codes_left: z.number(),
})
export type AvalSubject = z.infer<typeof subjectSchema>

const listedSchema = z.object({
  id: z.string(),
  kind: z.string(),
  approved_at: z.string().nullable(),
  approved_by: z.array(z.string()),
  summary: z.object({ payee: z.string() }),
})
export type ListedTransaction = z.infer<typeof listedSchema>

const releaseSchema = z.object({ release_id: z.string(), payload: z.unknown(), receipt: z.string() })
export type AvalRelease = z.infer<typeof releaseSchema>

/** What the platform asks of Aval. Every call may be repeated: those that change something carry an idempotency key. */
export interface AvalClient {
  createTransaction(body: unknown, idempotencyKey: string): Promise<AvalTransaction>
  readTransaction(id: string): Promise<AvalTransaction>
  cancelTransaction(id: string): Promise<AvalTransaction>
  release(id: string): Promise<AvalRelease>
  acknowledge(id: string, releaseId: string): Promise<void>
  /** What a subject approves with. */
  readSubject(subject: string): Promise<AvalSubject>
  /** The newest transactions of a subject. */
  listTransactions(subject: string): Promise<ListedTransaction[]>
  requestContact(subject: string, body: unknown, idempotencyKey: string): Promise<AvalTransaction>
  requestFactor(subject: string, body: unknown, idempotencyKey: string): Promise<AvalTransaction>
  requestRemoval(subject: string, factor: string, body: unknown, idempotencyKey: string): Promise<AvalTransaction>
  callOffContact(subject: string, contact: string): Promise<void>
}

export interface ClientOptions {
  avalUrl: string
  apiKey: { reveal(): string }
  fetch?: typeof fetch
}

const timeoutMs = 10_000

/** Speaks /v1 with an API key. */
export function createAvalClient(options: ClientOptions): AvalClient {
  const at = (id: string, rest = '') => `/v1/transactions/${encodeURIComponent(id)}${rest}`
  const of = (subject: string, rest = '') => `/v1/subjects/${encodeURIComponent(subject)}${rest}`
  const call = async <T>(schema: z.ZodType<T>, request: CallRequest): Promise<T> => {
    const answer = schema.safeParse(await send(options, request))
    if (!answer.success) throw new AvalUnreachable(answer.error)
    return answer.data
  }
  return {
    createTransaction: (body, idempotencyKey) =>
      call(transactionSchema, { method: 'POST', path: '/v1/transactions', body, idempotencyKey }),
    readTransaction: (id) => call(transactionSchema, { method: 'GET', path: at(id) }),
    cancelTransaction: (id) =>
      call(transactionSchema, { method: 'POST', path: at(id, '/cancel'), body: {}, idempotencyKey: `cancel.${id}` }),
    release: (id) =>
      call(releaseSchema, { method: 'POST', path: at(id, '/release'), body: {}, idempotencyKey: `release.${id}` }),
    async acknowledge(id, releaseId) {
      const body = { release_id: releaseId }
      await call(z.unknown(), {
        method: 'POST',
        path: at(id, '/release/ack'),
        body,
        idempotencyKey: `ack.${releaseId}`,
      })
    },
    readSubject: (subject) => call(subjectSchema, { method: 'GET', path: of(subject) }),
    async listTransactions(subject) {
      const path = `/v1/transactions?limit=20&subject=${encodeURIComponent(subject)}`
      return (await call(z.object({ data: z.array(listedSchema) }), { method: 'GET', path })).data
    },
    requestContact: (subject, body, idempotencyKey) =>
      call(transactionSchema, { method: 'POST', path: of(subject, '/contacts'), body, idempotencyKey }),
    requestFactor: (subject, body, idempotencyKey) =>
      call(transactionSchema, { method: 'POST', path: of(subject, '/factors'), body, idempotencyKey }),
    requestRemoval: (subject, factor, body, idempotencyKey) =>
      call(transactionSchema, {
        method: 'POST',
        path: of(subject, `/factors/${factor}/removal`),
        body,
        idempotencyKey,
      }),
    async callOffContact(subject, contact) {
      await call(z.unknown(), { method: 'DELETE', path: of(subject, `/contacts/${contact}`) })
    },
  }
}

interface CallRequest {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  body?: unknown
  idempotencyKey?: string
}

async function send(
  { avalUrl, apiKey, fetch = globalThis.fetch }: ClientOptions,
  request: CallRequest,
): Promise<unknown> {
  const headers = new Headers({ authorization: `Bearer ${apiKey.reveal()}`, accept: 'application/json' })
  if (request.body !== undefined) headers.set('content-type', 'application/json')
  if (request.idempotencyKey) headers.set('idempotency-key', request.idempotencyKey)
  const body = request.body === undefined ? null : JSON.stringify(request.body)
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const answer = await fetch(new URL(request.path, avalUrl), {
      method: request.method,
      headers,
      body,
      signal,
      redirect: 'error',
    })
    const text = await answer.text()
    if (!answer.ok) throw problemOf(answer, text)
    return text === '' ? undefined : JSON.parse(text)
  } catch (error) {
    throw error instanceof AvalProblem ? error : new AvalUnreachable(error)
  }
}

function problemOf(answer: Response, text: string): AvalProblem {
  const retryAfterS = Number(answer.headers.get('retry-after') ?? Number.NaN)
  return new AvalProblem(answer.status, codeIn(text), Number.isFinite(retryAfterS) ? retryAfterS : undefined)
}

function codeIn(text: string): string {
  try {
    const { code } = JSON.parse(text)
    return typeof code === 'string' ? code : 'unknown'
  } catch {
    return 'unknown'
  }
}
