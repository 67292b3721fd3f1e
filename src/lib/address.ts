import { openBytes, sealBytes } from './aead.ts'
import { frame } from './frame.ts'
import { hmac, type KeyRing } from './keyring.ts'
import type { Random } from './random.ts'

/**
 * The keyed hash by which an address is found and compared without being readable (LGPD art. 46: pseudonymised at rest).
 * Under the oldest key of the ring, so that one address has one hash before and after a key is put in front.
 */
export function addressRef(keys: KeyRing, address: string): string {
  return hmac(keys.key(keys.oldestId, 'address-ref'), frame('aval/address/v1', address)).toString('base64url')
}

/** Seals an address for the record it belongs to. */
export function sealAddress(keys: KeyRing, keyId: string, owner: string, address: string, random: Random): string {
  return sealBytes(keys.key(keyId, 'contact'), Buffer.from(address), frame('aval/contact/v1', keyId, owner), random)
}

/** Opens what sealAddress sealed for the same owner; throws SealBroken otherwise. */
export function openAddress(keys: KeyRing, keyId: string, owner: string, sealed: string): string {
  return openBytes(keys.key(keyId, 'contact'), sealed, frame('aval/contact/v1', keyId, owner)).toString()
}
