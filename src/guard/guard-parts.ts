import { z } from 'zod'
import { channels } from '../model/factor.ts'
import { releasePart, releasePartOf, withReleasePart } from './assess/release-part.ts'
import type { SendRules } from './decide-send.ts'
import type { Countries } from './destination-rules.ts'
import { compileOperatorRules } from './operator-rules.ts'

const country = z.string().regex(/^[A-Z]{2}$/, 'is no two-letter code')
const countries = z.union([z.literal('*'), z.array(country).max(300)], 'is neither "*" nor a list of two-letter codes')
const usd = z.number().min(0).max(1_000_000)
const tolerance = z.number().min(0.1).max(1)

const cap = z.strictObject({ day_usd: usd, month_usd: usd }).partial()

/** What operators may set while Aval runs, and what it must look like. */
export const parts = {
  geo: z.strictObject({ countries, by_channel: z.partialRecord(z.enum(channels), countries).optional() }),
  prices: z.strictObject({
    as_of: z.iso.date(),
    usd: z.record(
      z.string().regex(/^([A-Z]{2}|\*)$/, 'is neither a two-letter code nor *'),
      z.partialRecord(z.enum(channels), z.number().min(0).max(100)),
    ),
  }),
  budgets: z
    .strictObject({
      home_base_usd: usd,
      abroad_base_usd: usd,
      country_base_usd: usd,
      growth_base_usd: usd,
      narrow_tolerance: tolerance,
      wide_tolerance: tolerance,
    })
    .partial(),
  caps: z
    .strictObject({
      ...cap.shape,
      by_channel: z.partialRecord(z.enum(channels), cap),
      by_country: z.record(country, cap),
      by_service: z.record(z.string().regex(/^(AC[0-9a-f]{32}|gate)$/, 'is neither an account SID nor gate'), cap),
    })
    .partial(),
  release: releasePart,
  rules: z.strictObject({
    text: z
      .string()
      .max(65_536)
      .superRefine((text, context) => {
        const outcome = compileOperatorRules(text, () => ({ has: () => false }))
        for (const message of 'faults' in outcome ? outcome.faults : []) context.addIssue({ code: 'custom', message })
      }),
  }),
} as const
export type Part = keyof typeof parts
export type PartValue<Name extends Part> = z.output<(typeof parts)[Name]>

/** What a part is before anybody set it. */
export function startOf(
  part: Part,
  { countries, byChannel, prices, cuts, caps = {}, release, rulesText = '' }: SendRules,
): PartValue<Part> {
  switch (part) {
    case 'geo':
      return {
        countries: listOf(countries),
        ...(byChannel && {
          by_channel: Object.fromEntries(Object.entries(byChannel).map(([name, given]) => [name, listOf(given)])),
        }),
      }
    case 'prices':
      return {
        as_of: prices.asOf,
        usd: Object.fromEntries(
          Object.entries(prices.byCountry).map(([name, given]) => [
            name,
            Object.fromEntries(Object.entries(given).map(([channel, micros]) => [channel, micros / 1e6])),
          ]),
        ),
      }
    case 'release':
      return releasePartOf(release)
    case 'rules':
      return { text: rulesText }
    case 'caps':
      return caps as PartValue<'caps'>
    case 'budgets':
      return {
        home_base_usd: cuts.homeBaseUsd,
        abroad_base_usd: cuts.abroadBaseUsd,
        country_base_usd: cuts.countryBaseUsd,
        growth_base_usd: cuts.growthBaseUsd,
        narrow_tolerance: cuts.narrowTolerance,
        wide_tolerance: cuts.wideTolerance,
      }
  }
}

/** The rules with another value of one part. */
export function withPart(rules: SendRules, part: Part, value: PartValue<Part>): SendRules {
  if (part === 'geo') {
    const { countries, by_channel } = value as PartValue<'geo'>
    const byChannel = Object.entries(by_channel ?? {}).map(([name, given]) => [name, setOf(given)])
    return { ...rules, countries: setOf(countries), byChannel: Object.fromEntries(byChannel) }
  }
  if (part === 'prices') {
    const { as_of, usd: given } = value as PartValue<'prices'>
    const byCountry = { ...rules.prices.byCountry }
    for (const [name, prices] of Object.entries(given)) {
      const micros = Object.entries(prices).map(([channel, price]) => [channel, Math.round(price * 1e6)])
      byCountry[name] = { ...byCountry[name], ...Object.fromEntries(micros) }
    }
    return { ...rules, prices: { asOf: as_of, byCountry } }
  }
  if (part === 'rules') return { ...rules, rulesText: (value as PartValue<'rules'>).text }
  if (part === 'caps') return { ...rules, caps: value as PartValue<'caps'> }
  if (part === 'release') return { ...rules, release: withReleasePart(rules.release, value as PartValue<'release'>) }
  const given = value as PartValue<'budgets'>
  return {
    ...rules,
    cuts: {
      homeBaseUsd: given.home_base_usd ?? rules.cuts.homeBaseUsd,
      abroadBaseUsd: given.abroad_base_usd ?? rules.cuts.abroadBaseUsd,
      countryBaseUsd: given.country_base_usd ?? rules.cuts.countryBaseUsd,
      growthBaseUsd: given.growth_base_usd ?? rules.cuts.growthBaseUsd,
      narrowTolerance: given.narrow_tolerance ?? rules.cuts.narrowTolerance,
      wideTolerance: given.wide_tolerance ?? rules.cuts.wideTolerance,
    },
  }
}

function setOf(given: '*' | string[]): Countries {
  return given === '*' ? '*' : new Set(given)
}

function listOf(given: Countries): '*' | string[] {
  return given === '*' ? '*' : [...given]
}
