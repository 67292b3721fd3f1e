import {
  type CountryCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
  validatePhoneNumberLength,
} from 'libphonenumber-js/max'
import { type Phone, parsePhone } from './e164.ts'

/** Why a text is no phone number that could be assigned, in Twilio Lookup's words. */
export type NumberFault =
  | 'TOO_SHORT'
  | 'TOO_LONG'
  | 'INVALID_BUT_POSSIBLE'
  | 'INVALID_COUNTRY_CODE'
  | 'INVALID_LENGTH'
  | 'NOT_A_NUMBER'

/** What the numbering plan says of a text. */
export type NumberReading =
  | { valid: true; phone: Phone; callingCode: string; nationalFormat: string }
  | { valid: false; number: string; fault: NumberFault }

/** Reads a number in E.164 or as `country` writes it; `number` of one that is invalid is as near to E.164 as it can be brought. */
export function readNumber(text: string, country: CountryCode): NumberReading {
  const phone = parsePhone(text, country)
  const parsed = parsePhoneNumberFromString(phone?.e164 ?? text, { defaultCountry: country, extract: false })
  if (phone && parsed)
    return { valid: true, phone, callingCode: parsed.countryCallingCode, nationalFormat: parsed.formatNational() }
  if (!/^[+\d\s().-]+$/.test(text)) return { valid: false, number: text, fault: 'NOT_A_NUMBER' }
  return { valid: false, number: parsed?.number ?? text, fault: faultOf(text, country) }
}

/** The ISO 3166 country of a two-letter code in either case; undefined where nobody has a number. */
export function countryOf(text: string): CountryCode | undefined {
  const code = /^[A-Za-z]{2}$/.test(text) ? text.toUpperCase() : ''
  return isSupportedCountry(code) ? code : undefined
}

function faultOf(text: string, country: CountryCode): NumberFault {
  const fault = validatePhoneNumberLength(text, country)
  return fault === 'INVALID_COUNTRY' ? 'INVALID_COUNTRY_CODE' : (fault ?? 'INVALID_BUT_POSSIBLE')
}
