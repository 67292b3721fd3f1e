import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { avalPayouts } from '../../src/simulate/aval-payouts.ts'
import { avalPolicy } from '../../src/simulate/aval-policy.ts'
import { simulatePayouts } from '../../src/simulate/payouts.ts'
import { simulate } from '../../src/simulate/run.ts'
import { judgeTargets } from '../../src/simulate/targets.ts'

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

// What this guard does not reach in this world (docs/guard.md says by how much, and why).
const notReached = [
  // A13 sees its first refusal after 21 s in place of 20.
  'foreign bursts (A1 A3 A6-10 A6-30 A6-50 A6-75 A10 A13)',
  // Where an attack at home is many times what honest strangers ask for, more of them are sent another way.
  'honest people harmed by any campaign',
  'harm after an attack at home stops (A4 A5 A7 A8 A11 A12 A14)',
]

describe('the guard in the simulated world', () => {
  it('reaches its targets with a seed that nothing was tuned by', { timeout: 600_000 }, () => {
    const policy = avalPolicy()
    const results = simulate({ seeds: [31], policies: [policy], worlds: ['hard', 'blackout-no-known-users'] })
    const verdicts = judgeTargets(results, { policy: policy.name }).filter(({ met }) => met !== undefined)
    const missed = verdicts.filter(({ met, name }) => !met && !notReached.includes(name))
    expect(missed).toEqual([])
    expect(verdicts.length).toBeGreaterThan(10)
    const everyHonest = results.campaignRuns.map(({ harmedDenied }) => harmedDenied)
    // Whoever is held up is sent another way, and never away.
    expect(Math.max(...everyHonest)).toBe(0)
  })

  it('lets few stolen payouts go and holds few honest ones, with seeds that nothing was tuned by', {
    timeout: 120_000,
  }, () => {
    const payouts = simulatePayouts({ seeds: [31, 32, 33, 34, 35], policies: [avalPayouts] })
    const results = { seeds: [31], policies: [], campaigns: [], campaignRuns: [], calmRuns: [], payouts }
    const verdicts = judgeTargets(results as never, { policy: 'none', payoutPolicy: avalPayouts.name })
    const verdict = verdicts.find(({ name }) => name.startsWith('stolen payouts'))
    expect(verdict).toMatchObject({ met: true })
  })

  it('gives a trace that the replay decides alike', { timeout: 120_000 }, async () => {
    const run = (...args: string[]) =>
      promisify(execFile)(process.execPath, [cli, ...args], { maxBuffer: 256 * 1024 * 1024 })
    const { stdout } = await run('simulate', '--trace', 'A1', '--seeds', '31')
    const lines = stdout.trimEnd().split('\n')
    const starts = lines.filter((line) => line.includes('"type":"start"')).length
    expect(starts).toBeGreaterThan(30_000)
    await expect(run('simulate', '--trace', 'A99')).rejects.toMatchObject({ code: 2 })
  })
})
