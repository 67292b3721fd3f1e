import { frame } from '../lib/frame.ts'
import { hmac, type KeyRing, sameSecret } from '../lib/keyring.ts'
import type { Transaction } from '../model/transaction.ts'

type Bearer = Pick<Transaction, 'id' | 'keyId'>

/** The key in the address of a transaction's page. It is computed from the id, so the database cannot give it away. */
export function pageKeyOf(keys: KeyRing, { id, keyId }: Bearer): string {
  return hmac(keys.key(keyId, 'page'), frame('aval/page/v1', id)).toString('base64url')
}

/** The key in the link by which whoever is told of a held release calls it off, and nothing else. */
export function callOffKeyOf(keys: KeyRing, { id, keyId }: Bearer): string {
  return hmac(keys.key(keyId, 'page'), frame('aval/call-off/v1', id)).toString('base64url')
}

/** As checkPageKey, of the key to call it off. */
export function checkCallOffKey(keys: KeyRing, id: string, candidate: string): boolean {
  return keys.ids.some((keyId) => sameSecret(callOffKeyOf(keys, { id, keyId }), candidate))
}

/** The secret by which a browser may read, challenge, check and deny this transaction, and no other. */
export function clientSecretOf(keys: KeyRing, { id, keyId }: Bearer): string {
  return `cs_${hmac(keys.key(keyId, 'client-secret'), frame('aval/client/v1', id)).toString('base64url')}`
}

/** Whether this is the page key that some key of the ring gives for the id; there may be no such transaction. */
export function checkPageKey(keys: KeyRing, id: string, candidate: string): boolean {
  return keys.ids.some((keyId) => sameSecret(pageKeyOf(keys, { id, keyId }), candidate))
}

/** As checkPageKey, of the client secret. */
export function checkClientSecret(keys: KeyRing, id: string, candidate: string): boolean {
  return keys.ids.some((keyId) => sameSecret(clientSecretOf(keys, { id, keyId }), candidate))
}
