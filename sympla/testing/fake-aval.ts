import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

interface FakeTransaction {
  id: string
  status: string
  releaseId: string
  body: Record<string, unknown> & { subject: string; payload: unknown; contact?: { phone: string } }
  acknowledged: number
  /** An approved one waits until then. */
  hold?: { until: string; review: string }
}

/** Aval as the platform sees it: /v1 and the published keys, in memory, with a switch for each thing that can go wrong. */
export interface FakeAval {
  fetch: typeof fetch
  transactions: FakeTransaction[]
  /** Codes sent by text message: one for each transaction that was made. */
  sent: number
  calls: string[]
  /** Answers with this problem instead, or fails to answer, once for each entry. */
  faults: ({ path: string; status: number; code: string } | { path: string; lost: 'before' | 'after' })[]
  set(id: string, status: string): void
}

export async function createFakeAval(): Promise<FakeAval> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'EdDSA' }
  const answers = new Map<string, { body: string; answer: unknown }>()
  const enrolled = new Map<string, string>()

  const fake: FakeAval = {
    transactions: [],
    sent: 0,
    calls: [],
    faults: [],
    set(id, status) {
      find(id).status = status
    },
    async fetch(input, init) {
      const { pathname } = new URL(String(input instanceof Request ? input.url : input))
      const method = init?.method ?? 'GET'
      fake.calls.push(`${method} ${pathname}`)
      const at = fake.faults.findIndex(({ path }) => pathname.endsWith(path))
      const fault = at < 0 ? undefined : fake.faults.splice(at, 1)[0]
      if (fault && 'status' in fault) return Response.json({ code: fault.code }, { status: fault.status })
      if (fault?.lost === 'before') throw new TypeError('fetch failed')
      const answer = await respond(method, pathname, init)
      if (fault) throw new TypeError('fetch failed')
      return answer
    },
  }

  function find(id: string): FakeTransaction {
    const found = fake.transactions.find((transaction) => transaction.id === id)
    if (!found) throw new Error(`no transaction ${id}`)
    return found
  }

  async function respond(method: string, pathname: string, init: RequestInit | undefined): Promise<Response> {
    if (pathname === '/.well-known/jwks.json') return Response.json({ keys: [jwk] })
    const headers = new Headers(init?.headers)
    if (headers.get('authorization') !== 'Bearer test-api-key')
      return Response.json({ code: 'unauthorized' }, { status: 401 })
    if (pathname.startsWith('/v1/subjects/'))
      return Response.json({ contacts: [], factors: [], recovery_codes_left: 0 })
    const [, , , id = '', ...rest] = pathname.split('/')
    const action = rest.join('/')
    const known = fake.transactions.find((transaction) => transaction.id === id)
    if (id !== '' && !known) return Response.json({ code: 'not_found' }, { status: 404 })
    if (method === 'GET' && known) return Response.json(shown(known))
    const key = `${pathname} ${headers.get('idempotency-key')}`
    const body = String(init?.body ?? '')
    const before = answers.get(key)
    if (before && before.body !== body) return Response.json({ code: 'idempotency_key_reused' }, { status: 422 })
    if (before) return Response.json(before.answer)
    const answer = known ? await act(known, action, JSON.parse(body)) : create(JSON.parse(body))
    if (answer instanceof Response) return answer
    answers.set(key, { body, answer })
    return Response.json(answer)
  }

  function create(body: FakeTransaction['body']): unknown {
    const phone = enrolled.get(body.subject)
    if (phone && body.contact && body.contact.phone !== phone)
      return Response.json({ code: 'contact_mismatch' }, { status: 422 })
    if (!phone && !body.contact) return Response.json({ code: 'contact_required' }, { status: 422 })
    const id = `tx_${randomUUID().replaceAll('-', '')}`
    fake.transactions.push({ id, body, status: 'pending', releaseId: `rel_${randomUUID()}`, acknowledged: 0 })
    fake.sent++
    return shown(find(id))
  }

  async function act(transaction: FakeTransaction, action: string, body: { release_id?: string }): Promise<unknown> {
    const refuse = () => Response.json({ code: `transaction_${transaction.status}` }, { status: 409 })
    if (action === 'cancel') {
      if (transaction.status !== 'pending' && !transaction.hold) return refuse()
      transaction.status = 'canceled'
      return shown(transaction)
    }
    if (action === 'release') {
      if (transaction.status !== 'approved') return refuse()
      if (transaction.hold) return Response.json({ code: 'release_held' }, { status: 409 })
      transaction.status = 'releasing'
      return {
        release_id: transaction.releaseId,
        payload: transaction.body.payload,
        receipt: await receiptOf(transaction),
      }
    }
    if (body.release_id !== transaction.releaseId) return Response.json({ code: 'release_mismatch' }, { status: 409 })
    transaction.status = 'released'
    transaction.acknowledged++
    return shown(transaction)
  }

  async function receiptOf({ id, releaseId, body }: FakeTransaction): Promise<string> {
    const first = !enrolled.has(body.subject)
    if (first && body.contact) enrolled.set(body.subject, body.contact.phone)
    const claims = {
      tx: id,
      ver: 1,
      digest: digestOf(id),
      approved_at: '2026-11-22T17:05:00.000Z',
      contact: '•••• 4321',
      enrolled: first,
    }
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', kid: 'k' })
      .setIssuer('http://aval.test')
      .setSubject(body.subject)
      .setJti(releaseId)
      .setIssuedAt(1_795_367_100)
      .sign(privateKey)
  }

  function digestOf(id: string): string {
    return Buffer.from(id.slice(3), 'hex').toString('base64url')
  }

  function shown({ id, status, hold }: FakeTransaction) {
    return {
      id,
      hold: hold ?? null,
      object: 'transaction',
      status,
      digest: digestOf(id),
      url: `http://portal.test/t/${id}?k=secret`,
      next_action: { type: 'enter_code', to: '•••• 4321' },
    }
  }

  return fake
}
