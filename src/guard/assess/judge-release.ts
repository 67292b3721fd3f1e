import {
  type AssessmentOutcome,
  type AssessmentReason,
  type EvidenceName,
  stricterOutcome,
} from '../../model/assessment.ts'
import { durationMs, type StrongFactor } from '../rules/ast.ts'
import type { CompiledRules } from '../rules/compile.ts'
import type { Signals } from '../rules/signals.ts'
import type { FraudAction } from '../sources/source.ts'
import { defaultWeights, realsOf, weigh } from './evidence.ts'

/** How evidence turns into what a transaction has to go through. */
export interface ReleaseRules {
  /** Decibans from which on a stronger factor is asked for. */
  strongerFrom: number
  /** Decibans from which on the release is held besides: where no app and no passkey is enrolled, and where one is. */
  holdWithoutFrom: number
  holdFrom: number
  /** Decibans from which on it is held for longer, and a person looks at it. */
  reviewFrom: number
  /** Milliseconds. */
  holdMs: number
  longHoldMs: number
  /**
   * BRL a day that a device that is new to an account may move without a stronger factor, as the central bank has it for Pix
   * (Resolução BCB 403/2024).
   */
  newDeviceDayBrl: number
  /** BRL from which on a stronger factor is asked for where a source that knows of SIM changes says nothing: silence is no consent. */
  simUnknownBrl: number
  weights: Readonly<Record<EvidenceName, number>>
}

const hourMs = 3_600_000

/** The rules to begin with. */
export const defaultReleaseRules: ReleaseRules = {
  strongerFrom: 12,
  holdWithoutFrom: 17,
  holdFrom: 22,
  reviewFrom: 24,
  holdMs: 24 * hourMs,
  longHoldMs: 72 * hourMs,
  newDeviceDayBrl: 1000,
  simUnknownBrl: 10_000,
  weights: defaultWeights,
}

/** What is known besides the signals. */
export interface Circumstances {
  /** Whether an app or a passkey is enrolled, long enough to count. */
  hasStrong: boolean
  /** Whether the policy leaves the evidence aside, so that operators' rules alone judge. */
  byRulesAlone?: boolean | undefined
  /** Whether a new device has moved its share of the day. */
  overDay?: boolean | undefined
  /** Whether a source that knows of SIM changes was asked and did not say. */
  simUnknown?: boolean | undefined
  /** What an outside system would do. */
  outside?: FraudAction | undefined
  /** Rules that operators wrote. */
  operator?: CompiledRules | undefined
}

/** What a transaction has to go through. */
export interface ReleaseJudgement {
  outcome: AssessmentOutcome
  /** Whether a stronger factor is asked for: by evidence always, whatever else it leads to; by an operator's rule where it says so. */
  wantsStronger: boolean
  /** How long the release waits after the approval, in milliseconds. */
  holdMs: number
  /** How long it waits where a stronger factor is asked for and none is there, in milliseconds. */
  holdOtherwiseMs: number
  /** Codes to the phone prove nothing now: the line may be another's. */
  barsPhone: boolean
  /** The factor that a rule asks for by name. */
  requires: StrongFactor | undefined
  decibans: number
  reasons: AssessmentReason[]
}

/**
 * Judges a transaction by what is seen of it: the same function in production and in the simulator. What is unknown counts for nothing. An
 * operator's rule may let it pass; nothing else makes it easier.
 */
export function judgeRelease(
  signals: Partial<Signals>,
  rules: ReleaseRules,
  { hasStrong, byRulesAlone = false, overDay = false, simUnknown = false, outside, operator }: Circumstances,
): ReleaseJudgement {
  const evidence = byRulesAlone ? [] : weigh(signals, rules.weights)
  const decibans = Math.round(evidence.reduce((sum, one) => sum + one.decibans, 0) * 10) / 10
  const reasons: AssessmentReason[] = evidence.map((one) => ({ code: 'evidence', ...one }))
  const taken = byRulesAlone ? undefined : takenBy(signals)
  if (taken) reasons.push({ code: 'phone_taken', by: taken })
  if (overDay) reasons.push({ code: 'new_device_day', limit_brl: rules.newDeviceDayBrl })
  let { outcome, holdMs } = byWeight(decibans, rules, hasStrong)
  if (overDay) outcome = stricterOutcome(outcome, 'stronger')
  if (simUnknown && (realsOf(signals.amount) ?? 0) > rules.simUnknownBrl) {
    reasons.push({ code: 'sim_unknown', limit_brl: rules.simUnknownBrl })
    outcome = stricterOutcome(outcome, 'stronger')
  }
  if (outside === 'review' || outside === 'block') {
    reasons.push({ code: 'outside_action', action: outside })
    outcome = stricterOutcome(outcome, outside === 'block' ? 'refuse' : 'review')
  }
  const judged: ReleaseJudgement = {
    outcome,
    wantsStronger: outcome !== 'ordinary',
    holdMs,
    holdOtherwiseMs: rules.holdMs,
    barsPhone: taken !== undefined,
    requires: undefined,
    decibans,
    reasons,
  }
  return operator ? byRules(judged, operator, { ...signals, decibans }) : judged
}

function byWeight(
  decibans: number,
  rules: ReleaseRules,
  hasStrong: boolean,
): Pick<ReleaseJudgement, 'outcome' | 'holdMs'> {
  if (decibans >= rules.reviewFrom) return { outcome: 'review', holdMs: rules.longHoldMs }
  if (decibans >= (hasStrong ? rules.holdFrom : rules.holdWithoutFrom)) return { outcome: 'hold', holdMs: rules.holdMs }
  return { outcome: decibans >= rules.strongerFrom ? 'stronger' : 'ordinary', holdMs: 0 }
}

/** Whoever has taken the number gets its codes, too (NIST SP 800-63B-4, 3.1.3.3: changes of SIM are to be looked at before a code is sent). */
function takenBy({ sim_changed, call_forwarding }: Partial<Signals>): 'sim_changed' | 'call_forwarding' | undefined {
  if (sim_changed !== undefined && sim_changed < 72 * hourMs) return 'sim_changed'
  return call_forwarding === true ? 'call_forwarding' : undefined
}

/** Every rule that matches is noted; the first that speaks of transactions and is not only watched counts. */
function byRules(judged: ReleaseJudgement, operator: CompiledRules, signals: Partial<Signals>): ReleaseJudgement {
  const matched = operator.match(signals, () => undefined)
  const speaking = matched.filter(({ action: { type } }) =>
    ['allow', 'block', 'hold', 'review', 'require'].includes(type),
  )
  const reasons = [
    ...judged.reasons,
    ...speaking.map(({ line, text, shadow }): AssessmentReason => ({ code: 'rule', line, rule: text, shadow })),
  ]
  const action = speaking.find(({ shadow }) => !shadow)?.action
  const { outcome } = judged
  switch (action?.type) {
    case 'allow':
      return { ...judged, outcome: 'ordinary', wantsStronger: false, holdMs: 0, barsPhone: false, reasons }
    case 'block':
      return { ...judged, outcome: 'refuse', reasons }
    case 'hold':
      return {
        ...judged,
        outcome: stricterOutcome(outcome, 'hold'),
        holdMs: Math.max(judged.holdMs, durationMs(action.for)),
        reasons,
      }
    case 'review':
      return { ...judged, outcome: stricterOutcome(outcome, 'review'), reasons }
    case 'require':
      return {
        ...judged,
        outcome: stricterOutcome(outcome, 'stronger'),
        wantsStronger: true,
        requires: action.factor,
        reasons,
      }
    default:
      return { ...judged, reasons }
  }
}
