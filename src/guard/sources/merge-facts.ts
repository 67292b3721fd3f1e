import type { Instant } from '../../lib/clock.ts'
import type { LineType } from '../../lib/line-type.ts'
import { type FraudFacts, fraudActions } from './source.ts'

const hourMs = 3_600_000

/** From the most to the least welcome receiver of a code. */
const byRisk: readonly LineType[] = [
  'mobile',
  'personal',
  'landline',
  'voicemail',
  'fixedVoip',
  'unknown',
  'pager',
  'uan',
  'tollFree',
  'nonFixedVoip',
  'sharedCost',
  'premium',
]

/**
 * What several sources say, as one: where they differ, the strictest counts. That a SIM was not changed is believed for the shortest time
 * that anybody vouches for, and not at all where another source saw a change in that time.
 */
export function mergeFacts(all: readonly FraudFacts[], now: Instant): FraudFacts {
  const simChangedAt = most(all.map((one) => one.simChangedAt))
  const simChangedWithinH = least(all.map((one) => one.simChangedWithinH))
  const unchanged = least(all.map((one) => one.simUnchangedForH))
  const isDenied =
    unchanged !== undefined &&
    ((simChangedWithinH ?? Number.POSITIVE_INFINITY) <= unchanged ||
      (simChangedAt ?? Number.NEGATIVE_INFINITY) >= now - unchanged * hourMs)
  return {
    ...known(
      'lineType',
      last(
        byRisk,
        all.map((one) => one.lineType),
      ),
    ),
    ...known('simChangedAt', simChangedAt),
    ...known('simChangedWithinH', simChangedWithinH),
    ...known('simUnchangedForH', isDenied ? undefined : unchanged),
    ...known(
      'callForwarding',
      last(
        [false, true],
        all.map((one) => one.callForwarding),
      ),
    ),
    ...known('pumpingScore', most(all.map((one) => one.pumpingScore))),
    ...known(
      'numberVerified',
      last(
        [true, false],
        all.map((one) => one.numberVerified),
      ),
    ),
    ...known('probability', most(all.map((one) => one.probability))),
    ...known(
      'action',
      last(
        fraudActions,
        all.map((one) => one.action),
      ),
    ),
    reasons: [...new Set(all.flatMap(({ reasons }) => reasons))],
  }
}

function known<Name extends keyof FraudFacts>(name: Name, value: FraudFacts[Name] | undefined): Pick<FraudFacts, Name> {
  return (value === undefined ? {} : { [name]: value }) as Pick<FraudFacts, Name>
}

function most(values: readonly (number | undefined)[]): number | undefined {
  const given = values.filter((value) => value !== undefined)
  return given.length > 0 ? Math.max(...given) : undefined
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const given = values.filter((value) => value !== undefined)
  return given.length > 0 ? Math.min(...given) : undefined
}

/** The value that stands last in `order`. */
function last<T>(order: readonly T[], values: readonly (T | undefined)[]): T | undefined {
  return order.findLast((value) => values.includes(value))
}
