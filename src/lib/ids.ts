import type { Random } from './random.ts'

/** A Twilio SID: two capital letters and 32 hexadecimal digits, 128 random bits. */
export function newSid(prefix: string, random: Random): string {
  return prefix + random.bytes(16).toString('hex')
}

/** An id of the gate: prefix, underscore, 32 hexadecimal digits, 128 random bits. */
export function newId(prefix: string, random: Random): string {
  return `${prefix}_${random.bytes(16).toString('hex')}`
}

/** Whether `text` has the form of a SID with this prefix. Hexadecimal digits of either case count, as at Twilio. */
export function isSid(prefix: string, text: string): boolean {
  return text.length === 34 && text.startsWith(prefix) && /^[0-9a-fA-F]{32}$/.test(text.slice(2))
}

/** Whether `text` is an id that newId(prefix) could have made. */
export function isId(prefix: string, text: string): boolean {
  return text.length === prefix.length + 33 && text.startsWith(`${prefix}_`) && /^[0-9a-f]{32}$/.test(text.slice(-32))
}
