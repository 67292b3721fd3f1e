import { type CountryCode, type NumberType, parsePhoneNumberFromString } from 'libphonenumber-js/max'

/** A phone number that can be dialled, with what the numbering plan says of it. */
export interface Phone {
  /** E.164: plus sign and up to 15 digits. */
  e164: string
  /** ISO 3166 country, when the plan names one. */
  country: CountryCode | undefined
  /** Read from the numbering plan when it is asked for, which costs as much as parsing. */
  readonly type: NumberType
}

/**
 * Reads a phone number. Full metadata is used, because the small set calls dead ranges valid.
 * Gives undefined for what is not a valid number, for extensions and for anything with letters or control characters.
 * Without `defaultCountry` only international numbers are read.
 */
export function parsePhone(text: string, defaultCountry?: CountryCode): Phone | undefined {
  if (text.length > 40 || !/^[+\d\s().-]+$/.test(text)) return undefined
  // An international prefix typed as 00 would be read as a domestic number.
  const international = text.trim().replace(/^00(?=[1-9])/, '+')
  const parsed = parsePhoneNumberFromString(
    international,
    defaultCountry ? { defaultCountry, extract: false } : { extract: false },
  )
  if (!parsed?.isValid() || parsed.ext) return undefined
  return {
    e164: parsed.number,
    country: parsed.country,
    get type() {
      return parsed.getType()
    },
  }
}

/**
 * A number that was dialled once, read from what was recorded of it: one that no plan knows (any more, or yet) has the country of its
 * calling code and no type. Undefined for what has not the form of E.164.
 */
export function recordedPhone(text: string): Phone | undefined {
  const known = parsePhone(text)
  if (known || !/^\+[1-9]\d{6,14}$/.test(text)) return known
  const parsed = parsePhoneNumberFromString(text, { extract: false })
  return { e164: text, country: parsed?.country ?? parsed?.getPossibleCountries()[0], type: undefined }
}

/** Whether a text message can reach the number, as far as the numbering plan tells. */
export function canReceiveSms(phone: Phone): boolean {
  const { type } = phone
  return type === 'MOBILE' || type === 'FIXED_LINE_OR_MOBILE' || type === undefined
}

/** The last four digits, which is all of a number that answers and pages show. */
export function lastFour(e164: string): string {
  return e164.slice(-4)
}

/** "•••• 4321". */
export function maskPhone(e164: string): string {
  return `•••• ${lastFour(e164)}`
}
