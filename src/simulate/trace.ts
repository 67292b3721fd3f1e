import { campaignOf } from './campaigns.ts'
import type { PolicyFactory } from './policy.ts'
import { createRandom } from './random.ts'
import { setupOf, stopOf } from './run.ts'
import { createRun } from './run-world.ts'
import { createWorld } from './world.ts'

export interface TraceOptions {
  seed: number
  /** Id of a campaign. */
  campaign: string
  policy: PolicyFactory
  /** Takes one line of JSON, without its end of line. */
  write(line: string): void
  /** Adds `"attack": true` or `false`, which no guard may be told. */
  labels?: boolean
}

/**
 * Writes everything that the policy sees in a campaign, from the world's first day on, as lines of JSON in the order of their time:
 * `start`, `check`, `delivered` and `undelivered`. Requests that it refused are there too; what would have come of them is not.
 * Throws a RangeError for a campaign that does not exist.
 */
export function writeTrace({ seed, campaign: id, policy, write, labels = false }: TraceOptions): void {
  const campaign = campaignOf(id)
  const world = createWorld(seed, campaign.world)
  const run = createRun(world, policy.create(setupOf(world)), undefined, (event, attacker) => {
    const line = { ...event, t: Math.round(event.t) }
    write(JSON.stringify(labels ? { ...line, attack: attacker } : line))
  })
  run.advance(campaign.preparesAt)
  const attack = campaign.create({ world, random: createRandom(seed, 'campaign', campaign.id) })
  run.attack(attack, createRandom(seed, 'luck', campaign.id), campaign.from, stopOf(world, campaign))
}
