export type AmountFault = 'amount_empty' | 'amount_invalid' | 'amount_small' | 'amount_large'

/** An amount in reais as a decimal string with two places ("1234.56"), or why the text is none. Never a float. */
export type AmountReading = { value: string } | { fault: AmountFault }

const centsMin = 100n
const centsMax = 1_000_000_000n

// What people type and what they mean by it. "1.234" is Brazil's one thousand; "1,234" could be either and is asked again.
const forms = [
  /^(?<whole>\d+)(?:,(?<cents>\d{1,2}))?$/,
  /^(?<whole>\d{1,3}(?:\.\d{3})+)(?:,(?<cents>\d{1,2}))?$/,
  /^(?<whole>\d+)\.(?<cents>\d{1,2})$/,
  /^(?<whole>\d{1,3}(?:,\d{3})+)\.(?<cents>\d{2})$/,
]

/** Reads "1.234,56", "1234,56", "1234.56", "R$ 1.234", with or without spaces. */
export function readAmount(text: string): AmountReading {
  const typed = text.replace(/^\s*R\$/i, '').replace(/[\s\u00a0\u202f]/g, '')
  if (typed === '') return { fault: 'amount_empty' }
  const groups = typed.length <= 24 ? forms.map((form) => form.exec(typed)?.groups).find(Boolean) : undefined
  if (!groups) return { fault: 'amount_invalid' }
  const cents = BigInt((groups.whole ?? '').replace(/[.,]/g, '') + (groups.cents ?? '').padEnd(2, '0'))
  if (cents < centsMin) return { fault: 'amount_small' }
  if (cents > centsMax) return { fault: 'amount_large' }
  return { value: `${cents / 100n}.${(cents % 100n).toString().padStart(2, '0')}` }
}

/** "R$ 1.234,56" as this language writes it. Takes a decimal string. */
export function formatAmount(value: string, locale: string): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency: 'BRL', currencyDisplay: 'narrowSymbol' })
  // Intl keeps every digit of a decimal string (ECMA-402, Intl.NumberFormat v3); the types lag behind.
  return format.format(value as unknown as number)
}
