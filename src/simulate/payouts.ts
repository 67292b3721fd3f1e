import { meanOf, percent, sumOf } from './metrics.ts'
import { drawHonestChange, drawTheft, type PayoutChange, type Vector, vectors } from './payout-changes.ts'
import { createRandom } from './random.ts'

/** What a guard can know of a change of payout details. `undefined` is not known. */
export interface PayoutSignals {
  /** Hours since the SIM was changed; `Infinity` for not lately. */
  simChangedHours: number | undefined
  callForwarding: boolean | undefined
  voip: boolean
  newDevice: boolean
  newCountry: boolean
  impossibleTravel: boolean
  /** Hours since the phone or e-mail of the account was changed; `Infinity` for not lately. */
  contactChangedHours: number
  passwordChangedHours: number
  accountAgeDays: number
  /** Whether the payee's tax id is the organiser's. */
  payeeOwner: 'same' | 'other' | undefined
  /** The payee already receives the money of another account. */
  payeeUsedByOther: boolean
  /** BRL that the change will redirect. */
  amount: number
  strongFactor: 'none' | 'totp' | 'passkey'
}

/**
 * What a change has to go through: a code, a stronger factor (by e-mail link and code where none is enrolled), a code and then a wait in
 * which every old channel can cancel, the wait with a person who looks at it, or nothing: not now.
 */
export type PayoutOutcome = 'ordinary' | 'strong' | 'hold24' | 'hold72' | 'review' | 'refuse'

/** The guard of payout details under test. */
export interface PayoutPolicy {
  name: string
  /** Whether the message with the code says who will be paid and how much, so that a deceived owner can notice. */
  namesPayee: boolean
  /** `strong`: where it waits, a stronger factor is asked for before. */
  decide(signals: PayoutSignals): { outcome: PayoutOutcome; strong?: boolean }
}

/** One policy with one seed. */
export interface PayoutResult {
  seed: number
  policy: string
  releasedPercent: number
  /** Of the money that thieves asked for. */
  releasedMoneyPercent: number
  /** Of the honest changes: held for any time, held for three days, asked for a stronger factor. */
  heldPercent: number
  held72Percent: number
  strongPercent: number
  /** Of the honest changes: not through at once for another reason than a wait. */
  notAtOncePercent: number
  releasedPercentByVector: Record<Vector, number>
}

export interface PayoutOptions {
  seeds: readonly number[]
  policies: readonly PayoutPolicy[]
  honest?: number
  thefts?: number
}

/** The baselines. */
export const payoutBaselines: readonly PayoutPolicy[] = [
  { name: 'SMS code only', namesPayee: false, decide: () => ({ outcome: 'ordinary' }) },
  { name: 'SMS code naming payee and amount', namesPayee: true, decide: () => ({ outcome: 'ordinary' }) },
  {
    name: 'code + refuse SIM change < 72 h',
    namesPayee: true,
    decide: ({ simChangedHours }) => ({
      outcome: simChangedHours !== undefined && simChangedHours < 72 ? 'refuse' : 'ordinary',
    }),
  },
  { name: 'code + hold every change 24 h', namesPayee: true, decide: () => ({ outcome: 'hold24' }) },
  { name: 'code + hold every change 72 h', namesPayee: true, decide: () => ({ outcome: 'hold72' }) },
]

/** Puts every policy before the same honest changes and the same thefts. */
export function simulatePayouts({ seeds, policies, honest = 20_000, thefts = 300 }: PayoutOptions): PayoutResult[] {
  return seeds.flatMap((seed) => {
    const people = Array.from({ length: honest }, (_, index) => drawHonestChange(createRandom(seed, 'honest', index)))
    const thieves = Array.from({ length: thefts }, (_, index) => drawTheft(createRandom(seed, 'theft', index)))
    return policies.map((policy) => measure(seed, policy, people, thieves))
  })
}

/** The mean over all seeds of one figure of one policy; undefined where it was not run. */
export function payoutMean(
  results: readonly PayoutResult[],
  policy: string,
  figure: (result: PayoutResult) => number,
): number | undefined {
  const runs = results.filter((result) => result.policy === policy)
  return runs.length === 0 ? undefined : meanOf(runs.map(figure))
}

function measure(
  seed: number,
  policy: PayoutPolicy,
  people: readonly PayoutChange[],
  thieves: readonly PayoutChange[],
): PayoutResult {
  const outcomes = people.map((change) => policy.decide(change.signals).outcome)
  const share = (test: (outcome: PayoutOutcome, change: PayoutChange) => boolean) =>
    percent(people.filter((change, index) => test(outcomes[index] as PayoutOutcome, change)).length, people.length)
  const released = thieves.filter((theft) => isReleased(theft, policy))
  const ofVector = (vector: Vector) => (change: PayoutChange) => change.vector === vector
  return {
    seed,
    policy: policy.name,
    releasedPercent: percent(released.length, thieves.length),
    releasedMoneyPercent: percent(moneyOf(released), moneyOf(thieves)),
    heldPercent: share((outcome) => outcome === 'hold24' || outcome === 'hold72' || outcome === 'review'),
    held72Percent: share((outcome) => outcome === 'hold72' || outcome === 'review'),
    strongPercent: share((outcome) => outcome === 'strong'),
    notAtOncePercent: share((outcome, change) =>
      outcome === 'refuse' ? true : outcome === 'strong' ? !change.passesStrong : !change.passesCode,
    ),
    releasedPercentByVector: Object.fromEntries(
      vectors.map((vector) => [
        vector,
        percent(released.filter(ofVector(vector)).length, thieves.filter(ofVector(vector)).length),
      ]),
    ) as Record<Vector, number>,
  }
}

function isReleased(theft: PayoutChange, policy: PayoutPolicy): boolean {
  const { outcome, strong = false } = policy.decide(theft.signals)
  if (outcome === 'refuse') return false
  const passesCode = policy.namesPayee ? theft.passesNamingCode : theft.passesCode
  const passes = outcome === 'strong' || (strong && outcome !== 'ordinary') ? theft.passesStrong : passesCode
  if (!passes) return false
  if (outcome === 'ordinary' || outcome === 'strong') return true
  if (outcome === 'hold24') return theft.noticedAfterHours > 24
  return theft.noticedAfterHours > 72 && (outcome === 'hold72' || theft.deceivesReview)
}

function moneyOf(changes: readonly PayoutChange[]): number {
  return sumOf(changes.map((change) => change.signals.amount))
}
