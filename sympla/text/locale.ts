/** The languages of the portal; the first is the default. */
export const locales = ['pt-BR', 'en', 'es'] as const
export type Locale = (typeof locales)[number]

/** The language of this exact name. */
export function findLocale(name: unknown): Locale | undefined {
  return locales.find((locale) => locale === name)
}
