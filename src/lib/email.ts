import { domainToASCII } from 'node:url'

const form = /^[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}]{2,63}$/u

/**
 * Whether mail servers take this address (RFC 5321: 64 and 254 characters): no quoting, no second line, no second recipient, and no
 * character that only looks like another one (Unicode TR 36, 2.10.3: it must be its own NFKC form).
 */
export function isEmail(text: string): boolean {
  return text.length <= 254 && form.test(text) && text === text.normalize('NFKC') && domainOf(text) !== ''
}

/**
 * One spelling for all that reach the same mailbox: the domain as DNS knows it, the rest in small letters. Only A to Z are folded, for
 * folding others makes one mailbox of two (U+212A becomes k), and then the code of one goes to the other.
 */
export function mailboxOf(address: string): string {
  const at = address.lastIndexOf('@')
  const local = address.slice(0, at).replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
  return `${local}@${domainOf(address) || address.slice(at + 1)}`
}

function domainOf(address: string): string {
  return domainToASCII(address.slice(address.lastIndexOf('@') + 1))
}
