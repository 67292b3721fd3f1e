import { calmPercent, campaignMean, percent, summarize, sumOf } from './metrics.ts'
import { payoutMean } from './payouts.ts'
import type { Results } from './results.ts'
import type { WorldName } from './world-options.ts'

/** Whose results are judged: the guard of messages, and that of payouts where there is one. */
export interface Judged {
  policy: string
  payoutPolicy?: string
}

/** One target, judged. */
export interface Verdict {
  name: string
  limit: string
  /** What was measured, in words. */
  value: string
  /** Undefined where the results hold nothing to judge by. */
  met: boolean | undefined
}

/** What a guard of messages and payouts is to reach. */
export interface Target {
  name: string
  limit: string
  judge(results: Results, judged: Judged): { value: string; met: boolean | undefined }
}

// What a table with one decimal shows as nothing.
const nothingPercent = 0.05

const bursts = ['A1', 'A3', 'A6-10', 'A6-30', 'A6-50', 'A6-75', 'A10', 'A13']
const atHome = ['A4', 'A5', 'A7', 'A8', 'A11', 'A12', 'A14']

/** Every target, each with how it is computed. */
export const targets: readonly Target[] = [
  {
    name: 'honest people refused SMS on hard days that nobody attacks',
    limit: '<= 0.05 %, nobody refused outright',
    judge(results, { policy }) {
      const share = calmPercent(results, policy, 'hard')
      if (share === undefined) return unknown
      const runs = results.calmRuns.filter((run) => run.policy === policy && run.world === 'hard')
      const denied = sumOf(runs.map((run) => run.denied))
      return { value: `${figure(share, 3)} %, ${denied} outright`, met: share <= 0.05 && denied === 0 }
    },
  },
  calmTarget('the same in a blackout, without known users, with 100k a day, with 35 % fewer delivered', 0.3, [
    'blackout',
    'blackout-100k',
    'no-known-users',
    'hard-100k',
    'poor-delivery',
  ]),
  calmTarget('the same in a blackout without known users', 2, ['blackout-no-known-users']),
  {
    name: 'dollars stopped over all campaigns',
    limit: '>= 99.5 %',
    judge(results, { policy }) {
      const { stoppedUsdPercent } = summarize(results, policy)
      return results.campaignRuns.length === 0
        ? unknown
        : { value: `${figure(stoppedUsdPercent, 2)} %`, met: stoppedUsdPercent >= 99.5 }
    },
  },
  campaignTarget('foreign bursts', bursts, '<= 60 messages, <= $20, first refusal <= 20 s', (mean) => ({
    value: `${figure(mean.leaked)} messages, $${figure(mean.leakedUsd)}, ${figure(mean.firstRefusalSeconds)} s`,
    met:
      mean.leaked <= 60 &&
      mean.leakedUsd <= 20 &&
      mean.firstRefusalSeconds !== undefined &&
      mean.firstRefusalSeconds <= 20,
  })),
  campaignTarget('40 countries low and slow, and hopping', ['A2', 'A9'], '<= $60 each', (mean) => ({
    value: `$${figure(mean.leakedUsd)}`,
    met: mean.leakedUsd <= 60,
  })),
  campaignTarget('one home block in sequence', ['A14'], '<= 10 messages, nobody harmed', (mean) => ({
    value: `${figure(mean.leaked)} messages, ${figure(mean.harmedPercent, 1)} % harmed`,
    met: mean.leaked <= 10 && mean.harmedPercent < nothingPercent,
  })),
  campaignTarget('spread over home', ['A4', 'A11', 'A12'], '<= $45 each', (mean) => ({
    value: `$${figure(mean.leakedUsd)}`,
    met: mean.leakedUsd <= 45,
  })),
  campaignTarget('spread over home, low and slow', ['A5'], '<= $100', (mean) => ({
    value: `$${figure(mean.leakedUsd)}`,
    met: mean.leakedUsd <= 100,
  })),
  campaignTarget('bombing one number', ['A7'], '<= 5 messages, nobody harmed', (mean) => ({
    value: `${figure(mean.leaked)} messages, ${figure(mean.harmedPercent, 1)} % harmed`,
    met: mean.leaked <= 5 && mean.harmedPercent < nothingPercent,
  })),
  {
    name: 'honest people harmed by any campaign',
    limit: 'mean <= 3.5 %, worst <= 25 %, all diverted; known users <= 0.5 %',
    judge(results, { policy }) {
      if (results.campaignRuns.length === 0) return unknown
      const { harmedPercent, worstHarmedPercent, worstKnownWithheldPercent } = summarize(results, policy)
      const runs = results.campaignRuns.filter((run) => run.policy === policy)
      const denied = percent(sumOf(runs.map((run) => run.harmedDenied)), sumOf(runs.map((run) => run.harmed)))
      return {
        value: `mean ${figure(harmedPercent, 2)} %, worst ${figure(worstHarmedPercent, 1)} %, ${figure(denied, 1)} % of them outright; known ${figure(worstKnownWithheldPercent, 2)} %`,
        met: harmedPercent <= 3.5 && worstHarmedPercent <= 25 && denied === 0 && worstKnownWithheldPercent <= 0.5,
      }
    },
  },
  campaignTarget('guesses of codes', ['A8'], '<= 1,000', (mean) => ({
    value: figure(mean.guessesAllowed),
    met: mean.guessesAllowed <= 1000,
  })),
  campaignTarget('harm after an attack at home stops', atHome, '<= 15 min', (mean) => ({
    value: `${figure(mean.harmAfterMinutes)} min`,
    met: mean.harmAfterMinutes <= 15,
  })),
  campaignTarget('harm after an attack on a small country stops', ['A13'], '<= 130 min', (mean) => ({
    value: `${figure(mean.harmAfterMinutes)} min`,
    met: mean.harmAfterMinutes <= 130,
  })),
  {
    name: 'stolen payouts released, honest changes held',
    limit: '<= 5 % and <= 2.5 %',
    judge({ payouts }, { payoutPolicy }) {
      if (!payouts || payoutPolicy === undefined) return unknown
      const released = payoutMean(payouts, payoutPolicy, (result) => result.releasedPercent)
      const held = payoutMean(payouts, payoutPolicy, (result) => result.heldPercent)
      if (released === undefined || held === undefined) return unknown
      return {
        value: `${figure(released, 1)} % and ${figure(held, 1)} %`,
        met: released <= 5 && held <= 2.5,
      }
    },
  },
  {
    name: 'cost of a decision, on PostgreSQL with two cores',
    limit: '<= 1 ms p50, >= 5,000/s',
    judge({ decisionCosts }, { policy }) {
      const cost = decisionCosts?.[policy]
      if (!cost) return unknown
      return {
        value: `${figure(cost.p50Ms, 2)} ms, ${figure(cost.perSecond)}/s`,
        met: cost.p50Ms <= 1 && cost.perSecond >= 5000,
      }
    },
  },
]

/** Every target, judged by these results. */
export function judgeTargets(results: Results, judged: Judged): Verdict[] {
  return targets.map(({ name, limit, judge }) => ({ name, limit, ...judge(results, judged) }))
}

const unknown = { value: 'not measured', met: undefined }

function calmTarget(name: string, limitPercent: number, worlds: readonly WorldName[]): Target {
  return {
    name,
    limit: `<= ${limitPercent} %`,
    judge(results, { policy }) {
      const shares = worlds.map((world) => calmPercent(results, policy, world))
      const measured = shares.filter((share) => share !== undefined)
      const words = worlds.map((world, index) => `${world} ${figure(shares[index], 3)}`)
      const failed = measured.some((share) => share > limitPercent)
      return {
        value: `${words.join(', ')} %`,
        met: failed ? false : measured.length === worlds.length ? true : undefined,
      }
    },
  }
}

type Mean = NonNullable<ReturnType<typeof campaignMean>>

// Every campaign must reach it; the words are those of the one that is farthest off, or of all where they are few.
function campaignTarget(
  name: string,
  campaigns: readonly string[],
  limit: string,
  judgeOne: (mean: Mean) => { value: string; met: boolean },
): Target {
  return {
    name: `${name} (${campaigns.join(' ')})`,
    limit,
    judge(results, { policy }) {
      const means = campaigns.map((campaign) => campaignMean(results, policy, campaign))
      const verdicts = means.map((mean) => mean && judgeOne(mean))
      const words = verdicts.flatMap((verdict, index) =>
        verdict ? [campaigns.length > 1 ? `${campaigns[index]}: ${verdict.value}` : verdict.value] : [],
      )
      if (words.length === 0) return unknown
      const failed = verdicts.some((verdict) => verdict?.met === false)
      return { value: words.join('; '), met: failed ? false : verdicts.includes(undefined) ? undefined : true }
    },
  }
}

function figure(value: number | undefined, digits = 0): string {
  if (value === undefined) return '-'
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
