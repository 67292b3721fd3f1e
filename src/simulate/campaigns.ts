import { drawHomeLine, homeCarrierAddress, homeNatCount, hostedAddress, type Source } from './addresses.ts'
import type { Attack, AttackContext, AttackMessage, Campaign } from './attack.ts'
import { type Country, home, honestCountries, pumpedCountries } from './countries.ts'
import { drawNumber, numberIn, pumpedBlock } from './numbers.ts'
import type { Random } from './random.ts'
import { day, hour, minute, second } from './time.ts'
import { saleAt } from './world-options.ts'

const tenOClock = 2 * day + 10 * hour
const homeCountry = countryNamed(home)

/** The attacks that policies are tried with: fourteen kinds, one of them in four strengths. */
export const campaigns: readonly Campaign[] = [
  campaign('A1', 'sequential numbers of one block, 20 rented servers, 5/s for 2 h', 2 * hour, (context) => {
    const country = pumped(2)
    const block = pumpedBlock(country, 3)
    return flood(context, 5, 2 * hour, (index) => ({
      ...from(hostedAddress(index % 20)),
      to: numberIn(block, index),
      price: country.price,
    }))
  }),
  campaign('A2', 'low and slow, 40 countries x 50 blocks, 3/min for 36 h', 36 * hour, (context) => {
    const { random } = context
    const sources = lines(random, 2000, (index) => pumped(index % 40).iso)
    return flood(context, 0.05, 36 * hour, () => {
      const country = pumped(random.below(40))
      return {
        ...from(one(sources, random)),
        to: numberIn(pumpedBlock(country, random.below(50)), random.below(10_000)),
        price: country.price,
      }
    })
  }),
  campaign('A3', 'one country, 30 blocks, residential addresses in rotation, 10/s for 30 min', 30 * minute, (context) =>
    spread(context, pumped(7), { blocks: 30, perSecond: 10, lastsMs: 30 * minute, addresses: 20_000 }),
  ),
  homeCampaign('A4', 'home numbers, home lines, 0.5/s for 12 h', 12 * hour, (context) =>
    spreadAtHome(context, 0.5, 12 * hour),
  ),
  homeCampaign('A5', 'home numbers, low and slow, 1/min for 36 h', 36 * hour, (context) =>
    spreadAtHome(context, 1 / 60, 36 * hour),
  ),
  ...[10, 30, 50, 75].map((entered) =>
    campaign(`A6-${entered}`, `enters ${entered} % of the codes, one country, 1/s for 6 h`, 6 * hour, (context) =>
      spread(context, pumped(10), {
        blocks: 5,
        perSecond: 1,
        lastsMs: 6 * hour,
        addresses: 3000,
        entered: entered / 100,
      }),
    ),
  ),
  homeCampaign('A7', 'bombs one number, every 3 s for 1 h', hour, (context) => {
    const { random } = context
    const to = drawNumber(homeCountry, random)
    const sources = lines(random, 5000, () => home)
    return flood(context, 1 / 3, hour, () => ({ ...from(one(sources, random)), to, price: homeCountry.price }))
  }),
  homeCampaign('A8', 'guesses codes of 20,000 known users, 1.4/s for 4 h', 4 * hour, (context) => {
    const { random, world } = context
    const users = world.users.filter((user) => user.country === home).slice(0, 20_000)
    const sources = lines(random, 20_000, () => home)
    return flood(context, 1.4, 4 * hour, (index) => {
      const user = users[index]
      if (!user) return undefined
      return {
        ...from(one(sources, random)),
        to: user.to,
        subject: user.subject,
        knownNumber: true,
        price: homeCountry.price,
        guesses: 5,
      }
    })
  }),
  campaign('A9', 'leaves a block after 5 of 6 refusals, 320 blocks, 1/s for 24 h', 24 * hour, hopping),
  {
    ...campaign('A10', 'enters 200 codes first, then pumps, 1/s for 5 h', 5 * hour, goodNameFirst),
    from: tenOClock + 6 * hour,
    to: tenOClock + 11 * hour,
    aimsUntil: tenOClock + 11 * hour,
  },
  {
    ...homeCampaign('A11', 'spends what is left just before a ticket sale, 5/s for 15 min', 15 * minute, (context) =>
      spreadAtHome(context, 5, 15 * minute, saleAt - 15 * minute),
    ),
    world: 'sale',
    preparesAt: saleAt - 15 * minute,
    from: saleAt - 15 * minute,
    to: saleAt,
    aimsUntil: saleAt + hour,
  },
  homeCampaign(
    'A12',
    'home numbers through mobile proxies that real people share, 0.5/s for 6 h',
    6 * hour,
    (context) => {
      const { random } = context
      const proxies = 150
      return flood(context, 0.5, 6 * hour, () => ({
        ...from(homeCarrierAddress(Math.floor((random.below(proxies) * homeNatCount) / proxies))),
        to: drawNumber(homeCountry, random),
        price: homeCountry.price,
      }))
    },
  ),
  homeCampaign('A13', 'an open foreign country with some real users, 1/s for 6 h', 6 * hour, (context) =>
    spread(context, countryNamed('AO'), { blocks: 20, perSecond: 1, lastsMs: 6 * hour, addresses: 5000 }),
  ),
  homeCampaign('A14', 'one home block in sequence, home lines, 1/s for 6 h', 6 * hour, (context) => {
    const { random } = context
    const block = `${homeCountry.dial}119${String(60 + random.below(40))}${String(10 + random.below(90))}`
    const sources = lines(random, 10_000, () => home)
    return flood(context, 1, 6 * hour, (index) => ({
      ...from(one(sources, random)),
      to: numberIn(block, index),
      price: homeCountry.price,
    }))
  }),
]

/** The campaign of this id. Throws where there is none. */
export function campaignOf(id: string): Campaign {
  const found = campaigns.find((each) => each.id === id)
  if (!found) throw new RangeError(`no campaign ${id}; there are ${campaigns.map((each) => each.id).join(', ')}`)
  return found
}

type Part = Partial<AttackMessage> & Pick<AttackMessage, 'to' | 'ip' | 'ipCountry' | 'price'>

function campaign(id: string, title: string, lastsMs: number, create: (context: AttackContext) => Attack): Campaign {
  return {
    id,
    title,
    world: 'ordinary',
    preparesAt: tenOClock,
    from: tenOClock,
    to: tenOClock + lastsMs,
    aimsUntil: tenOClock + lastsMs,
    abroad: true,
    create,
  }
}

function homeCampaign(
  id: string,
  title: string,
  lastsMs: number,
  create: (context: AttackContext) => Attack,
): Campaign {
  return { ...campaign(id, title, lastsMs, create), abroad: false }
}

// Requests at a steady mean rate, as a Poisson process.
function flood(
  { random }: AttackContext,
  perSecond: number,
  lastsMs: number,
  draw: (index: number) => Part | undefined,
  beginsAt = tenOClock,
): Attack {
  let t = beginsAt
  let index = 0
  return {
    next() {
      t += random.exponential(second / perSecond)
      const part = t < beginsAt + lastsMs ? draw(index++) : undefined
      return part && { t, knownNumber: false, counts: true, entersAfter: -1, guesses: 0, ...part }
    },
  }
}

interface Spread {
  blocks: number
  perSecond: number
  lastsMs: number
  addresses: number
  /** Share of the codes that the attacker enters. */
  entered?: number
}

function spread(context: AttackContext, country: Country, how: Spread): Attack {
  const { random } = context
  const sources = lines(random, how.addresses, () => country.iso)
  return flood(context, how.perSecond, how.lastsMs, () => ({
    ...from(one(sources, random)),
    to: numberIn(pumpedBlock(country, random.below(how.blocks)), random.below(10_000)),
    price: country.price,
    entersAfter: random.next() < (how.entered ?? 0) ? entersAfter(random) : -1,
  }))
}

function spreadAtHome(context: AttackContext, perSecond: number, lastsMs: number, beginsAt?: number): Attack {
  const { random } = context
  const sources = lines(random, 20_000, () => home)
  const draw = () => ({
    ...from(one(sources, random)),
    to: drawNumber(homeCountry, random),
    price: homeCountry.price,
  })
  return flood(context, perSecond, lastsMs, draw, beginsAt)
}

function hopping(context: AttackContext): Attack {
  const { random } = context
  const sources = lines(random, 20_000, (index) => pumped(index % 40).iso)
  let range = 0
  let recent: boolean[] = []
  return {
    ...flood(context, 1, 24 * hour, (index) => {
      const country = pumped(Math.floor(range / 8) % 40)
      const block = pumpedBlock(country, range % 8)
      return { ...from(one(sources, random)), to: numberIn(block, index), price: country.price }
    }),
    answered(_message, action) {
      recent = [...recent.slice(-5), action !== 'allow']
      if (recent.filter(Boolean).length < 5) return
      recent = []
      range = (range + 1) % 320
    },
  }
}

function goodNameFirst(context: AttackContext): Attack {
  const { random } = context
  const country = pumped(7)
  const block = pumpedBlock(country, 1)
  const sources = lines(random, 3000, () => country.iso)
  const draw = (): Part => ({
    ...from(one(sources, random)),
    to: numberIn(block, random.below(10_000)),
    price: country.price,
  })
  let built = 0
  // Fifty an hour for four hours, two hours of nothing, then the pump.
  const pump = flood(context, 1, 5 * hour, draw, tenOClock + 6 * hour)
  return {
    next() {
      if (built >= 200) return pump.next()
      const t = tenOClock + built++ * 72 * second
      return { t, knownNumber: false, counts: false, entersAfter: entersAfter(random), guesses: 0, ...draw() }
    },
  }
}

function lines(random: Random, count: number, country: (index: number) => string): readonly Source[] {
  return Array.from({ length: count }, (_, index) => drawHomeLine(country(index), random))
}

function one(sources: readonly Source[], random: Random): Source {
  return sources[random.below(sources.length)] as Source
}

function from(source: Source): Pick<AttackMessage, 'ip' | 'ipCountry'> {
  return { ip: source.ip, ipCountry: source.country }
}

function entersAfter(random: Random): number {
  return random.lognormal(12 * second, 0.5)
}

function pumped(index: number): Country {
  return pumpedCountries[index] as Country
}

function countryNamed(iso: string): Country {
  return honestCountries.find((country) => country.iso === iso) as Country
}
