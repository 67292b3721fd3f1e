import { createHash } from 'node:crypto'
import { frame } from '../lib/frame.ts'
import { hmac, type KeyRing } from '../lib/keyring.ts'
import type { Challenge } from '../model/challenge.ts'
import type { Transaction } from '../model/transaction.ts'
import type { RelyingParty } from './deps.ts'

/**
 * What a passkey signs to approve this version of this transaction, in base64url: a hash over relying party, transaction, version,
 * digest, challenge and a nonce of 256 bits, so that nobody can foresee it and an edit of any of them makes the signature worthless
 * (WebAuthn Level 3, 13.4.3; PSD2 RTS art. 5).
 */
export function passkeyChallenge(
  { id: rpId }: RelyingParty,
  { id, version, digest }: Pick<Transaction, 'id' | 'version' | 'digest'>,
  challenge: Pick<Challenge, 'id' | 'codeSeed'>,
): string {
  const framed = frame('aval/webauthn/v1', rpId, id, version, digest, challenge.id, challenge.codeSeed)
  return createHash('sha256').update(framed).digest('base64url')
}

/** The user handle of a subject: it names nobody to who reads an authenticator (WebAuthn Level 3, 14.6.1). Base64url. */
export function userHandleOf(keys: KeyRing, subject: string): string {
  const key = keys.key(keys.oldestId, 'address-ref')
  return hmac(key, frame('aval/user-handle/v1', subject)).toString('base64url')
}
