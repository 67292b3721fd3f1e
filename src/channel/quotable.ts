import { cleanLine, toGsm } from '../lib/text.ts'

/**
 * A name that can stand between quotes in a text message and stay a name: GSM-7, one line, no quote, nothing that a phone turns
 * into a link, an address or a code. Longer ones are cut. Empty when nothing readable is left.
 * Sources: security cases A79 and A80; WICG sms-one-time-codes (the last line decides where a code may go).
 */
export function quotableName(name: string, lengthMax: number, digitsMax = 4): string {
  return shorten(inertName(toGsm(cleanLine(name.slice(0, 400))), digitsMax), lengthMax)
}

/** A name in all its letters, of which no reader of messages makes a link, an address or a code. Empty when nothing readable is left. */
export function inertName(name: string, digitsMax = 4): string {
  const plain = cleanLine(name.slice(0, 400))
    .replace(/[^\p{L}\p{M}\p{N} '&,.()/-]/gu, ' ')
    // A dot between letters makes a domain (evil.com); one after an initial does not (S.A.).
    .replace(/\.(?=[\p{L}\p{N}-]{2})/gu, ' ')
  return dropLongNumbers(plain, digitsMax).replace(/\s+/g, ' ').trim()
}

/** At most `lengthMax` characters, whole words where that leaves enough; what was cut shows as three dots. */
export function shorten(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text
  const cut = text.slice(0, Math.max(0, lengthMax - 3)).trimEnd()
  const word = cut.lastIndexOf(' ')
  return `${word > lengthMax / 2 ? cut.slice(0, word) : cut}...`
}

/** Takes out numbers of more than `digitsMax` digits, also those written in groups: 999999, 99 99 99, 0800-123-4567. */
function dropLongNumbers(text: string, digitsMax: number): string {
  return text.replace(/\p{N}(?:[^\p{L}\p{N}]{0,3}\p{N})*/gu, (run) => (countDigits(run) > digitsMax ? ' ' : run))
}

function countDigits(run: string): number {
  return run.match(/\p{N}/gu)?.length ?? 0
}
