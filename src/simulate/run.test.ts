import { describe, expect, test } from 'vitest'
import { none, perNumber } from './baselines/limits.ts'
import { refused } from './baselines/policy-over.ts'
import { summarize } from './metrics.ts'
import { allowed, type PolicyFactory } from './policy.ts'
import { simulate } from './run.ts'
import { writeTrace } from './trace.ts'

const nothingGoes: PolicyFactory = {
  name: 'nothing goes',
  create: ({ liveAt }) => ({
    name: 'nothing goes',
    start: ({ t }) => (t < liveAt ? allowed : refused('block', 'no')),
    check: () => undefined,
    delivered: () => undefined,
    snapshot: () => null,
    restore: () => undefined,
  }),
}

describe('simulate', () => {
  const options = { seeds: [4], campaigns: ['A7', 'A8'], worlds: [] }

  test('gives the same results for the same seed, with snapshots and without', () => {
    const replayed: PolicyFactory = {
      name: perNumber.name,
      create(setup) {
        const { snapshot: _, restore: __, ...policy } = perNumber.create(setup)
        return policy
      },
    }
    const results = simulate({ ...options, campaigns: ['A7'], policies: [perNumber] })
    expect(simulate({ ...options, campaigns: ['A7'], policies: [replayed] })).toEqual(results)
    expect(results.campaignRuns[0]).toMatchObject({ campaign: 'A7', leaked: 10, harmed: 0 })
    expect(simulate({ ...options, campaigns: ['A7'], seeds: [5], policies: [perNumber] })).not.toEqual(results)
  })

  test('without a guard everything leaks and nobody is harmed', () => {
    const { campaignRuns, calmRuns } = simulate({ ...options, policies: [none] })
    for (const run of campaignRuns) {
      expect(run).toMatchObject({ leaked: run.asked, blockedPercent: 0, harmed: 0, harmAfterMinutes: 0 })
      expect(run.firstRefusalSeconds).toBeUndefined()
      expect(run.leakedUsd).toBeCloseTo(run.asked * 0.05, 6)
      expect(run.leakedUsdByBin.reduce((sum, usd) => sum + usd, 0)).toBeCloseTo(run.leakedUsd, 6)
    }
    expect(campaignRuns.find((run) => run.campaign === 'A8')?.guessesAllowed).toBeGreaterThan(99_900)
    expect(calmRuns.map((run) => [run.world, run.withheld])).toEqual([['ordinary', 0]])
  })

  test('where everything is refused nothing leaks, everybody is withheld, and the attack is not to blame', () => {
    const results = simulate({ ...options, policies: [nothingGoes] })
    for (const run of results.campaignRuns)
      expect(run).toMatchObject({ leaked: 0, harmed: 0, firstRefusalSeconds: expect.any(Number) })
    expect(results.calmRuns[0]).toMatchObject({ withheldPercent: 100, diverted: 0 })
    expect(summarize(results, nothingGoes.name).worstKnownWithheldPercent).toBeGreaterThan(70)
  })

  test('refuses a campaign that does not exist', () => {
    expect(() => simulate({ ...options, campaigns: ['A0'], policies: [none] })).toThrow('no campaign A0')
  })
})

test('the trace of a campaign is the same for the same seed, in the form that others read, and says nothing of who attacks', () => {
  const trace = (labels = false) => {
    const lines: string[] = []
    writeTrace({ seed: 4, campaign: 'A7', policy: perNumber, write: (line) => lines.push(line), labels })
    return lines
  }
  const lines = trace()
  expect(trace()).toEqual(lines)
  const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(new Set(events.map((event) => event.type))).toEqual(new Set(['start', 'check', 'delivered', 'undelivered']))
  const fields = 'type,id,to,channel,ip,ip_country,device,subject,known_number,known_device,price,t'.split(',')
  const starts = events.filter((event) => event.type === 'start')
  expect(starts.flatMap((event) => Object.keys(event)).filter((key) => !fields.includes(key))).toEqual([])
  expect(events.every((event) => Number.isInteger(event.t))).toBe(true)
  const attack = trace(true).map((line) => JSON.parse(line) as Record<string, unknown>)
  const ofAttacker = attack.filter((event) => event.attack === true)
  expect(ofAttacker.filter((event) => event.type === 'start').length).toBeGreaterThan(1000)
  // Ten were allowed; of the others nothing comes.
  expect(ofAttacker.filter((event) => event.type !== 'start')).toHaveLength(10)
})
