import { parsePhoneNumberFromString } from 'libphonenumber-js/max'

export type MobileFault = 'mobile_empty' | 'mobile_invalid' | 'mobile_landline' | 'mobile_area_code' | 'mobile_nine'

/** A mobile that can receive a text message, in E.164; or why not, with what was probably meant. */
export type MobileReading = { e164: string } | { fault: MobileFault; suggestion?: string }

/** Reads a mobile as Brazilians type it, or an international one. The ninth digit is suggested, never invented. */
export function readMobile(text: string): MobileReading {
  const typed = text.trim()
  if (!/\d/.test(typed) || /^\+?55$/.test(typed)) return { fault: 'mobile_empty' }
  if (typed.length > 40 || !/^[+\d\s().-]+$/.test(typed)) return { fault: 'mobile_invalid' }
  const phone = parse(typed)
  if (phone) {
    const type = phone.getType()
    if (type === 'MOBILE' || type === 'FIXED_LINE_OR_MOBILE') return { e164: phone.number }
    return { fault: type === 'FIXED_LINE' ? 'mobile_landline' : 'mobile_invalid' }
  }
  const digits = typed.replace(/\D/g, '')
  if (/^9?\d{8}$/.test(digits)) return { fault: 'mobile_area_code' }
  return withNine(digits) ?? { fault: 'mobile_invalid' }
}

/** "(11) 98765-4321" for a Brazilian number, international groups for another. */
export function formatMobile(e164: string): string {
  const phone = parse(e164)
  if (!phone) return e164
  return phone.country === 'BR' ? phone.formatNational() : phone.formatInternational()
}

function parse(text: string) {
  // 00 is how many dial abroad; read as a Brazilian number it would become somebody else's.
  const phone = parsePhoneNumberFromString(text.replace(/^00(?=[1-9])/, '+'), { defaultCountry: 'BR', extract: false })
  return phone?.isValid() && !phone.ext ? phone : undefined
}

// Mobiles had eight digits until 2016; the subscriber's first was 6 to 9.
function withNine(digits: string): MobileReading | undefined {
  const match = /^(?:0?|(?:00)?55)(\d{2})([6-9]\d{7})$/.exec(digits)
  const phone = match && parse(`+55${match[1]}9${match[2]}`)
  return phone ? { fault: 'mobile_nine', suggestion: phone.formatNational() } : undefined
}
