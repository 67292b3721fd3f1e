import type { Campaign } from './attack.ts'
import type { CalmRun, CampaignRun, Results } from './results.ts'
import { type AttackTally, isWithheld, sessionStates } from './run-world.ts'
import { minute, second } from './time.ts'
import type { World } from './world.ts'

/** What an unattacked run amounts to, after the warm-up. */
export function measureCalm(world: World, policy: string, states: Uint8Array): CalmRun {
  const { sessions } = world
  const run = { asking: 0, wouldComplete: 0, withheld: 0, diverted: 0, denied: 0 }
  for (let s = 0; s < sessions.count; s += 1) {
    if ((sessions.at[s] as number) < world.liveAt) continue
    run.asking += 1
    if (world.completesAt(s) < 0) continue
    run.wouldComplete += 1
    if (!isWithheld(world, states, s)) continue
    run.withheld += 1
    if (states[s] === sessionStates.diverted) run.diverted += 1
    else run.denied += 1
  }
  return {
    seed: world.seed,
    policy,
    world: world.options.name,
    ...run,
    withheldPercent: percent(run.withheld, run.wouldComplete),
  }
}

/** What a run under attack until `stoppedAt` amounts to, beside the run of the same policy and world without it. */
export function measureCampaign(
  world: World,
  policy: string,
  campaign: Campaign,
  tally: AttackTally,
  states: Uint8Array,
  calm: Uint8Array,
  stoppedAt: number,
): CampaignRun {
  const { sessions } = world
  const harm = { asking: 0, harmed: 0, diverted: 0, denied: 0, known: 0, knownWithheld: 0, lastAt: campaign.to }
  for (let s = 0; s < sessions.count; s += 1) {
    const at = sessions.at[s] as number
    if (at < campaign.from) continue
    if (at >= stoppedAt) break
    const during = at < campaign.aimsUntil
    const known = sessions.asker[s] !== 0
    if (during) harm.asking += 1
    if (during && known) harm.known += 1
    if (!isWithheld(world, states, s)) continue
    if (during && known) harm.knownWithheld += 1
    if (isWithheld(world, calm, s)) continue
    harm.harmed += 1
    if (states[s] === sessionStates.diverted) harm.diverted += 1
    else harm.denied += 1
    harm.lastAt = Math.max(harm.lastAt, at)
  }
  return {
    seed: world.seed,
    policy,
    campaign: campaign.id,
    asked: tally.asked,
    leaked: tally.leaked,
    leakedUsd: tally.leakedUsd,
    blockedPercent: percent(tally.asked - tally.leaked, tally.asked),
    firstRefusalSeconds:
      tally.firstRefusalAt === undefined ? undefined : (tally.firstRefusalAt - campaign.from) / second,
    honestAsking: harm.asking,
    harmed: harm.harmed,
    harmedDiverted: harm.diverted,
    harmedDenied: harm.denied,
    harmedPercent: percent(harm.harmed, harm.asking),
    knownWithheldPercent: percent(harm.knownWithheld, harm.known),
    harmAfterMinutes: (harm.lastAt - campaign.to) / minute,
    guessesAllowed: tally.guessesAllowed,
    takeovers: tally.takeovers,
    leakedUsdByBin: tally.leakedUsdByBin,
  }
}

/** One campaign under one policy, over all seeds. */
export interface CampaignMean {
  campaign: string
  leaked: number
  leakedUsd: number
  leakedUsdMost: number
  blockedPercent: number
  /** Undefined where nothing was refused with some seed. */
  firstRefusalSeconds: number | undefined
  harmedPercent: number
  harmedDeniedPercent: number
  knownWithheldPercent: number
  harmAfterMinutes: number
  guessesAllowed: number
  takeovers: number
}

/** The means over all seeds. Undefined where the campaign was not run. */
export function campaignMean(results: Results, policy: string, campaign: string): CampaignMean | undefined {
  const runs = results.campaignRuns.filter((run) => run.policy === policy && run.campaign === campaign)
  if (runs.length === 0) return undefined
  const refusals = runs.map((run) => run.firstRefusalSeconds)
  return {
    campaign,
    leaked: meanOf(runs.map((run) => run.leaked)),
    leakedUsd: meanOf(runs.map((run) => run.leakedUsd)),
    leakedUsdMost: Math.max(...runs.map((run) => run.leakedUsd)),
    blockedPercent: meanOf(runs.map((run) => run.blockedPercent)),
    firstRefusalSeconds: refusals.includes(undefined) ? undefined : meanOf(refusals.map((each) => each ?? 0)),
    harmedPercent: meanOf(runs.map((run) => run.harmedPercent)),
    harmedDeniedPercent: meanOf(runs.map((run) => percent(run.harmedDenied, run.honestAsking))),
    knownWithheldPercent: meanOf(runs.map((run) => run.knownWithheldPercent)),
    harmAfterMinutes: meanOf(runs.map((run) => run.harmAfterMinutes)),
    guessesAllowed: meanOf(runs.map((run) => run.guessesAllowed)),
    takeovers: meanOf(runs.map((run) => run.takeovers)),
  }
}

/** One policy over several campaigns and all seeds. */
export interface PolicySummary {
  policy: string
  /** Sums over the campaigns, as means of the seeds. */
  leaked: number
  leakedUsd: number
  /** Of what the attackers would have got from no guard at all. */
  stoppedUsdPercent: number
  /** With any seed. */
  worstCampaignUsd: number
  blockedPercent: number
  /** On hard days that nobody attacks; undefined where they were not run. */
  hardDaysWithheldPercent: number | undefined
  harmedPercent: number
  worstHarmedPercent: number
  worstKnownWithheldPercent: number
}

/** The summary of one policy over these campaigns, or all that were run. */
export function summarize(results: Results, policy: string, campaigns = results.campaigns): PolicySummary {
  const means = campaigns
    .map((campaign) => campaignMean(results, policy, campaign))
    .filter((mean) => mean !== undefined)
  const runs = results.campaignRuns.filter((run) => run.policy === policy && campaigns.includes(run.campaign))
  // What was asked for at the mean price of the campaign; an attacker that adapts would have stayed with what pays most.
  const asked = runs.reduce((sum, run) => sum + askedUsd(results, run), 0)
  const leaked = runs.reduce((sum, run) => sum + run.leakedUsd, 0)
  return {
    policy,
    leaked: sumOf(means.map((mean) => mean.leaked)),
    leakedUsd: sumOf(means.map((mean) => mean.leakedUsd)),
    stoppedUsdPercent: percent(asked - leaked, asked),
    worstCampaignUsd: Math.max(0, ...means.map((mean) => mean.leakedUsdMost)),
    blockedPercent: meanOf(means.map((mean) => mean.blockedPercent)),
    hardDaysWithheldPercent: calmPercent(results, policy, 'hard'),
    harmedPercent: meanOf(means.map((mean) => mean.harmedPercent)),
    worstHarmedPercent: Math.max(0, ...means.map((mean) => mean.harmedPercent)),
    worstKnownWithheldPercent: Math.max(0, ...means.map((mean) => mean.knownWithheldPercent)),
  }
}

/** The share of honest people withheld in a world that nobody attacks, over all seeds. Undefined where it was not run. */
export function calmPercent(results: Results, policy: string, world: CalmRun['world']): number | undefined {
  const runs = results.calmRuns.filter((run) => run.policy === policy && run.world === world)
  if (runs.length === 0) return undefined
  return percent(sumOf(runs.map((run) => run.withheld)), sumOf(runs.map((run) => run.wouldComplete)))
}

export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : sumOf(values) / values.length
}

export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

export function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : (part * 100) / whole
}

function askedUsd(results: Results, run: CampaignRun): number {
  const unguarded = results.campaignRuns.find(
    (other) => other.policy === 'none' && other.campaign === run.campaign && other.seed === run.seed,
  )
  if (unguarded) return unguarded.leakedUsd
  return run.leaked === 0 ? 0 : (run.leakedUsd / run.leaked) * run.asked
}
