import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { type Logger, pino } from 'pino'
import { startBackground } from './background.ts'
import { type Carrier, carriersOf } from './channel/carrier.ts'
import { configuredCarriers } from './channel/carriers/configured.ts'
import { createInbox } from './channel/inbox.ts'
import type { AvalConfig } from './config.ts'
import { type Credentials, loadCredentials } from './credentials.ts'
import { signAuditHeads } from './gate/audit-heads.ts'
import { relyingPartyAt } from './gate/deps.ts'
import { fallBack } from './gate/fall-back.ts'
import { createReceiptSigner } from './gate/receipt.ts'
import { sendNotices } from './gate/send-notices.ts'
import { sweep } from './gate/sweep.ts'
import { createAlarm } from './guard/alarm-hook.ts'
import { createAssessor } from './guard/assess/assessor.ts'
import { defaultCuts } from './guard/buckets/scopes.ts'
import type { SendRules } from './guard/decide-send.ts'
import { withFile } from './guard/guard-file.ts'
import { type IpFiles, openIpFacts } from './guard/ip/ip-facts.ts'
import { builtInPrices } from './guard/prices.ts'
import { createSendGuard } from './guard/send-guard.ts'
import { createFraudDesk } from './guard/sources/fraud-desk.ts'
import { createApp } from './http/app.ts'
import { registerGate } from './http/gate/routes.ts'
import { registerHealth } from './http/health.ts'
import { registerHooks } from './http/hooks/routes.ts'
import { assetUrl, registerAssets } from './http/pages/assets.ts'
import { registerHostedPages } from './http/pages/hosted-routes.ts'
import { registerInbox } from './http/pages/inbox-routes.ts'
import { registerTwilio } from './http/twilio/routes.ts'
import { systemClock } from './lib/clock.ts'
import { createOutbound } from './lib/outbound.ts'
import { systemRandom } from './lib/random.ts'
import { loopback, parseNetworks } from './lib/reachable-address.ts'
import { localClock } from './local-clock.ts'
import type { DeliveryReport } from './model/delivery.ts'
import { openDb } from './store/open.ts'
import { createWebhookWorker, forgetDeliveries } from './verify/deliver-webhooks.ts'
import { createLocalVerifier } from './verify/local-verifier.ts'
import type { LookupDeps } from './verify/lookup-phone.ts'
import { createLookupSource } from './verify/lookup-source.ts'
import { noteDelivery } from './verify/note-delivery.ts'
import { createServices } from './verify/services.ts'
import { createTwilioVerifier } from './verify/twilio-verifier.ts'

/** A running Aval: its HTTP server, not yet listening, and what its owner needs. */
export interface Aval {
  app: FastifyInstance
  config: AvalConfig
  credentials: Credentials
  log: Logger
  /** What a platform in the same process shares: the address of assets, and the clock. */
  clock: { now(): number }
  assetUrl(name: string): string
  /** Stops taking work, finishes what is under way, closes the store. */
  close(): Promise<void>
}

const sweepMs = 15_000
const inboxMs = 500
const fallbackMs = 1_000
const noticesMs = 1_000
const guardMs = 2_000
const headMs = 60_000
const webhookMs = 1_000

/** Every part and every wire, once. `carrier` replaces the local inbox as the bearer of messages. */
export async function createAval(
  config: AvalConfig,
  overrides: { carrier?: Carrier; log?: Logger } = {},
): Promise<Aval> {
  const log = overrides.log ?? pino({ level: config.AVAL_LOG_LEVEL })
  const credentials = loadCredentials(config)
  const local = config.mode === 'local'
  const clock = local ? localClock(join(config.dataDir, 'clock.json')) : systemClock()
  const random = systemRandom()
  const { keys } = credentials
  const location = config.AVAL_DATABASE_URL
    ? { url: config.AVAL_DATABASE_URL.reveal() }
    : { file: join(config.dataDir, 'aval.db') }
  const db = await openDb(location, (err) => log.warn({ err }, 'an idle connection to the store broke'))

  const inbox = local
    ? createInbox({ file: join(config.dataDir, 'inbox.jsonl'), clock, random, testNumbers: config.testNumbers })
    : undefined
  const carrier = overrides.carrier ?? inbox
  const chosen = configuredCarriers(config.carriers, { keys, random, clock, publicUrl: config.publicUrl, log })
  const carriers = { ...(carrier && carriersOf(carrier)), ...chosen }
  const networks = parseNetworks([...(local ? loopback : []), ...(config.AVAL_WEBHOOK_NETWORKS ?? [])])
  const outbound = createOutbound({ networks })
  const onAlarm = createAlarm({ hook: config.alarm, outbound, clock, random, log })
  const ipFacts = await openIpFacts(ipFilesOf(config, log))
  const askFraud = createFraudDesk(config.fraudSources, { clock, random, log })
  const guard = createSendGuard({
    ...{ db, keys, random, clock, log, ipFacts, onAlarm, askFraud },
    rules: sendRulesOf(config),
    askAbout: config.fraudSources?.messages,
    workIterations: config.AVAL_PROOF_OF_WORK,
  })
  const { publicUrl } = config
  const brand = config.AVAL_BRAND
  const verifier = config.twilio
    ? await createTwilioVerifier({ db, random, keys, log, channels: config.TWILIO_VERIFY_CHANNELS, ...config.twilio })
    : createLocalVerifier({ db, random, keys, carriers, brand, host: new URL(publicUrl).hostname, log })
  const receipts = createReceiptSigner(keys)
  const returnOrigins = config.AVAL_RETURN_ORIGINS
    ? new Set(config.AVAL_RETURN_ORIGINS)
    : local
      ? undefined
      : new Set([publicUrl])
  const { policies } = config
  const relyingParty = relyingPartyAt(publicUrl, brand)
  const assessor = createAssessor({
    ...{ db, keys, clock, book: guard.book, ipFacts, askFraud, log },
    knowsSim: config.fraudSources?.knowsSim,
  })
  const gate = {
    db,
    clock,
    random,
    keys,
    verifier,
    guard,
    assessor,
    policies,
    receipts,
    relyingParty,
    returnOrigins,
    log,
  }
  const services = createServices({ db, clock, random })
  await services.create(credentials.accountSid, brand, {}, credentials.serviceSid)
  const webhooks = { ...gate, authToken: credentials.authToken, outbound }
  const webhookWorker = createWebhookWorker(webhooks)
  const lookups: LookupDeps = { db, keys, lookupSource: config.lookup && createLookupSource(config.lookup, log) }

  let draining = false
  const app = createApp({
    log,
    random,
    trustedProxies: config.AVAL_TRUSTED_PROXIES ?? [],
    https: publicUrl.startsWith('https:'),
  })
  registerHealth(app, { db, receipts, draining: () => draining })
  registerAssets(app)
  registerGate(app, { ...gate, publicUrl, apiKey: credentials.apiKey })
  registerTwilio(app, {
    ...webhooks,
    ...lookups,
    ...credentials,
    carriers,
    catalogue: config.catalogue,
    services,
    publicUrl,
    local,
  })
  registerHostedPages(app, { ...gate, publicUrl, brand, inboxUrl: inbox && '/dev/inbox' })
  const report = (report: DeliveryReport) => noteDelivery(gate, report)
  inbox?.onReport(report)
  registerHooks(app, config.carriers, { ...gate, publicUrl, report })
  if (inbox) registerInbox(app, { inbox, clock, publicUrl, brand })

  const background = startBackground(log, [
    { name: 'sweep', everyMs: sweepMs, run: () => sweep(gate) },
    ...(inbox ? [{ name: 'inbox', everyMs: inboxMs, run: () => inbox.tick() }] : []),
    { name: 'fallback', everyMs: fallbackMs, run: () => fallBack(gate) },
    { name: 'guard settings', everyMs: guardMs, run: () => guard.refresh() },
    { name: 'notices', everyMs: noticesMs, run: () => sendNotices(gate, carriers, { brand, publicUrl }) },
    { name: 'audit heads', everyMs: headMs, run: () => signAuditHeads(gate) },
    { name: 'webhooks', everyMs: webhookMs, run: webhookWorker.deliver },
    { name: 'webhooks that ended', everyMs: sweepMs, run: () => forgetDeliveries(gate) },
  ])

  return {
    app,
    config,
    credentials,
    log,
    clock,
    assetUrl,
    async close() {
      draining = true
      background.stop()
      await Promise.all([app.close(), webhookWorker.close()])
      await Promise.all(Object.values(carriers).map((one) => one?.close?.()))
      await signAuditHeads(gate).catch(() => undefined)
      await guard.flush()
      ipFacts.close()
      await db.close()
    },
  }
}

function ipFilesOf({ AVAL_IP_COUNTRY_FILE: country, AVAL_IP_ASN_FILE: asnFile }: AvalConfig, log: Logger): IpFiles {
  return {
    ...(country !== undefined && { countryFile: country === 'none' ? false : country }),
    ...(asnFile !== undefined && { asnFile }),
    onFault: ({ message }) => log.warn({ why: message }, 'the file before it stays in use'),
  }
}

function sendRulesOf(config: AvalConfig): SendRules {
  const rules: SendRules = {
    mode: config.AVAL_GUARD_MODE,
    countries: countriesOf(config),
    // The inbox costs nothing, so there is nothing to pump.
    buckets: config.AVAL_GUARD_BUCKETS ?? (config.mode === 'local' ? 'shadow' : 'enforce'),
    home: config.AVAL_HOME_COUNTRY,
    prices: builtInPrices,
    cuts: defaultCuts,
  }
  return withFile(rules, config.guardFile)
}

function countriesOf(config: AvalConfig): SendRules['countries'] {
  const given = config.AVAL_COUNTRIES ?? (config.mode === 'local' ? ['*'] : ['BR'])
  return given.join() === '*' ? '*' : new Set(given)
}
