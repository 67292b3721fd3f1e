import type { Channel } from '../model/factor.ts'

/** What messages cost, in millionths of a USD: a text by segment, a call by minute, a WhatsApp message or an e-mail each. */
export interface Prices {
  /** The day that they were noted. */
  asOf: string
  /** By ISO 3166 country; `*` for every other one. */
  byCountry: Readonly<Record<string, Partial<Record<Channel, number>>>>
}

/**
 * Round figures, for want of a contract: what public lists said of texts to these countries, made into three classes. They decide how soon
 * a bucket that is kept in USD is empty, so put your own in their place. A country that is not here counts as a dear one.
 */
export const builtInPrices: Prices = {
  asOf: '2026-11-01',
  byCountry: {
    '*': { sms: 250_000, call: 300_000, whatsapp: 30_000, email: 400 },
    BR: { sms: 50_000, call: 60_000, whatsapp: 6_800, email: 400 },
    ...Object.fromEntries(['US', 'CA'].map((one) => [one, { sms: 8_000, call: 14_000, whatsapp: 13_500, email: 400 }])),
    ...Object.fromEntries(
      ['AR', 'CL', 'CO', 'MX', 'PE', 'PT', 'ES', 'FR', 'IT', 'GB', 'DE', 'UY', 'PY', 'JP', 'AU', 'AO'].map((one) => [
        one,
        { sms: 80_000, call: 100_000, whatsapp: 20_000, email: 400 },
      ]),
    ),
  },
}

/** What this message costs, in millionths of a USD. */
export function priceOf({ byCountry }: Prices, channel: Channel, country: string, segments = 1): number {
  const each = byCountry[country]?.[channel] ?? byCountry['*']?.[channel] ?? 0
  return channel === 'sms' ? each * segments : each
}
