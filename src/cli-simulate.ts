import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { GuardUsageError } from './cli-guard.ts'
import { avalPayouts } from './simulate/aval-payouts.ts'
import { avalPolicy } from './simulate/aval-policy.ts'
import { baselines } from './simulate/baselines/index.ts'
import { campaigns } from './simulate/campaigns.ts'
import { payoutBaselines, simulatePayouts } from './simulate/payouts.ts'
import type { PolicyFactory } from './simulate/policy.ts'
import {
  calmTable,
  campaignTable,
  leakBars,
  leakOverTime,
  payoutTable,
  summaryTable,
  targetTable,
} from './simulate/report.ts'
import { simulate } from './simulate/run.ts'
import { judgeTargets } from './simulate/targets.ts'
import { writeTrace } from './simulate/trace.ts'
import { type WorldName, worldNames } from './simulate/world-options.ts'

export const simulateUsage = `  simulate [--seeds LIST] [--campaigns LIST] [--worlds LIST] [--policies aval|all] [--out FOLDER] [--json]
              Tries the guard on honest people and on attacks in a simulated world, and judges it by its targets (docs/guard.md).
    --seeds LIST      numbers that chance comes from, 1 by default; 1, 2 and 11 to 21 are for tuning, 31 to 35 for reports
    --campaigns LIST  some of A1 to A14; all by default
    --worlds LIST     worlds that nobody attacks; hard by default, or all
    --policies WHICH  aval, the default, or all: what others do beside it
    --out FOLDER      writes tables and plots there
    --trace ID        instead: writes what the guard sees in this campaign as a trace for guard replay`

/** aval simulate ... */
export function runSimulate(args: string[]): void {
  const given = readArguments(args)
  const seeds = given.seeds.split(',').map(seedOf)
  const ids = given.campaigns?.split(',')
  refuseUnknown(
    'campaign',
    ids ?? (given.trace === undefined ? [] : [given.trace]),
    campaigns.map(({ id }) => id),
  )
  if (given.trace !== undefined) {
    printTrace(given.trace, seeds[0] ?? 1)
    return
  }
  const worlds = given.worlds === 'all' ? [...worldNames] : given.worlds.split(',')
  refuseUnknown('world', worlds, worldNames)
  refuseUnknown('choice of policies', [given.policies], ['aval', 'all'])
  const aval = avalPolicy()
  const policies: PolicyFactory[] = given.policies === 'all' ? [...baselines, aval] : [aval]
  const payouts = simulatePayouts({ seeds, policies: [...payoutBaselines, avalPayouts] })
  const campaignsAndDays = simulate({
    seeds,
    policies,
    ...(ids && { campaigns: ids }),
    worlds: worlds as WorldName[],
    progress: (done) => process.stderr.write(`${done}\n`),
  })
  const results = { ...campaignsAndDays, payouts }
  if (given.json) {
    console.log(JSON.stringify(results))
    return
  }
  const sections = [
    ['Targets', targetTable(judgeTargets(results, { policy: aval.name, payoutPolicy: avalPayouts.name }))],
    ['All campaigns together', summaryTable(results)],
    ['Each campaign: messages leaked / USD leaked / honest people harmed, %', campaignTable(results)],
    ['Worlds that nobody attacks: honest people withheld, %', calmTable(results)],
    ['Payouts', payoutTable(payouts)],
  ] as const
  const report = sections.map(([title, text]) => `## ${title}\n\n${text}\n`).join('\n')
  console.log(report)
  if (given.out === undefined) return
  mkdirSync(given.out, { recursive: true })
  writeFileSync(join(given.out, 'results.md'), `# Simulation, seeds ${seeds.join(', ')}\n\n${report}`)
  writeFileSync(join(given.out, 'leaked.svg'), leakBars(results))
  for (const id of results.campaigns) writeFileSync(join(given.out, `leak-${id}.svg`), leakOverTime(results, id))
}

function printTrace(campaign: string, seed: number): void {
  let lines: string[] = []
  const flush = () => {
    process.stdout.write(lines.join(''))
    lines = []
  }
  const write = (line: string) => {
    lines.push(`${line}\n`)
    if (lines.length >= 10_000) flush()
  }
  writeTrace({ seed, campaign, policy: avalPolicy(), write })
  flush()
}

function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        seeds: { type: 'string', default: '1' },
        campaigns: { type: 'string' },
        worlds: { type: 'string', default: 'hard' },
        policies: { type: 'string', default: 'aval' },
        out: { type: 'string' },
        trace: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    throw new GuardUsageError((error as Error).message)
  }
}

function seedOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new GuardUsageError('--seeds needs numbers such as 31,32')
  return Number(text)
}

function refuseUnknown(what: string, given: readonly string[], known: readonly string[]): void {
  const unknown = given.find((one) => !known.includes(one))
  if (unknown !== undefined)
    throw new GuardUsageError(`there is no ${what} "${unknown.slice(0, 40)}": ${known.join(', ')}`)
}
