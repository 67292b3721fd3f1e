import type { NumberType } from 'libphonenumber-js/max'
import type { Phone } from './e164.ts'

/** What kind of line a number is, in Twilio Lookup's words. */
export const lineTypes = [
  'mobile',
  'landline',
  'fixedVoip',
  'nonFixedVoip',
  'tollFree',
  'premium',
  'sharedCost',
  'uan',
  'voicemail',
  'pager',
  'personal',
  'unknown',
] as const
export type LineType = (typeof lineTypes)[number]

// Where a plan does not tell mobile from fixed (North America), the number may well take messages.
const names: Record<NonNullable<NumberType>, LineType> = {
  MOBILE: 'mobile',
  FIXED_LINE_OR_MOBILE: 'mobile',
  FIXED_LINE: 'landline',
  VOIP: 'nonFixedVoip',
  TOLL_FREE: 'tollFree',
  PREMIUM_RATE: 'premium',
  SHARED_COST: 'sharedCost',
  UAN: 'uan',
  VOICEMAIL: 'voicemail',
  PAGER: 'pager',
  PERSONAL_NUMBER: 'personal',
}

/** What the numbering plan says of a number; `unknown` where it says nothing. */
export function lineTypeOf(phone: Phone): LineType {
  return phone.type ? names[phone.type] : 'unknown'
}
