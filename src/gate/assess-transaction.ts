import type { AccountContext, Assessed } from '../guard/assess/assessor.ts'
import type { Instant } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { AssessmentReason } from '../model/assessment.ts'
import { type Assurance, stronger } from '../model/assurance.ts'
import { AvalError } from '../model/error.ts'
import { type Factor, isToPhone } from '../model/factor.ts'
import type { Summary, Transaction } from '../model/transaction.ts'
import { type AssessmentRow, findAssessments, insertAssessment } from '../store/assessments.ts'
import { findContactChanges } from '../store/contacts.ts'
import { canReach, type Ways } from './available-factors.ts'
import type { GateDeps } from './deps.ts'
import type { ResolvedContacts } from './resolve-contacts.ts'

/** Who acts, as far as somebody says so. */
export interface Client {
  ip?: string | undefined
  deviceId?: string | undefined
  userAgent?: string | undefined
  phoneToken?: string | undefined
}

/** What a transaction asks for once it was assessed: at least what its policy does. */
export interface AssessedTerms {
  assurance: Assurance
  factors: Factor[]
  assessed: Pick<Transaction, 'holdMs' | 'review' | 'deviceRef' | 'payeeRef' | 'ipCountry'>
  /** To be written with the transaction; undefined: nothing was judged. */
  record: AssessmentRow | undefined
}

/**
 * Weighs what is seen of a transaction that is about to be opened. Refuses with transaction_refused where a rule or an outside system says
 * so; the user is not told why, and the assessment is kept.
 */
export async function assessTransaction(
  deps: GateDeps,
  asked: {
    id: string
    digest: string
    kind: string
    subject: string
    amount: Summary['amount']
    contacts: ResolvedContacts
    client: Client
    context: AccountContext
    ways: Ways
    assurance: Assurance
    byRulesAlone: boolean
    at: Instant
  },
): Promise<AssessedTerms> {
  const { id, digest, kind, subject, amount, contacts, client, context, ways, assurance, byRulesAlone, at } = asked
  const high = ways('high')
  const assessed = await deps.assessor.assess({
    transactionId: id,
    digest,
    kind,
    subject,
    amount,
    phone: contacts.phone,
    email: contacts.email,
    client,
    context,
    contactChangedAt: byRulesAlone ? undefined : await contactChangedAt(deps, subject),
    hasStrong: hasStrong(high),
    byRulesAlone,
  })
  const before = { assurance, factors: ways(assurance), high }
  return settle(deps, { id, version: 1, kind, at }, before, assessed)
}

/** Weighs the next version by what was seen of the one before; what was asked for is never asked for less. Refuses as assessTransaction. */
export async function assessChange(
  deps: GateDeps,
  transaction: Transaction,
  next: { amount: Summary['amount']; assurance: Assurance; byRulesAlone: boolean; at: Instant },
): Promise<AssessedTerms | undefined> {
  const { id, kind, subject, factors, version, holdMs, review } = transaction
  const [last] = await deps.db.read(findAssessments(id))
  if (!last) return undefined
  const change = {
    ...{ subject, amount: next.amount, byRulesAlone: next.byRulesAlone },
    contactChangedAt: next.byRulesAlone ? undefined : await contactChangedAt(deps, subject),
    hasStrong: hasStrong(factors),
  }
  const assessed = await deps.assessor.assessAgain({ signals: JSON.parse(last.signals), at: last.at }, change)
  const before = { assurance: next.assurance, factors, high: factors }
  const terms = await settle(deps, { id, version: version + 1, kind, at: next.at }, before, assessed)
  const { deviceRef, payeeRef, ipCountry } = transaction
  return {
    ...terms,
    assessed: {
      holdMs: Math.max(holdMs, terms.assessed.holdMs),
      // Whoever looked at it looked at another version.
      review: review === 'none' ? terms.assessed.review : 'wanted',
      deviceRef,
      payeeRef,
      ipCountry,
    },
  }
}

/** When an address of the subject was last put in another's place. */
async function contactChangedAt({ db }: GateDeps, subject: string): Promise<Instant | undefined> {
  const changes = await db.read(findContactChanges(subject))
  const replaced = changes.filter(({ first_at, last_at }) => last_at > first_at)
  return replaced.length > 0 ? Math.max(...replaced.map(({ last_at }) => last_at)) : undefined
}

function hasStrong(factors: readonly Factor[]): boolean {
  return factors.some((factor) => factor === 'passkey' || factor === 'totp')
}

async function settle(
  deps: GateDeps,
  of: { id: string; version: number; kind: string; at: Instant },
  before: { assurance: Assurance; factors: readonly Factor[]; high: readonly Factor[] },
  assessed: Assessed,
): Promise<AssessedTerms> {
  const terms = assessed.enforced ? termsOf(before, assessed) : { ...before, holdMs: 0, reasons: assessed.reasons }
  const review = assessed.enforced && assessed.outcome === 'review' ? ('wanted' as const) : ('none' as const)
  const record: AssessmentRow = {
    id: newId('asm', of.at, deps.random),
    at: of.at,
    transaction_id: of.id,
    version: of.version,
    kind: of.kind,
    outcome: assessed.outcome,
    enforced: assessed.enforced ? 1 : 0,
    decibans: assessed.decibans,
    assurance: terms.assurance,
    hold_ms: terms.holdMs,
    review,
    reasons: JSON.stringify(terms.reasons),
    said: JSON.stringify(assessed.said),
    signals: JSON.stringify(assessed.signals),
  }
  if (assessed.enforced && assessed.outcome === 'refuse') {
    await deps.db.write(insertAssessment(record))
    throw new AvalError('transaction_refused', 'This cannot be done now. Contact support.')
  }
  return {
    assurance: terms.assurance,
    factors: [...terms.factors],
    assessed: { holdMs: terms.holdMs, review, ...assessed.seen },
    record: assessed.judged ? record : undefined,
  }
}

/** Where more is asked for than the subject has, the release waits instead: nobody is locked out, and a thief gains only time to be seen. */
function termsOf(
  { assurance, factors, high }: { assurance: Assurance; factors: readonly Factor[]; high: readonly Factor[] },
  { wantsStronger, barsPhone, requires, holdMs, holdOtherwiseMs, reasons }: Assessed,
): { assurance: Assurance; factors: readonly Factor[]; holdMs: number; reasons: AssessmentReason[] } {
  const safe = (some: readonly Factor[]) => (barsPhone ? some.filter((factor) => !isToPhone(factor)) : some)
  const usual = safe(factors)
  if (!wantsStronger && canReach(assurance, usual)) return { assurance, factors: usual, holdMs, reasons }
  if (requires !== undefined) {
    const named = high.filter((factor) => (requires === 'strong' ? hasStrong([factor]) : factor === requires))
    const level = canReach('high', named) ? 'high' : stronger(assurance, 'substantial')
    if (canReach(level, named)) return { assurance: level, factors: named, holdMs, reasons }
  } else if (wantsStronger && canReach('high', safe(high))) {
    return { assurance: 'high', factors: safe(high), holdMs, reasons }
  }
  return {
    assurance,
    factors: canReach(assurance, usual) ? usual : factors,
    holdMs: Math.max(holdMs, holdOtherwiseMs),
    reasons: [...reasons, { code: 'no_stronger_factor' }],
  }
}
