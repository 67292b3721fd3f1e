import { frame } from '../lib/frame.ts'
import { hmac, type KeyRing } from '../lib/keyring.ts'
import type { Random } from '../lib/random.ts'

/** Digits of a recovery code, and how many a subject gets. Thirty-three bits each: five tries a transaction find none. */
export const recoveryCodeDigits = 10
export const recoveryCodeCount = 10

/** New recovery codes, uniform over all their digits (NIST SP 800-63B-4, 3.1.2: 20 bits or more). */
export function newRecoveryCodes(random: Random): string[] {
  const codes = new Set<string>()
  const space = 10 ** recoveryCodeDigits
  const fair = Math.floor(2 ** 48 / space) * space
  while (codes.size < recoveryCodeCount) {
    const draw = random.bytes(6).readUIntBE(0, 6)
    if (draw < fair) codes.add(String(draw % space).padStart(recoveryCodeDigits, '0'))
  }
  return [...codes]
}

/** The keyed digest that is kept of a recovery code. Its key is not in the database; as with addresses, the oldest one of the ring. */
export function recoveryMac(keys: KeyRing, subject: string, code: string): string {
  const key = keys.key(keys.oldestId, 'otp-mac')
  return hmac(key, frame('aval/recovery/v1', subject, code)).toString('base64url')
}
