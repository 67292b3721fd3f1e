import { openBytes, sealBytes } from '../lib/aead.ts'
import type { Clock, Instant } from '../lib/clock.ts'
import type { Phone } from '../lib/e164.ts'
import { frame } from '../lib/frame.ts'
import { newId } from '../lib/ids.ts'
import { networkOf } from '../lib/ip.ts'
import type { KeyRing } from '../lib/keyring.ts'
import type { Random } from '../lib/random.ts'
import type { Channel } from '../model/factor.ts'
import type { WorkProof } from '../model/proof-of-work.ts'
import { all, type Db } from '../store/db.ts'
import { type BucketRow, findBuckets } from '../store/guard-buckets.ts'
import { insertDecisions, type NewDecision } from '../store/guard-decisions.ts'
import { createBatches } from './batches.ts'
import { settled, waitFor } from './buckets/bucket.ts'
import { type Conditions, conditionsOf } from './buckets/conditions.ts'
import type { Draw } from './buckets/draw.ts'
import { createLedger, type Entry, ruleOf } from './buckets/ledger.ts'
import { plain } from './buckets/scopes.ts'
import type { Alarm } from './caps.ts'
import { firstDraw, type Tried, tryDraw } from './check-budget.ts'
import { decideSend, type InForce, type KeyMaker, type SendDecision, type SendRules } from './decide-send.ts'
import { createGuardBook, type GuardBook } from './guard-book.ts'
import type { IpLookup } from './ip/ip-facts.ts'
import { countedRecipient, createLimitKeys, maskRecipient, wideNetwork } from './limit-keys.ts'
import { prepareLists } from './lists.ts'
import { wordsOf } from './reason.ts'
import type { Heard } from './sources/ask-sources.ts'
import type { AskFraud } from './sources/fraud-desk.ts'
import type { AskedMessages } from './sources/source-file.ts'
import { createSprayWatch, type SprayAlarm } from './spraying.ts'
import { createProofOfWork, defaultIterations, type WorkBound } from './work/proof-of-work.ts'
import { hourDraws, workDraws } from './work/work-draws.ts'

/** Where the guard tells what it objected to. */
export interface GuardLog {
  warn(details: object, message: string): void
}

/** A message that somebody wants sent. */
export interface SendRequest {
  door: 'verify' | 'gate'
  /** Within which a number that proved itself is known: an account, or a subject. */
  account: string
  /** E.164 number or e-mail address. */
  to: string
  phone: Phone | undefined
  channel: Channel
  segments?: number | undefined
  /** Of the user, where it is known. */
  ip: string | undefined
  device?: string | undefined
  /** What a proof of work is bound to, where the asker can do one, and the one that he did. Needs `ip`. */
  work?: { transaction: string; version: number; proof?: WorkProof | undefined } | undefined
  waived?: 'safe_listed' | 'waived' | undefined
}

/** Decides over messages, for all nodes on one store. */
export interface SendGuard {
  /** The rules as they were read last; two seconds old at most, where `refresh` is called that often. */
  readonly rules: SendRules
  /** What operators set. */
  readonly book: GuardBook
  /** Reads what operators set since. */
  refresh(): Promise<void>
  /**
   * May this message be sent? What it costs is taken from the buckets at once; where it may not, nothing changes. Rejects with
   * StoreUnavailable: where the buckets cannot be asked nothing is sent, for the message itself could not be noted either; with
   * proof_of_work_invalid where the proof does not stand.
   */
  maySend(request: SendRequest): Promise<SendDecision>
  /** The message was not sent after all: what it took is put back. Never rejects. */
  giveBack(decision: SendDecision): Promise<void>
  /** Writes a decision down. `ref` names the verification or transaction; empty where nothing came of it. */
  note(request: SendRequest, decision: SendDecision, ref: string): void
  /**
   * The code of the last message of `ref` was entered: its buckets are paid back, once, and its recipient is known from now on. Never
   * rejects: nothing that was approved hangs on it.
   */
  entered(ref: string, who: Pick<SendRequest, 'account' | 'to' | 'device'>): Promise<void>
  /**
   * May this code be tried, after all the wrong ones before it? `code` names it, where it came by a message: it has one try in any case.
   * `retryAfterS`: not now. Tries that come at the same moment may see the same; each code's own five bound them.
   */
  mayCheck(tried: Tried, code: string | undefined): Promise<{ retryAfterS: number | undefined; wrongBefore: boolean }>
  /** Notes how a try ended. A right one makes the wrong ones before it, if there were any, forgotten. Never rejects: it has been judged. */
  checked(tried: Tried, was: 'right' | 'wrong', wrongBefore: boolean): Promise<void>
  /** How many digits a new code of Aval's own has: as many as `wanted`, and eight at least while guesses are sprayed over the service. */
  codeLength(wanted: number): Promise<number>
  /** Resolves when all that was noted is written. */
  flush(): Promise<void>
}

const conditionsForMs = 2_000
/** A hundred times as many codes to guess as six digits have. */
const sprayedLength = 8
const nothingListed = prepareLists([])

/** The guard of messages over this store. */
export function createSendGuard(deps: {
  db: Db
  keys: KeyRing
  random: Random
  clock: Pick<Clock, 'now'>
  log: GuardLog
  rules: SendRules
  /** Whom addresses belong to. */
  ipFacts?: Pick<IpLookup, 'lookup'> | undefined
  /** Outside systems, and which messages they are asked about; transactions are the assessor's. */
  askFraud?: AskFraud | undefined
  askAbout?: AskedMessages | undefined
  /** Called once for each share of a cap that is reached, and when guesses begin to be sprayed. */
  onAlarm?: ((alarm: Alarm | SprayAlarm) => void) | undefined
  /** What a proof of work costs a browser; 0: none is offered. */
  workIterations?: number | undefined
}): SendGuard {
  const keyOf = createLimitKeys(deps.keys)
  const { db, keys, random, clock, log, ipFacts, onAlarm, askFraud, askAbout = 'none' } = deps
  const refOf = (number: string) => keyOf('recipient', countedRecipient(number))
  const book = createGuardBook({ ...deps, refOf })
  let { rules } = deps
  const ledger = createLedger(db)
  const drawOf = ({ account, of }: Tried) => tryDraw(keyOf('tries', JSON.stringify([account, of])))
  const decisions = createBatches<NewDecision>(log, 'decisions', (batch) => {
    const statement = insertDecisions(db.dialect, JSON.stringify(batch))
    return db.quick(function* () {
      yield* all(statement)
    })
  })
  const entries = createBatches<Entry>(log, 'entered codes', async (batch) => {
    // What was sent is written down before what became of it.
    await decisions.flush()
    await ledger.enter(batch)
  })
  const conditions = createConditions(db)
  const spraying = createSprayWatch(deps)
  const { workIterations = defaultIterations } = deps
  const proofs = createProofOfWork({ keys, random, clock, iterations: workIterations })
  const off = rules.mode === 'off' || rules.buckets === 'off'

  async function inForce(): Promise<InForce> {
    if (rules.mode === 'off') return { rules, lists: nothingListed }
    const now = await book.inForce()
    rules = now.rules
    return now
  }

  /** What outside systems know of a message that costs money; transactions are asked about when they are opened. */
  async function hear({ phone, channel, ip, waived }: SendRequest, at: Instant): Promise<Heard | undefined> {
    const isAsked = askAbout === 'all' || (askAbout === 'abroad' && phone?.country !== rules.home)
    if (!askFraud || !phone || !isAsked || waived || (channel !== 'sms' && channel !== 'call')) return undefined
    return askFraud({ decisionId: newId('dec', at, random), about: 'message', phone: phone.e164, ip })
  }

  const workKey = ({ network }: WorkBound) => keyOf('work', network)

  async function drawsOfProof({ work }: SendRequest, bound: WorkBound, at: Instant): Promise<Draw[] | undefined> {
    if (!work?.proof) return undefined
    return workDraws(keyOf('proof', await proofs.nameOf(work.proof, bound)), workKey(bound), at)
  }

  /** Adds the work that would let a message past, unless its network has done as much as it may. */
  async function offerWork(decision: SendDecision, bound: WorkBound, at: Instant): Promise<void> {
    const { action, enforced, reasons } = decision
    const asked = reasons.findIndex((reason) => reason.code === 'challenge' && reason.proof === 'asked')
    if (asked < 0 || action !== 'challenge' || !enforced) return
    const buckets = await Promise.all(hourDraws(workKey(bound), at).map((draw) => ledger.read(draw, at)))
    if (buckets.every(({ balance }) => balance >= 1)) decision.proofOfWork = await proofs.offer(bound)
    else reasons[asked] = { code: 'challenge', proof: 'too_many' }
  }

  return {
    get rules() {
      return rules
    },
    book,
    async refresh() {
      await inForce()
    },
    async maySend(request) {
      const now = await inForce()
      const at = clock.now()
      const [number, device] = knownKeys(keyOf, request)
      const country = request.phone?.country ?? 'ZZ'
      const family = request.channel === 'sms' || request.channel === 'call' ? request.channel : 'free'
      const known = off || family === 'free' ? undefined : await conditions.read(country, family, at)
      const service = request.door === 'gate' ? 'gate' : request.account
      // Rules may ask who this is before anything is taken.
      const asker = now.rules.operator ? await ledger.classOf({ number, device }) : { number, device }
      const { country: ip_country, asn } = (request.ip === undefined ? undefined : ipFacts?.lookup(request.ip)) ?? {}
      const isOfTransaction = request.door === 'gate'
      const heard = await hear(request, at)
      const { lineType, pumpingScore } = heard?.facts ?? {}
      const facts = {
        ip_country,
        asn,
        ...(lineType !== undefined && { line_type: lineType }),
        ...(pumpingScore !== undefined && { pumping_score: pumpingScore }),
      }
      const bound = workIterations > 0 ? boundOf(request) : undefined
      const work = bound && { draws: await drawsOfProof(request, bound, at) }
      const ask = { ...request, service, isOfTransaction, asker, facts, said: heard?.said, work }
      const steps = decideSend(now, keyOf, (name) => known?.(name) ?? conditionsOf(undefined, undefined), ask, at)
      let step = steps.next()
      while (!step.done) {
        const { asker, draws } = step.value
        step = steps.next(await ledger.take(asker, draws, at))
      }
      const decision = step.value
      if (bound) await offerWork(decision, bound, at)
      for (const alarm of decision.alarms) onAlarm?.(alarm)
      // What buckets that are only watched would say is in the decisions; a log of it would be noise.
      const watched = !decision.enforced && decision.reasons.every(({ code }) => code === 'bucket_empty')
      const isOrdinary = decision.action === 'allow' && decision.reasons.every(({ code }) => code === 'outside')
      if (!watched && !isOrdinary) tell(log, decision)
      return decision
    },
    async giveBack({ charges }) {
      await ledger
        .giveBack(charges)
        .catch((error: Error) => log.warn({ why: error.name }, 'the guard could not give back'))
    },
    note(request, decision, ref) {
      if (rules.mode === 'off') return
      const at = clock.now()
      const id = newId('dec', at, random)
      const { to, ip, device, account } = request
      void decisions.note({
        id,
        at,
        door: request.door,
        ref,
        channel: request.channel,
        country: decision.country,
        recipient: maskRecipient(to),
        address: ip === undefined ? '' : wideNetwork(ip),
        asker: decision.asker,
        action: decision.action,
        enforced: decision.enforced ? 1 : 0,
        price_micros: decision.priceMicros,
        reasons: JSON.stringify(decision.reasons),
        charged: JSON.stringify(decision.charges),
        key_id: keys.activeId,
        trace_sealed: sealTrace(keys, id, { to, ip, device, account }, random),
      })
    },
    async entered(ref, who) {
      if (off) return
      const known = knownKeys(keyOf, who).filter((key) => key !== undefined)
      await entries.note({ ref, known, at: clock.now() })
    },
    async mayCheck(tried, code) {
      if (off) return { retryAfterS: undefined, wrongBefore: false }
      const at = clock.now()
      const draw = drawOf(tried)
      const bucket = await ledger.read(draw, at)
      if (bucket.balance >= draw.cost || rules.mode !== 'enforce' || rules.buckets !== 'enforce')
        return { retryAfterS: undefined, wrongBefore: bucket.balance < bucket.base }
      if (code !== undefined && (await ledger.take(0, [firstDraw(code)], at)).taken)
        return { retryAfterS: undefined, wrongBefore: true }
      return { retryAfterS: Math.ceil(waitFor(bucket, draw.rule, draw.cost) / 1000), wrongBefore: true }
    },
    async checked(tried, was, wrongBefore) {
      if (off) return
      spraying.note(was)
      if (was === 'right' && !wrongBefore) return
      const at = clock.now()
      const draw = drawOf(tried)
      const noted =
        was === 'wrong' ? ledger.take(0, [draw], at) : ledger.repay([{ key: draw.key, cost: 0, pay: draw.pay }], 0, at)
      await noted.catch((error: Error) => log.warn({ why: error.name }, 'the guard could not note a try'))
    },
    async codeLength(wanted) {
      if (off || wanted >= sprayedLength || !(await spraying.isOn())) return wanted
      return rules.mode === 'enforce' && rules.buckets === 'enforce' ? sprayedLength : wanted
    },
    async flush() {
      await decisions.flush()
      await entries.flush()
      await spraying.flush()
    },
  }
}

function boundOf({ work, ip }: SendRequest): WorkBound | undefined {
  return work && ip !== undefined
    ? { transaction: work.transaction, version: work.version, network: networkOf(ip) }
    : undefined
}

/** The keys by which a recipient is known in an account: with any device, and with this one. */
function knownKeys(
  keyOf: KeyMaker,
  { account, to, device }: Pick<SendRequest, 'account' | 'to' | 'device'>,
): [string, string | undefined] {
  const name = JSON.stringify([account, countedRecipient(to)])
  const ofDevice = device === undefined ? undefined : keyOf('device', JSON.stringify([name, device]))
  return [keyOf('known', name), ofDevice]
}

/** What a trace needs of a decision and nobody else: opened where live traffic is exported. */
export interface TraceFacts {
  to: string
  ip?: string | undefined
  device?: string | undefined
  account: string
}

function sealTrace(keys: KeyRing, id: string, facts: TraceFacts, random: Random): string {
  const key = keys.key(keys.activeId, 'trace')
  return sealBytes(key, Buffer.from(JSON.stringify(facts)), frame('aval/trace/v1', keys.activeId, id), random)
}

/** Opens what a decision keeps for traces; throws SealBroken or UnknownKey. */
export function openTrace(keys: KeyRing, keyId: string, id: string, sealed: string): TraceFacts {
  return JSON.parse(openBytes(keys.key(keyId, 'trace'), sealed, frame('aval/trace/v1', keyId, id)).toString())
}

/** Tells the log of the process. Users are told less. */
function tell(log: GuardLog, { action, enforced, reasons, country }: SendDecision): void {
  const message =
    action === 'allow'
      ? 'a message was let past a guard'
      : enforced
        ? 'a message was not allowed'
        : 'a message would not be allowed'
  log.warn({ action, reasons: reasons.map(wordsOf), country }, message)
}

/** How codes fare, as the store has it; read again after two seconds, for it changes slowly. */
function createConditions(db: Db) {
  const kept = new Map<string, { at: Instant; of: (country: string) => Conditions }>()
  return {
    async read(country: string, family: string, at: Instant): Promise<(country: string) => Conditions> {
      const name = `${family}|${country}`
      const known = kept.get(name)
      if (known && at - known.at < conditionsForMs) return known.of
      const keys = {
        here: plain('stat', family, country).key,
        abroad: plain('stat', family, 'abroad').key,
        control: plain('control', family, country).key,
      }
      const rows = await db.read(findBuckets(db.dialect, JSON.stringify(Object.values(keys))))
      const bucket = (key: string) => {
        const row: BucketRow | undefined = rows.find((one) => one.key === key)
        return row && settled(row, ruleOf(row), at)
      }
      const here = conditionsOf(bucket(keys.here), bucket(keys.control))
      const abroad = conditionsOf(bucket(keys.abroad), undefined)
      const of = (asked: string) => (asked === 'abroad' ? abroad : here)
      kept.set(name, { at, of })
      return of
    },
  }
}
