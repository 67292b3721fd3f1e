import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { CompactSign, exportJWK, type JWK } from 'jose'
import type { KeyRing } from '../lib/keyring.ts'

/** Signs evidence with Ed25519 and publishes the keys to check it. */
export interface ReceiptSigner {
  /** A compact JWS (RFC 7515) over these claims under the active key. `typ` says what it is evidence of. */
  sign(typ: string, claims: object): Promise<string>
  /** The public keys of the whole ring, for /.well-known/jwks.json (RFC 7517). */
  jwks(): Promise<{ keys: JWK[] }>
}

// PKCS #8 of an Ed25519 key is this prefix and the 32-byte seed (RFC 8410, section 7).
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

/** A signer whose keys are derived from the ring, so that all nodes share them and nothing has to be stored. */
export function createReceiptSigner(keys: KeyRing): ReceiptSigner {
  const privateKeys = new Map(keys.ids.map((id) => [id, privateKeyOf(keys.key(id, 'receipt').export())]))
  return {
    async sign(typ, claims) {
      const key = privateKeys.get(keys.activeId) as KeyObject
      const protectedHeader = { alg: 'EdDSA', kid: keys.activeId, typ }
      return new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader(protectedHeader).sign(key)
    },
    async jwks() {
      const published = [...privateKeys].map(async ([kid, key]) => ({
        ...(await exportJWK(createPublicKey(key))),
        kid,
        alg: 'EdDSA',
        use: 'sig',
      }))
      return { keys: await Promise.all(published) }
    },
  }
}

function privateKeyOf(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' })
}
