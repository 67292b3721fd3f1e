import type { Campaign } from './attack.ts'
import { campaigns as allCampaigns, campaignOf } from './campaigns.ts'
import { home, honestCountries } from './countries.ts'
import { measureCalm, measureCampaign } from './metrics.ts'
import type { PolicyFactory, PolicySetup, SendPolicy } from './policy.ts'
import { createRandom } from './random.ts'
import type { CalmRun, CampaignRun, Results } from './results.ts'
import { createRun, type RunSnapshot } from './run-world.ts'
import { hour } from './time.ts'
import { createWorld, type World } from './world.ts'
import type { WorldName } from './world-options.ts'

/** What to simulate. */
export interface SimulateOptions {
  seeds: readonly number[]
  policies: readonly PolicyFactory[]
  /** Ids of campaigns, `A1` to `A14`; all where absent. */
  campaigns?: readonly string[]
  /** Worlds that nobody attacks, beside those that the campaigns need; the hard days where absent. */
  worlds?: readonly WorldName[]
  /** Told what has just been done. */
  progress?(done: string): void
}

/** How long a run goes on after the attack, to see what harm remains. */
const afterwardsMs = 13 * hour

/**
 * Lives through every campaign with every policy and seed, and through the worlds without an attack that they are compared with.
 * The same options give the same results. Throws a RangeError for a campaign that does not exist.
 */
export function simulate({ seeds, policies, campaigns, worlds = ['hard'], progress }: SimulateOptions): Results {
  const chosen = campaigns?.map(campaignOf) ?? allCampaigns
  const names = [...new Set<WorldName>([...chosen.map((campaign) => campaign.world), ...worlds])]
  const campaignRuns: CampaignRun[] = []
  const calmRuns: CalmRun[] = []
  for (const seed of seeds) {
    for (const name of names) {
      const world = createWorld(seed, name)
      const here = chosen.filter((campaign) => campaign.world === name)
      for (const policy of policies) {
        const calm = liveCalmly(world, policy, new Set(here.map((campaign) => campaign.preparesAt)))
        calmRuns.push(measureCalm(world, policy.name, calm.states))
        for (const campaign of here) campaignRuns.push(liveThrough(world, policy, campaign, calm))
        progress?.(`seed ${seed}, ${name}, ${policy.name}`)
      }
    }
  }
  return {
    seeds,
    policies: policies.map((policy) => policy.name),
    campaigns: chosen.map((campaign) => campaign.id),
    worlds: names,
    campaignRuns,
    calmRuns,
  }
}

/** What an operator of this world's service knows on the first day. */
export function setupOf(world: World): PolicySetup {
  return {
    home,
    liveAt: world.liveAt,
    usualDay: world.options.perDay,
    homeShare: honestCountries.find((country) => country.iso === home)?.share ?? 1,
  }
}

/** When a run with this campaign ends. */
export function stopOf(world: World, campaign: Campaign): number {
  return Math.min(world.endsAt, campaign.to + afterwardsMs)
}

interface Calm {
  states: Uint8Array
  /** Where the world stood when an attacker would have begun to prepare. */
  snapshots: Map<number, RunSnapshot>
}

function liveCalmly(world: World, policy: PolicyFactory, snapshotsAt: ReadonlySet<number>): Calm {
  const run = createRun(world, policy.create(setupOf(world)))
  const snapshots = new Map<number, RunSnapshot>()
  for (const at of [...snapshotsAt].sort((a, b) => a - b)) {
    run.advance(at)
    const snapshot = run.snapshot()
    if (snapshot) snapshots.set(at, snapshot)
  }
  run.drain(world.endsAt)
  return { states: run.states, snapshots }
}

function liveThrough(world: World, policy: PolicyFactory, campaign: Campaign, calm: Calm): CampaignRun {
  const snapshot = calm.snapshots.get(campaign.preparesAt)
  const instance: SendPolicy = policy.create(setupOf(world))
  const run = createRun(world, instance, snapshot)
  if (!snapshot) run.advance(campaign.preparesAt)
  const attack = campaign.create({ world, random: createRandom(world.seed, 'campaign', campaign.id) })
  const stop = stopOf(world, campaign)
  const tally = run.attack(attack, createRandom(world.seed, 'luck', campaign.id), campaign.from, stop)
  return measureCampaign(world, policy.name, campaign, tally, run.states, calm.states, stop)
}
