import type { Clock, Instant } from '../../lib/clock.ts'
import type { Phone } from '../../lib/e164.ts'
import type { KeyRing } from '../../lib/keyring.ts'
import { lineTypeOf } from '../../lib/line-type.ts'
import type { Money } from '../../lib/money.ts'
import type { Db } from '../../store/db.ts'
import { createLedger } from '../buckets/ledger.ts'
import { brasiliaMs } from '../caps.ts'
import type { GuardBook } from '../guard-book.ts'
import type { IpLookup } from '../ip/ip-facts.ts'
import { limitKey } from '../limit-keys.ts'
import type { Signals } from '../rules/signals.ts'
import type { Said } from '../sources/ask-sources.ts'
import type { AskFraud } from '../sources/fraud-desk.ts'
import type { FraudFacts, FraudQuestion } from '../sources/source.ts'
import { type Acquaintances, acquaintanceRef, readAcquaintances, rememberAcquaintances } from './acquaintance.ts'
import { realsOf } from './evidence.ts'
import { defaultReleaseRules, judgeRelease, type ReleaseJudgement, type ReleaseRules } from './judge-release.ts'

/** What the platform knows of an account, and says; nothing of it is kept but what is compared. */
export interface AccountContext {
  accountCreatedAt?: Instant | undefined
  passwordChangedAt?: Instant | undefined
  /** CPF or CNPJ, digits and letters. */
  ownerTaxId?: string | undefined
  payeeTaxId?: string | undefined
  /** A bank account or Pix key in the platform's own spelling. */
  payeeAccount?: string | undefined
}

/** A transaction that is to be released once it is approved. */
export interface AssessQuestion {
  transactionId: string
  /** Of what it will do: outside systems say it again, so that an answer is of this very transaction. */
  digest: string
  kind: string
  subject: string
  amount: Money | undefined
  phone: Phone | undefined
  email: string | undefined
  /** The user's, where somebody says so: never a server's. */
  client: {
    ip?: string | undefined
    deviceId?: string | undefined
    userAgent?: string | undefined
    /** The user's token of the mobile network, of one use. */
    phoneToken?: string | undefined
  }
  context: AccountContext
  /** When an address of the account was last put in another's place. */
  contactChangedAt: Instant | undefined
  hasStrong: boolean
  /** Whether the policy leaves the evidence aside: operators' rules alone judge, by what is known without asking anybody. */
  byRulesAlone: boolean
}

/** What was seen before, for another version. */
export interface SeenBefore {
  signals: Partial<Signals>
  at: Instant
}

/** The judgement, and what it was made of. */
export interface Assessed extends ReleaseJudgement {
  /** Whether anything was asked at all. */
  judged: boolean
  /** Whether it is carried out, or only noted. */
  enforced: boolean
  seen: Acquaintances
  said: Said[]
  signals: Partial<Signals>
}

/** Judges what transactions have to go through before they are released, for all nodes on one store. */
export interface Assessor {
  /** Never says no to a question that it cannot answer: what is unknown counts for nothing. Rejects with StoreUnavailable. */
  assess(question: AssessQuestion): Promise<Assessed>
  /** The next version of a transaction: what was seen of the one before, with another amount. */
  assessAgain(
    before: SeenBefore,
    change: Pick<AssessQuestion, 'subject' | 'amount' | 'contactChangedAt' | 'hasStrong' | 'byRulesAlone'>,
  ): Promise<Assessed>
  /** It was released: device, payee and country are the account's from now on. Never rejects. */
  remember(subject: string, seen: Acquaintances): Promise<void>
}

const neverMs = 1e15
const hourMs = 3_600_000
const ages = ['sim_changed', 'password_changed', 'account_age'] as const

/** The assessor over this store. `askFraud`: outside systems, where any is configured; `knowsSim`: one of them knows of SIM changes. */
export function createAssessor(deps: {
  db: Db
  keys: KeyRing
  clock: Pick<Clock, 'now'>
  book: Pick<GuardBook, 'inForce'>
  ipFacts?: Pick<IpLookup, 'lookup'> | undefined
  askFraud?: AskFraud | undefined
  knowsSim?: boolean | undefined
  log: { warn(details: object, message: string): void }
}): Assessor {
  const { db, keys, clock, book, ipFacts, askFraud, knowsSim = false, log } = deps
  const ledger = createLedger(db)

  /** Whether a device that is new to the account has moved its share of the day: of Brasília, as the caps have it. */
  async function isOverDay(
    { new_device, subject }: Partial<Signals>,
    amount: Money | undefined,
    { newDeviceDayBrl }: ReleaseRules,
    at: Instant,
  ): Promise<boolean> {
    const reals = realsOf(amount)
    if (new_device !== true || reals === undefined) return false
    if (reals > newDeviceDayBrl) return true
    const date = new Date(at + brasiliaMs).toISOString().slice(0, 10)
    const rule = { base: newDeviceDayBrl, cap: newDeviceDayBrl, refillMs: neverMs, fadeMs: neverMs, memoryMs: neverMs }
    const key = `new_device_day|${limitKey(keys, 'new-device-day', JSON.stringify([subject, date]))}`
    const draw = {
      key,
      scope: 'new_device_day',
      label: '',
      rule,
      cost: reals,
      pay: 0,
      classes: 7,
      effect: 'refuse',
    } as const
    return !(await ledger.take(0, [draw], at)).taken
  }

  return {
    async assess(question) {
      const at = clock.now()
      const { rules } = await book.inForce()
      const { client, context, subject, amount, phone, hasStrong, byRulesAlone } = question
      const place = client.ip === undefined ? undefined : ipFacts?.lookup(client.ip)
      const payee = context.payeeAccount ?? context.payeeTaxId
      const seen: Acquaintances = {
        deviceRef: client.deviceId === undefined ? null : acquaintanceRef(keys, 'device', client.deviceId),
        payeeRef: payee === undefined ? null : acquaintanceRef(keys, 'payee', plainName(payee)),
        ipCountry: place?.country ?? null,
      }
      if (rules.mode === 'off' || (byRulesAlone && !rules.operator)) return { ...unasked, seen }
      const [known, heard] = await Promise.all([
        readAcquaintances(deps, subject, seen, at),
        byRulesAlone ? undefined : askFraud?.(fraudQuestion(question)),
      ])
      const { ownerTaxId, payeeTaxId, accountCreatedAt, passwordChangedAt } = context
      const signals: Partial<Signals> = {
        ...known,
        ...signalsOf(heard?.facts, at),
        kind: question.kind,
        subject,
        amount,
        ip: client.ip,
        ip_country: place?.country,
        asn: place?.asn,
        number: phone?.e164,
        country: phone?.country,
        line_type: heard?.facts.lineType ?? (phone && lineTypeOf(phone)),
        contact_changed: since(question.contactChangedAt, at),
        account_age: since(accountCreatedAt, at),
        password_changed: since(passwordChangedAt, at),
        payee_document_differs:
          ownerTaxId === undefined || payeeTaxId === undefined
            ? undefined
            : plainName(ownerTaxId) !== plainName(payeeTaxId),
      }
      const release = rules.release ?? defaultReleaseRules
      const overDay = !byRulesAlone && (await isOverDay(signals, amount, release, at))
      const simUnknown = heard !== undefined && knowsSim && signals.sim_changed === undefined
      const circumstances = {
        hasStrong,
        byRulesAlone,
        overDay,
        simUnknown,
        outside: heard?.facts.action,
        operator: rules.operator,
      }
      const judged = judgeRelease(signals, release, circumstances)
      return {
        ...judged,
        judged: true,
        enforced: rules.mode === 'enforce',
        seen,
        said: heard?.said ?? [],
        signals: kept(signals),
      }
    },
    async assessAgain(before, { subject, amount, contactChangedAt, hasStrong, byRulesAlone }) {
      const at = clock.now()
      const { rules } = await book.inForce()
      const seen = { deviceRef: null, payeeRef: null, ipCountry: null }
      if (rules.mode === 'off') return { ...unasked, seen }
      const signals: Partial<Signals> = { ...before.signals, subject, amount }
      for (const age of ages) if (signals[age] !== undefined) signals[age] += Math.max(0, at - before.at)
      signals.contact_changed = since(contactChangedAt, at)
      const release = rules.release ?? defaultReleaseRules
      const overDay = !byRulesAlone && (await isOverDay(signals, amount, release, at))
      const judged = judgeRelease(signals, release, {
        ...{ hasStrong, byRulesAlone, overDay },
        simUnknown: !byRulesAlone && knowsSim && signals.sim_changed === undefined,
        operator: rules.operator,
      })
      return { ...judged, judged: true, enforced: rules.mode === 'enforce', seen, said: [], signals: kept(signals) }
    },
    async remember(subject, seen) {
      await rememberAcquaintances(deps, subject, seen, clock.now()).catch((error: Error) =>
        log.warn({ why: error.name }, 'the guard could not remember whom a release was for'),
      )
    },
  }
}

const unasked = {
  outcome: 'ordinary',
  wantsStronger: false,
  holdMs: 0,
  holdOtherwiseMs: 0,
  barsPhone: false,
  requires: undefined,
  decibans: 0,
  reasons: [],
  judged: false,
  enforced: false,
  said: [],
  signals: {},
} as const satisfies Partial<Assessed>

/** What may stay in a record: nobody's number, name or address. */
function kept({ number, subject, ip, amount, ...signals }: Partial<Signals>): Partial<Signals> {
  return Object.fromEntries(Object.entries(signals).filter(([, value]) => value !== undefined))
}

function fraudQuestion({
  transactionId,
  digest,
  kind,
  subject,
  amount,
  phone,
  email,
  client,
}: AssessQuestion): FraudQuestion {
  const { ip, deviceId, userAgent, phoneToken } = client
  return {
    decisionId: transactionId,
    about: 'transaction',
    transactionId,
    digest,
    kind,
    subject,
    amount,
    phone: phone?.e164,
    email,
    ip,
    deviceId,
    userAgent,
    phoneToken,
  }
}

function signalsOf(facts: FraudFacts | undefined, at: Instant): Partial<Signals> {
  if (!facts) return {}
  const { simChangedAt, simChangedWithinH, simUnchangedForH, callForwarding, numberVerified, probability } = facts
  const changed = simChangedAt === undefined ? undefined : Math.max(0, at - simChangedAt)
  return {
    // "Within so many hours" may be just now; "not for so many hours" is at least that long ago.
    sim_changed: changed ?? (simChangedWithinH === undefined ? hoursOf(simUnchangedForH) : 0),
    call_forwarding: callForwarding,
    number_verified: numberVerified,
    outside_score: probability,
  }
}

function hoursOf(hours: number | undefined): number | undefined {
  return hours === undefined ? undefined : hours * hourMs
}

function since(then: Instant | undefined, at: Instant): number | undefined {
  return then === undefined ? undefined : Math.max(0, at - then)
}

/** "12.345.678/0001-95" and "12345678000195" are one. */
function plainName(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}@+]/gu, '')
}
