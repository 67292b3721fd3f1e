import { z } from 'zod'
import { channels } from '../model/factor.ts'
import { type Cuts, defaultCuts } from './buckets/scopes.ts'
import type { SendRules } from './decide-send.ts'
import { builtInPrices, type Prices } from './prices.ts'

const country = z.string().regex(/^[A-Z]{2}$/, 'is no two-letter code')
const usd = z.number().min(0).max(1_000_000)
const tolerance = z.number().min(0.1).max(1)
const mode = z.enum(['enforce', 'shadow', 'off'], 'is none of enforce, shadow, off')

const file = z
  .strictObject({
    mode,
    buckets: mode,
    home: country,
    countries: z.union([z.literal('*'), z.array(country).min(1)], 'is neither "*" nor a list of two-letter codes'),
    home_base_usd: usd,
    abroad_base_usd: usd,
    country_base_usd: usd,
    growth_base_usd: usd,
    narrow_tolerance: tolerance,
    wide_tolerance: tolerance,
    prices: z.record(
      z.string().regex(/^([A-Z]{2}|\*)$/, 'is neither a two-letter code nor *'),
      z.partialRecord(z.enum(channels), z.number().min(0).max(100)),
    ),
    prices_as_of: z.iso.date(),
  })
  .partial()

/** What a file says of the guard; what it leaves out is built in. `rules` are for a replay: a server has settings for them. */
export interface GuardFile {
  rules: Partial<Pick<SendRules, 'mode' | 'buckets' | 'home' | 'countries'>>
  cuts: Cuts
  prices: Prices
}

/** The guard that this table (TOML or JSON) describes, or every fault by its path. */
export function readGuardTable(table: unknown): { value: GuardFile } | { faults: string[] } {
  const read = file.safeParse(table)
  if (!read.success) {
    return {
      faults: read.error.issues.flatMap((issue) =>
        issue.code === 'unrecognized_keys'
          ? issue.keys.map((key) => `${[...issue.path, key].join('.')} is no rule of the guard`)
          : [`${issue.path.join('.') || 'the file'} ${issue.message}`],
      ),
    }
  }
  const { data } = read
  const rules: GuardFile['rules'] = {
    ...(data.mode && { mode: data.mode }),
    ...(data.buckets && { buckets: data.buckets }),
    ...(data.home && { home: data.home }),
    ...(data.countries && { countries: data.countries === '*' ? '*' : new Set(data.countries) }),
  }
  const cuts: Cuts = {
    homeBaseUsd: data.home_base_usd ?? defaultCuts.homeBaseUsd,
    abroadBaseUsd: data.abroad_base_usd ?? defaultCuts.abroadBaseUsd,
    countryBaseUsd: data.country_base_usd ?? defaultCuts.countryBaseUsd,
    growthBaseUsd: data.growth_base_usd ?? defaultCuts.growthBaseUsd,
    narrowTolerance: data.narrow_tolerance ?? defaultCuts.narrowTolerance,
    wideTolerance: data.wide_tolerance ?? defaultCuts.wideTolerance,
  }
  return { value: { rules, cuts, prices: withPrices(data.prices ?? {}, data.prices_as_of) } }
}

function withPrices(given: Record<string, Partial<Record<(typeof channels)[number], number>>>, asOf?: string): Prices {
  const byCountry = { ...builtInPrices.byCountry }
  for (const [name, prices] of Object.entries(given)) {
    const micros = Object.entries(prices).map(([channel, price]) => [channel, Math.round(price * 1e6)])
    byCountry[name] = { ...byCountry[name], ...Object.fromEntries(micros) }
  }
  return { asOf: asOf ?? builtInPrices.asOf, byCountry }
}
