/** An amount as the API speaks it: a decimal string such as "12500.00" and an ISO 4217 code. Never a float. */
export interface Money {
  value: string
  currency: string
}

const currencies = new Set(Intl.supportedValuesOf('currency'))
const digitsMax = 15

/** Decimal places of a currency's minor unit: 2 for BRL, 0 for JPY. */
export function minorDigits(currency: string): number {
  return numberFormat('en', currency).resolvedOptions().maximumFractionDigits ?? 2
}

/**
 * The canonical form of an amount above zero ("1500" BRL becomes "1500.00"), or undefined when the text is no such amount:
 * signs, exponents, separators, too many places, more than 15 digits, an unknown currency.
 */
export function canonicalMoney({ value, currency }: Money): Money | undefined {
  if (!currencies.has(currency)) return undefined
  const match = /^(0|[1-9]\d{0,14})(?:\.(\d{1,4}))?$/.exec(value)
  if (!match) return undefined
  const places = minorDigits(currency)
  const whole = match[1] as string
  const fraction = match[2] ?? ''
  if (fraction.length > places || whole.length + places > digitsMax) return undefined
  const minor = BigInt(whole + fraction.padEnd(places, '0'))
  if (minor <= 0n) return undefined
  return { value: places ? `${whole}.${fraction.padEnd(places, '0')}` : whole, currency }
}

/** The amount in minor units as a decimal string: "12500.00" BRL is "1250000". Takes a canonical amount. */
export function minorUnits({ value }: Money): string {
  return BigInt(value.replace('.', '')).toString()
}

/** The amount as people of this locale read it: "R$ 12.500,00" with a no-break space. Takes a canonical amount. */
export function formatMoney({ value, currency }: Money, locale: string): string {
  // Intl takes a decimal string and keeps every digit of it (ECMA-402, Intl.NumberFormat v3); the types lag behind.
  return numberFormat(locale, currency).format(value as unknown as number)
}

// Making one takes longer than a database statement. There are as many as currencies and languages in use.
const formats = new Map<string, Intl.NumberFormat>()

function numberFormat(locale: string, currency: string): Intl.NumberFormat {
  const known = formats.get(`${locale} ${currency}`)
  if (known) return known
  // "R$" is the real in every language; Spanish would write BRL. Other short signs, such as "$", would name several currencies.
  const currencyDisplay = currency === 'BRL' ? 'narrowSymbol' : 'symbol'
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay })
  formats.set(`${locale} ${currency}`, format)
  return format
}
