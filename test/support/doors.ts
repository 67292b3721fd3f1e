import { pino } from 'pino'
import { carriersOf, type OutgoingMessage } from '../../src/channel/carrier.ts'
import { templates } from '../../src/channel/templates.ts'
import { type GateDeps, relyingPartyAt } from '../../src/gate/deps.ts'
import { builtInPolicies, type Policies } from '../../src/gate/policy.ts'
import { createReceiptSigner } from '../../src/gate/receipt.ts'
import { createAssessor } from '../../src/guard/assess/assessor.ts'
import { defaultCuts } from '../../src/guard/buckets/scopes.ts'
import type { Alarm } from '../../src/guard/caps.ts'
import type { SendRules } from '../../src/guard/decide-send.ts'
import type { IpLookup } from '../../src/guard/ip/ip-facts.ts'
import { builtInPrices } from '../../src/guard/prices.ts'
import { createSendGuard } from '../../src/guard/send-guard.ts'
import type { AskFraud } from '../../src/guard/sources/fraud-desk.ts'
import type { AskedMessages } from '../../src/guard/sources/source-file.ts'
import type { SprayAlarm } from '../../src/guard/spraying.ts'
import { createApp } from '../../src/http/app.ts'
import { registerGate } from '../../src/http/gate/routes.ts'
import { registerHealth } from '../../src/http/health.ts'
import { registerTwilio } from '../../src/http/twilio/routes.ts'
import { type Clock, systemClock } from '../../src/lib/clock.ts'
import { createKeyRing, type KeyRing } from '../../src/lib/keyring.ts'
import { createOutbound } from '../../src/lib/outbound.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { loopback, parseNetworks } from '../../src/lib/reachable-address.ts'
import { Secret } from '../../src/lib/secret.ts'
import type { Db } from '../../src/store/db.ts'
import { createLocalVerifier } from '../../src/verify/local-verifier.ts'
import { createServices } from '../../src/verify/services.ts'
import type { Verifier } from '../../src/verify/verifier.ts'

export const apiKey = `SK${'c'.repeat(32)}:test-api-secret-0123456789`
export const accountSid = `AC${'a'.repeat(32)}`
export const authToken = 'test-auth-token-0123'
export const serviceSid = `VA${'b'.repeat(32)}`
export const ring = createKeyRing([{ id: 'k1', root: Buffer.alloc(32, 1) }])
export const log = pino({ level: 'silent' })
export const publicUrl = 'http://localhost:4000'

/** The two doors over one store in this process, with a clock that turns and a carrier that keeps what it was given. */
export async function openDoors(
  db: Db,
  options: {
    guard?: Partial<SendRules>
    onAlarm?: (alarm: Alarm | SprayAlarm) => void
    /** What a proof of work costs; little, so that tests need not work. */
    workIterations?: number
    ipFacts?: Pick<IpLookup, 'lookup'>
    askFraud?: AskFraud | undefined
    askAbout?: AskedMessages | undefined
    knowsSim?: boolean | undefined
    policies?: Policies
    verifier?: Verifier
    clock?: ReturnType<typeof systemClock>
    keys?: KeyRing
    log?: typeof log
    /** Whether messages arrive as soon as they are sent, as in the inbox. */
    instant?: boolean
  } = {},
) {
  const clock = options.clock ?? systemClock()
  const random = systemRandom()
  const sent: OutgoingMessage[] = []
  const carrier = {
    name: 'test',
    isInstant: () => options.instant ?? false,
    failing: false,
    async send(message: OutgoingMessage) {
      if (carrier.failing) throw new Error('the carrier is down')
      sent.push(message)
      return { carrierId: message.id as string | null, status: 'sent' as const }
    },
  }
  const carriers = carriersOf(carrier)
  const { keys = ring, log: logger = log } = options
  const rules: SendRules = {
    mode: 'enforce',
    countries: '*',
    buckets: 'shadow',
    home: 'BR',
    prices: builtInPrices,
    cuts: defaultCuts,
    ...options.guard,
  }
  const guard = createSendGuard({
    db,
    keys,
    random,
    clock,
    log: logger,
    rules,
    onAlarm: options.onAlarm,
    ipFacts: options.ipFacts,
    askFraud: options.askFraud,
    askAbout: options.askAbout,
    workIterations: options.workIterations ?? 100,
  })
  const verifier =
    options.verifier ??
    createLocalVerifier({ db, random, keys, carriers, brand: 'Sympla', host: 'localhost', log: logger })
  const gate: GateDeps = {
    db,
    clock,
    random,
    keys,
    verifier,
    guard,
    assessor: createAssessor({
      db,
      keys,
      clock,
      book: guard.book,
      ipFacts: options.ipFacts,
      askFraud: options.askFraud,
      knowsSim: options.knowsSim,
      log: logger,
    }),
    policies: options.policies ?? builtInPolicies,
    relyingParty: relyingPartyAt(publicUrl, 'Sympla'),
    receipts: createReceiptSigner(keys),
    returnOrigins: undefined,
    log: logger,
  }
  const services = createServices({ db, clock, random })
  await services.create(accountSid, 'Sympla', {}, serviceSid)
  const app = createApp({ log: logger, random, trustedProxies: [], https: false })
  registerHealth(app, { db, receipts: gate.receipts, draining: () => false })
  registerGate(app, { ...gate, publicUrl, apiKey: new Secret(apiKey) })
  const door = {
    ...gate,
    carriers,
    catalogue: templates,
    services,
    publicUrl,
    accountSid,
    authToken: new Secret(authToken),
    apiKey: new Secret(apiKey),
    local: true,
    outbound: createOutbound({ networks: parseNetworks(loopback) }),
  }
  registerTwilio(app, door)

  /** One request to /v1. `key` is the bearer token; the API key unless said otherwise. */
  async function v1(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    more: { key?: string | null; headers?: Record<string, string> } = {},
  ) {
    const key = more.key === undefined ? apiKey : more.key
    const answer = await app.inject({
      method,
      url: `/v1${path}`,
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...more.headers,
      },
      ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    return {
      status: answer.statusCode,
      body: (answer.body ? JSON.parse(answer.body) : undefined) as Json,
      headers: answer.headers,
      text: answer.body,
    }
  }

  /** One request to /v2 with a form. */
  async function v2(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    form?: Record<string, string> | string,
    auth = `${accountSid}:${authToken}`,
  ) {
    const answer = await app.inject({
      method,
      url: path,
      headers: {
        authorization: `Basic ${Buffer.from(auth).toString('base64')}`,
        ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form !== undefined && { payload: typeof form === 'string' ? form : new URLSearchParams(form).toString() }),
    })
    return {
      status: answer.statusCode,
      body: (answer.body ? JSON.parse(answer.body) : undefined) as Json,
      headers: answer.headers,
      text: answer.body,
    }
  }

  const codeFor = (to: string) => sent.findLast((message) => message.to === to)?.code ?? 'none'
  return { app, gate, clock, carrier, carriers, sent, v1, v2, codeFor, close: () => app.close() }
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
export type Json = any

export type Doors = Awaited<ReturnType<typeof openDoors>>
export type { Clock }

let subjects = 0

/** A payout change as the platform submits it, for a subject and phone of its own. */
export function payout(more: Record<string, unknown> = {}) {
  const n = ++subjects
  return {
    kind: 'payout_account.change',
    subject: `org_${process.pid}_${n}`,
    contact: { phone: `+55119${String(80_000_000 + n)}` },
    summary: {
      payee: 'Aurora Eventos Ltda',
      amount: { value: '12500.00', currency: 'BRL' },
      fields: [{ label: 'Conta', value: '12345678-9' }],
    },
    payload: { type: 'bank_account', account: '12345678-9', canary: 'CANARY-7f3a' },
    ...more,
  }
}

/** A code of the same length that is not this one. */
export function wrong(code: string): string {
  return String((Number(code) + 1) % 10 ** code.length).padStart(code.length, '0')
}
