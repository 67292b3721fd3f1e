import type { Instant } from '../lib/clock.ts'
import type { Phone } from '../lib/e164.ts'
import { lineTypeOf } from '../lib/line-type.ts'
import { type DecisionAction, type Reason, stricter } from '../model/decision.ts'
import type { Channel } from '../model/factor.ts'
import type { WorkChallenge } from '../model/proof-of-work.ts'
import type { ListItemRow } from '../store/guard-settings.ts'
import type { ReleaseRules } from './assess/judge-release.ts'
import { type Bucket, waitFor } from './buckets/bucket.ts'
import type { Conditions } from './buckets/conditions.ts'
import type { AskerClass, Draw, Taken } from './buckets/draw.ts'
import type { Asker, Charge } from './buckets/ledger.ts'
import { type Cuts, drawsFor, type Message, type Named, type Scope } from './buckets/scopes.ts'
import { type Alarm, alarmsOf, brasiliaMs, type Caps, capDraws } from './caps.ts'
import { type DestinationRules, destinationRefusal } from './destination-rules.ts'
import { countedRecipient, maskRecipient, networksOf } from './limit-keys.ts'
import type { Lists } from './lists.ts'
import { applyBudgets, applyRules, type OperatorRules } from './operator-rules.ts'
import { type Prices, priceOf } from './prices.ts'
import { countingDraws, readCounts } from './rule-counts.ts'
import type { Signals } from './rules/signals.ts'
import type { Said } from './sources/ask-sources.ts'

/** What operators set. */
export interface SendRules extends DestinationRules {
  /** Whether empty buckets refuse, are only noted, or are not kept. */
  buckets: 'enforce' | 'shadow' | 'off'
  /** ISO 3166 country of most users: it has no bucket of its own for strangers' growth. */
  home: string
  prices: Prices
  cuts: Cuts
  caps?: Caps | undefined
  /** How evidence turns into what a transaction has to go through; undefined: the usual rules. */
  release?: ReleaseRules | undefined
  /** The text that `operator` is made of. */
  rulesText?: string | undefined
  /** The rules that operators wrote. */
  operator?: OperatorRules | undefined
}

/** A message that is about to be sent. */
export interface SendAsk {
  /** E.164 number or e-mail address. */
  to: string
  /** The number as the numbering plan knows it. */
  phone: Phone | undefined
  channel: Channel
  segments?: number | undefined
  /** The account, or `gate`: what caps of services are named by. */
  service?: string | undefined
  /** Where the user is, if anybody says so: never the address of a server that asks for him. */
  ip: string | undefined
  /** Whether the message belongs to a transaction, which was judged when it was opened. */
  isOfTransaction?: boolean | undefined
  /** Whether an address of a private network tells sources apart, too: in a trace it does. */
  anySource?: boolean | undefined
  /** What is known of it besides, for the rules of operators. */
  facts?: Partial<Signals> | undefined
  /** What outside systems said, where any was asked. */
  said?: readonly Said[] | undefined
  /** Who asks, by keys that the store knows, or said outright in a trace. */
  asker: Asker
  /** The asker can do a proof of work; `draws` is what the one that was done takes. */
  work?: { draws: readonly Draw[] | undefined } | undefined
  /** Why no guard holds it up. It is counted all the same. */
  waived?: 'safe_listed' | 'waived' | undefined
  /** Millionths of a USD, in place of the table's. */
  priceMicros?: number | undefined
}

/** The answer, with all that it was made of. */
export interface SendDecision {
  action: DecisionAction
  /** Whether the answer is carried out; in shadow mode it is noted, and the message goes. */
  enforced: boolean
  reasons: Reason[]
  asker: AskerClass
  country: string
  priceMicros: number
  /** What an entered code pays back. */
  charges: Charge[]
  /** Shares of caps that it reached. */
  alarms: Alarm[]
  /** What the asker's browser may work out, to be let past after all. */
  proofOfWork?: WorkChallenge | undefined
}

/** What is in force at this moment. */
export interface InForce {
  rules: SendRules
  lists: Lists
}

/** How keys are made of values, so that no value stands in a bucket. */
export type KeyMaker = (scope: string, value: string) => string

/** What the buckets are asked. */
export interface TakeRequest {
  asker: Asker
  draws: Draw[]
}

/** Above it a message should not leave (Twilio, SMS Pumping Risk of Lookup v2). Another way does. */
const pumpingScoreMax = 90

/** What happens where a bucket is empty. */
const whenEmpty: Partial<Record<string, DecisionAction>> = { num: 'wait', own: 'wait' } satisfies Partial<
  Record<Scope, DecisionAction>
>
/** Buckets of what many share: where they alone are empty, a proof of work tells a person from a flood. */
const shared: ReadonlySet<string> = new Set<Scope>(['ip', 'net', 'newdev'])

/**
 * May this message be sent? One ordered list, cheap first: lists, the destination's country and line, then the buckets, all or none of
 * which give. Written as a generator that yields what it asks of the buckets, so that the very same steps decide in production and in a replay.
 */
export function* decideSend(
  { rules, lists }: InForce,
  keyOf: KeyMaker,
  conditionsOf: (country: string, family: string) => Conditions,
  ask: SendAsk,
  at: Instant,
): Generator<TakeRequest, SendDecision, Taken> {
  const country = ask.phone?.country ?? 'ZZ'
  const priceMicros = ask.priceMicros ?? priceOf(rules.prices, ask.channel, country, ask.segments)
  const signals = rules.operator ? signalsOf(ask, country, priceMicros, at) : {}
  const decision = yield* judgeSend({ rules, lists }, keyOf, conditionsOf, ask, { country, priceMicros, signals }, at)
  const { action, enforced } = decision
  const refused = countingDraws(rules.operator?.counts ?? [], 'refused', signals, keyOf)
  if (action !== 'allow' && enforced && refused.length > 0) yield { asker: 0, draws: refused }
  return decision
}

/** What is known of a message before anybody is asked. */
interface Seen {
  country: string
  priceMicros: number
  signals: Partial<Signals>
}

function* judgeSend(
  { rules, lists }: InForce,
  keyOf: KeyMaker,
  conditionsOf: (country: string, family: string) => Conditions,
  ask: SendAsk,
  { country, priceMicros, signals }: Seen,
  at: Instant,
): Generator<TakeRequest, SendDecision, Taken> {
  const decision: SendDecision = {
    action: 'allow',
    enforced: true,
    reasons: [...(ask.waived ? [{ code: ask.waived }] : []), ...(ask.said ?? []).map(saidReason)],
    asker: 0,
    country,
    priceMicros,
    charges: [],
    alarms: [],
  }
  if (rules.mode === 'off') return decision
  const listed = lists.find(
    {
      recipient: keyOf('recipient', countedRecipient(ask.to)),
      e164: ask.phone?.e164,
      country,
      ip: ask.ip,
      ipCountry: ask.facts?.ip_country,
      asn: ask.facts?.asn,
    },
    at,
  )
  const refused = listed?.list === 'block' ? listedReason(listed) : refusedBy(rules, ask)
  const counts = yield* readCounts(rules.operator?.counts ?? [], signals, keyOf)
  const isOfTransaction = ask.isOfTransaction ?? false
  let ruled = applyRules(rules.operator, signals, { counts, isOfTransaction })
  decision.reasons.push(...ruled.reasons)
  const waived = ask.waived !== undefined || listed?.list === 'allow' || ruled.action === 'allow'
  if (listed?.list === 'allow') decision.reasons.push(listedReason(listed))
  if (refused) {
    decision.reasons.push(refused)
    if (!waived) return { ...decision, action: 'block', enforced: rules.mode === 'enforce' }
  }
  const isOpen = waived || ruled.action === undefined || ruled.action === 'challenge'
  const worked = isOpen && !waived && (yield* spendProof(ask, decision))
  if (worked) ruled = applyRules(rules.operator, signals, { counts, isOfTransaction, worked })
  if (!waived && ruled.action !== undefined) {
    if (ruled.action === 'challenge') askForProof(ask, decision)
    return { ...decision, action: ruled.action, enforced: rules.mode === 'enforce' }
  }
  const pumping = ask.facts?.pumping_score ?? 0
  if (pumping > pumpingScoreMax) {
    decision.reasons.push({ code: 'pumping_score', score: pumping })
    if (!waived) return { ...decision, action: 'divert', enforced: rules.mode === 'enforce' }
  }
  if (rules.buckets !== 'off') {
    const message = messageOf(rules, keyOf, ask, country, priceMicros)
    yield* askBuckets(rules, keyOf, message, conditionsOf, { ...ask, worked }, signals, decision, at)
    if (waived) decision.action = 'allow'
    if (decision.action !== 'allow' && decision.enforced) return decision
  }
  yield* askCaps(rules, ask, decision, at)
  return decision
}

/** Takes from the buckets of a message, and notes in the decision what they said. */
function* askBuckets(
  rules: SendRules,
  keyOf: KeyMaker,
  message: Message,
  conditionsOf: (country: string, family: string) => Conditions,
  ask: SendAsk & { worked: boolean },
  signals: Partial<Signals>,
  decision: SendDecision,
  at: Instant,
): Generator<TakeRequest, void, Taken> {
  const here = conditionsOf(message.country, message.family)
  const usual = drawsFor(message, rules.cuts, here, conditionsOf('abroad', message.family))
  const { draws, whenEmpty: tuned } = applyBudgets(rules, usual, message, signals, here, keyOf)
  draws.push(...countingDraws(rules.operator?.counts ?? [], 'message', signals, keyOf))
  const emptyAction = ({ scope }: Draw) => tuned[scope] ?? whenEmpty[scope] ?? 'divert'
  const isExcusable = (draw: Draw) =>
    emptyAction(draw) === 'challenge' || (emptyAction(draw) === 'divert' && shared.has(draw.scope))
  let taken = yield { asker: ask.asker, draws }
  if (!taken.taken && ask.worked) {
    for (const [i, { refused }] of taken.draws.entries()) {
      const draw = draws[i] as Draw
      if (refused && isExcusable(draw)) draws[i] = excused(draw)
    }
    taken = yield { asker: taken.asker, draws }
  }
  decision.asker = taken.asker
  if (taken.taken) {
    const charges = draws.flatMap(({ key, cost, pay }, i) => (taken.draws[i]?.used ? [{ key, cost, pay }] : []))
    decision.charges = [...decision.charges, ...charges]
    return
  }
  const empty = draws.filter((_, i) => taken.draws[i]?.refused)
  for (const [i, { refused, bucket }] of taken.draws.entries())
    if (refused) decision.reasons.push(emptyReason(draws[i] as Draw, { ...bucket, at }, here.normal))
  if (ask.work && empty.every(isExcusable)) {
    decision.action = 'challenge'
    askForProof(ask, decision)
  } else decision.action = empty.map(emptyAction).reduce(stricter, decision.action)
  decision.enforced = rules.mode === 'enforce' && rules.buckets === 'enforce'
}

/** What an empty bucket is left when a proof of work goes past it: nothing is taken, and no more comes back than for any other message. */
function excused(draw: Draw): Draw {
  return { ...draw, effect: 'count', cost: 0, pay: Math.max(0, draw.pay - draw.cost) }
}

/** Takes the proof of work that was done, whatever becomes of the message then. False: none was, or it does not count. */
function* spendProof({ work }: SendAsk, decision: SendDecision): Generator<TakeRequest, boolean, Taken> {
  if (!work?.draws) return false
  const draws = [...work.draws]
  const { taken, draws: drawn } = yield { asker: 0, draws }
  const isUsed = draws.some(({ scope }, i) => scope === 'proof' && drawn[i]?.refused)
  decision.reasons.push({ code: 'challenge', proof: taken ? 'done' : isUsed ? 'used_before' : 'too_many' })
  if (taken) decision.charges = draws.map(({ key, cost, pay }) => ({ key, cost, pay }))
  return taken
}

/** Notes that a proof of work is all that it takes, where none was shown. */
function askForProof({ work }: SendAsk, { reasons }: SendDecision): void {
  if (work && !work.draws) reasons.push({ code: 'challenge', proof: 'asked' })
}

/** Takes the price from the caps. They hold for everybody, also where the buckets are only watched: money is money. */
function* askCaps(
  rules: SendRules,
  { channel, service = 'gate' }: SendAsk,
  decision: SendDecision,
  at: Instant,
): Generator<TakeRequest, void, Taken> {
  const { country, priceMicros } = decision
  const draws = capDraws(rules.caps, { channel, country, service, usd: priceMicros / 1e6 }, at)
  if (draws.length === 0) return
  const taken = yield { asker: decision.asker, draws }
  if (taken.taken) {
    decision.alarms = alarmsOf(
      draws,
      taken.draws.map(({ bucket }) => bucket.balance),
    )
    return
  }
  for (const [i, { refused, bucket }] of taken.draws.entries())
    if (refused) decision.reasons.push(emptyReason(draws[i] as Draw, { ...bucket, at }, 0))
  decision.action = 'divert'
  decision.enforced = rules.mode === 'enforce'
}

/** What the rules of operators may ask about a message. */
function signalsOf(
  { to, phone, channel, ip, asker, service, facts }: SendAsk,
  country: string,
  priceMicros: number,
  at: Instant,
): Partial<Signals> {
  const known = typeof asker === 'number' ? { class: asker, known_number: asker > 0, known_device: asker === 2 } : {}
  return {
    ...known,
    ...(typeof asker === 'number' && { new_device: asker === 1 }),
    country: country === 'ZZ' ? undefined : country,
    channel,
    ip,
    number: phone ? to : undefined,
    line_type: phone ? lineTypeOf(phone) : undefined,
    price: priceMicros / 1e6,
    subject: service,
    hour: new Date(at + brasiliaMs).getUTCHours(),
    ...facts,
  }
}

function refusedBy(rules: SendRules, { phone, channel }: SendAsk): Reason | undefined {
  return phone && destinationRefusal(rules, phone, channel)
}

function saidReason({ source, answer, why, reasons }: Said): Reason {
  return { code: 'outside', source, answer, why: why ?? null, said: reasons }
}

function listedReason({ list, kind, label, note, until_at }: ListItemRow): Reason {
  return { code: 'listed', list, kind, label, note, until: until_at }
}

function emptyReason({ scope, label, rule, cost }: Draw, bucket: Bucket, normal: number): Reason {
  const wait = scope === 'cap' ? Number.POSITIVE_INFINITY : waitFor(bucket, rule, cost)
  return {
    code: 'bucket_empty',
    scope,
    label,
    sent: rounded(bucket.sent),
    entered: rounded(bucket.entered),
    normal: rounded(normal),
    balance: rounded(bucket.balance),
    base: rounded(rule.base),
    cost: rounded(cost),
    next_in_s: Number.isFinite(wait) ? Math.ceil(wait / 1000) : null,
  }
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}

function messageOf(
  { home }: SendRules,
  keyOf: KeyMaker,
  { to, phone, channel, ip, anySource = false }: SendAsk,
  country: string,
  priceMicros: number,
): Message {
  const recipient = countedRecipient(to)
  const networks = networksOf(ip, anySource)
  const named = (scope: string, value: string, label: string): Named => ({ key: keyOf(scope, value), label })
  return {
    family: channel === 'sms' || channel === 'call' ? channel : 'free',
    price: priceMicros / 1e6,
    country,
    isHome: country === home,
    recipient: named('recipient', recipient, maskRecipient(to)),
    block: phone && named('block', recipient.slice(0, -4), `${recipient.slice(0, -4)}-••••`),
    source: networks && {
      ip: named('ip', networks.ip, networks.net),
      net: named('net', networks.net, networks.net),
    },
  }
}
