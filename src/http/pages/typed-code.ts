import type { PageCopy } from './copy/copy.ts'

/** What a person typed or pasted into the code field: the code, or what is wrong with it, which costs no try. */
export type TypedCode = { code: string } | { problem: string }

/** Takes full-width digits, spaces, hyphens and whole sentences around the code: "G-123456", "Seu código é 123456." */
export function readTypedCode(typed: unknown, digits: number, copy: PageCopy): TypedCode {
  const text = typeof typed === 'string' ? typed.slice(0, 500).normalize('NFKC') : ''
  const code = text.replace(/\D/g, '')
  if (code.length === digits) return { code }
  if (text.trim() === '') return { problem: copy.codeMissing(digits) }
  if (/\p{L}/u.test(text) || code === '') return { problem: copy.codeLetters }
  return { problem: code.length < digits ? copy.codeShort(digits, digits - code.length) : copy.codeLong(digits) }
}
