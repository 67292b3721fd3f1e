import type { Instant } from './clock.ts'
import type { Random } from './random.ts'

/**
 * 32 hexadecimal digits: the time of making in the first twelve, then 80 random bits. Rows that are made together then lie together
 * in every index, so that a commit writes few pages (the reason of UUID version 7, RFC 9562). An id is no secret.
 */
export function newHex(at: Instant, random: Random): string {
  return at.toString(16).padStart(12, '0') + random.bytes(10).toString('hex')
}

/** A Twilio SID: two capital letters and 32 hexadecimal digits. */
export function newSid(prefix: string, at: Instant, random: Random): string {
  return prefix + newHex(at, random)
}

/** An id of the gate: prefix, underscore, 32 hexadecimal digits. */
export function newId(prefix: string, at: Instant, random: Random): string {
  return `${prefix}_${newHex(at, random)}`
}

/** Where the ids of the gate that were made from `at` on begin, in their own order. */
export function firstIdAt(prefix: string, at: Instant): string {
  return `${prefix}_${Math.max(0, at).toString(16).padStart(12, '0')}`
}

/** Whether `text` has the form of a SID with this prefix. Hexadecimal digits of either case count, as at Twilio. */
export function isSid(prefix: string, text: string): boolean {
  return text.length === 34 && text.startsWith(prefix) && /^[0-9a-fA-F]{32}$/.test(text.slice(2))
}

/** Whether `text` is an id that newId(prefix) could have made. */
export function isId(prefix: string, text: string): boolean {
  return text.length === prefix.length + 33 && text.startsWith(`${prefix}_`) && /^[0-9a-f]{32}$/.test(text.slice(-32))
}
