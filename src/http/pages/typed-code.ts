import type { PageCopy } from './copy/copy.ts'

/** What a person typed or pasted into the code field: the code, or what is wrong with it, which costs no try. */
export type TypedCode = { code: string } | { problem: string }

/**
 * Takes full-width digits, spaces, hyphens and whole sentences around the code: "G-123456", "Seu código é 123456." Of the lengths that a
 * code may have, the first is the one that is asked for.
 */
export function readTypedCode(
  typed: unknown,
  lengths: readonly [number, ...number[]],
  missing: string,
  copy: PageCopy,
): TypedCode {
  const text = typeof typed === 'string' ? typed.slice(0, 500).normalize('NFKC') : ''
  const code = text.replace(/\D/g, '')
  const [digits] = lengths
  if (lengths.includes(code.length)) return { code }
  if (text.trim() === '') return { problem: missing }
  if (/\p{L}/u.test(text) || code === '') return { problem: copy.codeLetters }
  return { problem: code.length < digits ? copy.codeShort(digits, digits - code.length) : copy.codeLong(digits) }
}
