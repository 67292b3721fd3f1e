import type { PayoutResult } from './payouts.ts'
import type { WorldName } from './world-options.ts'

/** One policy under one campaign with one seed. */
export interface CampaignRun {
  seed: number
  policy: string
  campaign: string
  /** Messages that the attacker asked for, apart from those for a good name. */
  asked: number
  leaked: number
  leakedUsd: number
  /** Of those asked for. */
  blockedPercent: number
  /** From the first message to the first that was refused; undefined where none was. */
  firstRefusalSeconds: number | undefined
  /** Honest sessions that began while the attack went on. */
  honestAsking: number
  /** Honest sessions refused here that would have got through, and do without the attack. Those that began after its end count too. */
  harmed: number
  harmedDiverted: number
  harmedDenied: number
  /** `harmed` of `honestAsking`; more than 100 where the harm outlasts the attack. */
  harmedPercent: number
  /** Of the known users asking during the attack: kept from their code, for whatever reason. */
  knownWithheldPercent: number
  /** From the attack's end to the last honest session harmed; 0 where none was after it. */
  harmAfterMinutes: number
  guessesAllowed: number
  takeovers: number
  /** USD leaked in each five minutes from the attack's beginning. */
  leakedUsdByBin: readonly number[]
}

/** One policy in one world that nobody attacks, with one seed; measured after the warm-up. */
export interface CalmRun {
  seed: number
  policy: string
  world: WorldName
  asking: number
  /** Those of them who get through where nothing is refused. */
  wouldComplete: number
  withheld: number
  diverted: number
  denied: number
  /** `withheld` of `wouldComplete`. */
  withheldPercent: number
}

/** What a decision costs, measured elsewhere, because a simulated world has no clock. */
export interface DecisionCost {
  p50Ms: number
  perSecond: number
}

export interface Results {
  seeds: readonly number[]
  policies: readonly string[]
  campaigns: readonly string[]
  worlds: readonly WorldName[]
  campaignRuns: readonly CampaignRun[]
  calmRuns: readonly CalmRun[]
  /** From `simulatePayouts`, where it was run. */
  payouts?: readonly PayoutResult[]
  /** By policy. */
  decisionCosts?: Readonly<Record<string, DecisionCost>>
}
