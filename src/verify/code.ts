import { frame } from '../lib/frame.ts'
import { hmac, type KeyRing } from '../lib/keyring.ts'

/** Everything that a code is good for. Whatever differs makes another code digest, so the code fits nothing else. */
export interface CodeContext {
  /** The transaction or, at the Twilio door, the service. */
  scope: string
  /** What is approved: the transaction's digest, or amount and payee. */
  digest: string
  /** The keyed hash of the address. */
  addressRef: string
  channel: string
}

/**
 * A decimal code of `length` digits made from a random seed under a key outside the database: uniform, leading zeros kept,
 * and the same again for a resend, so that the code itself is never stored. Digits are drawn without modulo bias.
 * Source: NIST SP 800-63B-4, 3.1.3.2 (20 bits or more from an approved generator); OWASP ASVS 5.0, 6.5.3.
 */
export function deriveCode(keys: KeyRing, keyId: string, seed: string, context: CodeContext, length: number): string {
  const key = keys.key(keyId, 'otp-code')
  const space = 10 ** length
  const fair = Math.floor(2 ** 48 / space) * space
  for (let round = 0; ; round++) {
    const draw = hmac(key, frame('aval/code/v1', seed, round, length, ...parts(context)))
    for (let at = 0; at + 6 <= draw.length; at += 6) {
      const number = draw.readUIntBE(at, 6)
      if (number < fair) return String(number % space).padStart(length, '0')
    }
  }
}

/** The keyed digest of a code, which is all that the store keeps of it (OWASP MFA cheat sheet; the key is not in the database). */
export function codeMac(keys: KeyRing, keyId: string, code: string, context: CodeContext): string {
  return hmac(keys.key(keyId, 'otp-mac'), frame('aval/otp/v1', code, ...parts(context))).toString('base64url')
}

function parts({ scope, digest, addressRef, channel }: CodeContext): string[] {
  return [scope, digest, addressRef, channel]
}
