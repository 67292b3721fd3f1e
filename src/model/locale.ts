/** The languages that people are spoken to in. pt-BR is first and the default. */
export const locales = ['pt-BR', 'en', 'es'] as const
export type Locale = (typeof locales)[number]

/** The nearest of our languages for a BCP 47 tag, or undefined: "pt" and "pt-PT" give pt-BR, "en-GB" gives en. */
export function nearestLocale(tag: string | undefined): Locale | undefined {
  const language = tag?.toLowerCase().split(/[-_]/)[0]
  if (language === 'pt') return 'pt-BR'
  return locales.find((locale) => locale === language)
}

/** The first language of an Accept-Language header that we speak, else pt-BR. */
export function acceptedLocale(header: string | undefined): Locale {
  for (const part of (header ?? '').slice(0, 200).split(',')) {
    const found = nearestLocale(part.split(';')[0]?.trim())
    if (found) return found
  }
  return 'pt-BR'
}

const portuguese = ['BR', 'PT', 'AO', 'CV', 'GW', 'MZ', 'ST', 'TL']
const spanish = [
  ...['ES', 'MX', 'GT', 'SV', 'HN', 'NI', 'CR', 'PA', 'CU', 'DO', 'PR'],
  ...['AR', 'BO', 'CL', 'CO', 'EC', 'PY', 'PE', 'UY', 'VE', 'GQ'],
]

/** What people of an ISO 3166 country are spoken to in where they asked for nothing, as Twilio does it: English where it is neither of the others. */
export function localeOfCountry(country: string | undefined): Locale {
  if (country === undefined) return 'en'
  if (portuguese.includes(country)) return 'pt-BR'
  return spanish.includes(country) ? 'es' : 'en'
}
