import type { CountryCode } from 'libphonenumber-js/max'
import { defaultCuts } from '../guard/buckets/scopes.ts'
import type { SendRules } from '../guard/decide-send.ts'
import { builtInPrices } from '../guard/prices.ts'
import { createReplay, type ReplaySnapshot } from '../guard/replay/replay.ts'
import type { Phone } from '../lib/e164.ts'
import { type Country, honestCountries, pumpedCountries } from './countries.ts'
import type { PolicyFactory } from './policy.ts'

/** Aval's own guard: the very steps that decide in production, with its buckets in memory. `changes` are those of a candidate. */
export function avalPolicy(name = 'Aval', changes: Partial<SendRules> = {}): PolicyFactory {
  return {
    name,
    create({ home }) {
      const rules: SendRules = {
        mode: 'enforce',
        buckets: 'enforce',
        // Open to all, so that behaviour alone counts.
        countries: '*',
        home,
        prices: builtInPrices,
        cuts: defaultCuts,
        ...changes,
      }
      let replay = createReplay(rules, { phoneOf: simulatedPhone })
      return {
        name,
        start: (event) => replay.start(event),
        check: (event) => replay.check(event),
        delivered: (event) => replay.delivered(event),
        snapshot: () => replay.snapshot(),
        restore(snapshot) {
          replay = createReplay(rules, { phoneOf: simulatedPhone, from: snapshot as ReplaySnapshot })
        },
      }
    },
  }
}

// Longest calling codes first: +1 is a beginning of +1876.
const byDial: readonly Country[] = [...honestCountries, ...pumpedCountries].toSorted(
  (a, b) => b.dial.length - a.dial.length,
)

/** A number of the simulated world: its country is known from the calling code, and it is a mobile. */
function simulatedPhone(to: string): Phone {
  const country = byDial.find(({ dial }) => to.startsWith(dial))
  return { e164: to, country: country?.iso as CountryCode | undefined, type: 'MOBILE' }
}
