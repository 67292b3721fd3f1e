import { describe, expect, test } from 'vitest'
import { campaignOf } from './campaigns.ts'
import { calmPercent, campaignMean, measureCalm, measureCampaign, summarize } from './metrics.ts'
import { type PayoutPolicy, payoutBaselines, simulatePayouts } from './payouts.ts'
import { campaignTable, leakBars, leakOverTime, payoutTable, summaryTable, targetTable } from './report.ts'
import type { CalmRun, CampaignRun, Results } from './results.ts'
import { sessionStates } from './run-world.ts'
import { judgeTargets, targets } from './targets.ts'
import { minute } from './time.ts'
import type { World } from './world.ts'
import { worldOptions } from './world-options.ts'

const { completed, denied, diverted } = sessionStates
const { from, to } = campaignOf('A7')

// Eight people: one long before, one just before, four during and two after the attack. The fourth would not have got through anyway.
const at = [0, from - 1, from, from + 1, from + 2, from + 3, to + 5 * minute, to + 30 * minute]
const handMade = {
  seed: 1,
  options: worldOptions('ordinary'),
  liveAt: from - 10,
  endsAt: to + 60 * minute,
  sessions: { count: 8, at: Float64Array.from(at), asker: Uint8Array.from([0, 0, 0, 2, 1, 0, 0, 0]) },
  completesAt: (session: number) => (session === 3 ? -1 : 0),
} as unknown as World

const tally = {
  asked: 100,
  leaked: 10,
  leakedUsd: 2,
  firstRefusalAt: from + 1500,
  guessesAllowed: 7,
  takeovers: 0,
  leakedUsdByBin: [2],
}

describe('metrics of a hand-made run', () => {
  test('without an attack, of those who would have got through after the warm-up', () => {
    const states = Uint8Array.from([denied, completed, diverted, denied, completed, denied, completed, completed])
    expect(measureCalm(handMade, 'p', states)).toEqual({
      seed: 1,
      policy: 'p',
      world: 'ordinary',
      asking: 7,
      wouldComplete: 6,
      withheld: 2,
      diverted: 1,
      denied: 1,
      withheldPercent: 200 / 6,
    })
  })

  test('under attack, of those asking then, and only what the attack is to blame for', () => {
    const states = Uint8Array.from([denied, denied, diverted, denied, denied, denied, diverted, completed])
    const calm = Uint8Array.from([denied, completed, completed, denied, completed, denied, completed, completed])
    const run = measureCampaign(handMade, 'p', campaignOf('A7'), tally, states, calm, to + 60 * minute)
    expect(run).toMatchObject({
      blockedPercent: 90,
      firstRefusalSeconds: 1.5,
      honestAsking: 4,
      harmed: 3,
      harmedDiverted: 2,
      harmedDenied: 1,
      harmedPercent: 75,
      knownWithheldPercent: 50,
      harmAfterMinutes: 5,
    })
    const cut = measureCampaign(handMade, 'p', campaignOf('A7'), tally, states, calm, to)
    expect([cut.harmed, cut.harmAfterMinutes]).toEqual([2, 0])
  })
})

function campaignRun(differs: Partial<CampaignRun>): CampaignRun {
  return {
    seed: 1,
    policy: 'p',
    campaign: 'A7',
    asked: 100,
    leaked: 2,
    leakedUsd: 0.1,
    blockedPercent: 98,
    firstRefusalSeconds: 6,
    honestAsking: 1000,
    harmed: 0,
    harmedDiverted: 0,
    harmedDenied: 0,
    harmedPercent: 0,
    knownWithheldPercent: 0,
    harmAfterMinutes: 0,
    guessesAllowed: 0,
    takeovers: 0,
    leakedUsdByBin: [0.1],
    ...differs,
  }
}

function calmRun(differs: Partial<CalmRun>): CalmRun {
  return {
    seed: 1,
    policy: 'p',
    world: 'hard',
    asking: 1000,
    wouldComplete: 900,
    withheld: 0,
    diverted: 0,
    denied: 0,
    withheldPercent: 0,
    ...differs,
  }
}

function resultsOf(campaignRuns: CampaignRun[], calmRuns: CalmRun[]): Results {
  return {
    seeds: [1, 2],
    policies: [...new Set(campaignRuns.map((run) => run.policy))],
    campaigns: [...new Set(campaignRuns.map((run) => run.campaign))],
    worlds: ['hard'],
    campaignRuns,
    calmRuns,
  }
}

const results = resultsOf(
  [
    campaignRun({ policy: 'none', leaked: 100, leakedUsd: 5, blockedPercent: 0, firstRefusalSeconds: undefined }),
    campaignRun({ policy: 'none', seed: 2, leaked: 100, leakedUsd: 5, firstRefusalSeconds: undefined }),
    campaignRun({ policy: 'none', campaign: 'A1', leakedUsd: 95 }),
    campaignRun({ policy: 'none', campaign: 'A1', seed: 2, leakedUsd: 95 }),
    campaignRun({ harmedPercent: 10 }),
    campaignRun({ seed: 2, leaked: 4, leakedUsd: 0.3, firstRefusalSeconds: undefined }),
    campaignRun({ campaign: 'A1', leakedUsd: 0.6 }),
    campaignRun({ campaign: 'A1', seed: 2, leakedUsd: 0.4 }),
  ],
  [calmRun({ withheld: 9 }), calmRun({ seed: 2, wouldComplete: 300, withheld: 3 })],
)

test('summaries are means of the seeds and sums of the campaigns', () => {
  expect(campaignMean(results, 'p', 'A7')).toMatchObject({
    leaked: 3,
    leakedUsd: 0.2,
    leakedUsdMost: 0.3,
    harmedPercent: 5,
  })
  expect(campaignMean(results, 'p', 'A7')?.firstRefusalSeconds).toBeUndefined()
  expect(campaignMean(results, 'p', 'A9')).toBeUndefined()
  const summary = summarize(results, 'p')
  expect(summary).toMatchObject({ leaked: 5, worstCampaignUsd: 0.6, harmedPercent: 2.5, worstHarmedPercent: 5 })
  expect(summary.leakedUsd).toBeCloseTo(0.7, 9)
  expect(summary.stoppedUsdPercent).toBeCloseTo(99.3, 9)
  expect(summarize(results, 'p', ['A7']).stoppedUsdPercent).toBeCloseTo(96, 9)
  expect(calmPercent(results, 'p', 'hard')).toBe(1)
  expect(calmPercent(results, 'p', 'blackout')).toBeUndefined()
})

describe('targets', () => {
  const met = (each: Results, name: string) =>
    judgeTargets(each, { policy: 'p', payoutPolicy: 'careful' }).find((verdict) => verdict.name.startsWith(name))?.met

  test('are met, missed, or left open where nothing was measured', () => {
    const good = resultsOf([campaignRun({})], [calmRun({})])
    expect(met(good, 'bombing')).toBe(true)
    expect(met(resultsOf([campaignRun({ leaked: 6 })], []), 'bombing')).toBe(false)
    expect(met(resultsOf([campaignRun({ harmedPercent: 0.1 })], []), 'bombing')).toBe(false)
    expect(met(good, 'honest people refused')).toBe(true)
    expect(met(resultsOf([], [calmRun({ withheld: 1, denied: 1 })]), 'honest people refused')).toBe(false)
    expect(met(good, 'guesses')).toBeUndefined()
    expect(met(good, 'cost of a decision')).toBeUndefined()
    expect(met({ ...good, decisionCosts: { p: { p50Ms: 0.4, perSecond: 6000 } } }, 'cost of a decision')).toBe(true)
    expect(met({ ...good, decisionCosts: { p: { p50Ms: 0.4, perSecond: 4000 } } }, 'cost of a decision')).toBe(false)
  })

  test('for several campaigns are met by all of them, and missed by one', () => {
    const bursts = 'A1 A3 A6-10 A6-30 A6-50 A6-75 A10 A13'.split(' ').map((campaign) => campaignRun({ campaign }))
    expect(met(resultsOf(bursts, []), 'foreign bursts')).toBe(true)
    expect(met(resultsOf(bursts.slice(1), []), 'foreign bursts')).toBeUndefined()
    const late = [...bursts.slice(1), campaignRun({ campaign: 'A1', firstRefusalSeconds: 21 })]
    expect(met(resultsOf(late, []), 'foreign bursts')).toBe(false)
  })

  test('want what harm there is to be a move to another channel', () => {
    const harmed = { harmed: 20, harmedPercent: 2, harmedDiverted: 20 }
    expect(met(resultsOf([campaignRun(harmed)], []), 'honest people harmed')).toBe(true)
    const told = { ...harmed, harmedDiverted: 19, harmedDenied: 1 }
    expect(met(resultsOf([campaignRun(told)], []), 'honest people harmed')).toBe(false)
  })
})

describe('payouts', () => {
  const careful: PayoutPolicy = {
    name: 'careful',
    namesPayee: true,
    decide: ({ payeeOwner }) => ({ outcome: payeeOwner === 'other' ? 'review' : 'ordinary' }),
  }
  const payouts = simulatePayouts({ seeds: [1], policies: [...payoutBaselines, careful], honest: 4000 })
  const of = (policy: string) => payouts.find((result) => result.policy === policy)

  test('are the same for the same seed', () => {
    expect(simulatePayouts({ seeds: [1], policies: [...payoutBaselines, careful], honest: 4000 })).toEqual(payouts)
  })

  test('a code alone lets most thieves through, and each of those who hold the SIM', () => {
    expect(of('SMS code only')?.releasedPercent).toBeGreaterThan(80)
    expect(of('SMS code only')?.releasedPercentByVector['SIM swap']).toBe(100)
    expect(of('SMS code naming payee and amount')?.releasedPercent).toBeLessThan(
      of('SMS code only')?.releasedPercent ?? 0,
    )
    expect(of('code + refuse SIM change < 72 h')?.releasedPercentByVector['SIM swap']).toBeLessThan(15)
  })

  test('a wait for everybody stops more the longer it is, and holds everybody', () => {
    const [short, long] = [of('code + hold every change 24 h'), of('code + hold every change 72 h')]
    expect(long?.releasedPercent).toBeLessThan(short?.releasedPercent ?? 0)
    expect([short?.heldPercent, short?.held72Percent, long?.heldPercent, long?.held72Percent]).toEqual([
      100, 0, 100, 100,
    ])
  })

  test('are judged', () => {
    const verdicts = judgeTargets({ ...results, payouts }, { policy: 'p', payoutPolicy: 'careful' })
    expect(verdicts.find((verdict) => verdict.name.startsWith('stolen payouts'))?.met).toBe(false)
    expect(payoutTable(payouts).split('\n')).toHaveLength(2 + 6)
  })
})

describe('the report', () => {
  test('has a table for campaigns, for all together and for targets', () => {
    expect(campaignTable(results)).toContain('| A1 | 2 / 95 / 0.0 | 2 / 1 / 0.0 | 6 |')
    expect(summaryTable(results)).toMatch(/\| p \| 5 \| 1 \| 99\.30 \|/)
    const judged = targetTable(judgeTargets(results, { policy: 'p' }))
    expect(judged.split('\n')).toHaveLength(2 + targets.length)
  })

  test('has plots that say in words what they show, and no name breaks them', () => {
    const odd = resultsOf([campaignRun({ policy: '<script> & "co"' })], [])
    for (const plot of [leakBars(results), leakOverTime(results, 'A7'), leakBars(odd), leakOverTime(odd, 'A7')]) {
      expect(plot).toMatch(/^<svg [^>]*role="img" aria-labelledby="([\w-]+)-title \1-desc"><title id="\1-title">/)
      expect(plot).toMatch(/<desc id="[\w-]+">[^<]+<\/desc>/)
      expect(plot).not.toContain('<script>')
      expect(plot).not.toMatch(/NaN|Infinity|undefined/)
      expect(plot).toContain('prefers-color-scheme:dark')
    }
  })
})
