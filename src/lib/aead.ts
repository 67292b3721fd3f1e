import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import type { Random } from './random.ts'

/** The sealed bytes, or what they were bound to, are not what was sealed. */
export class SealBroken extends Error {
  constructor() {
    super('sealed data do not open: they or what they are bound to were changed')
    this.name = 'SealBroken'
  }
}

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
// Node accepts 4-byte tags unless told otherwise; a short tag is a forgery in 2^32 tries (NIST SP 800-38D, 5.2.1.2).
const tagBytes = 16

/** AES-256-GCM under a fresh 96-bit nonce: nonce, tag, ciphertext in base64url. `context` is bound, not stored. */
export function sealBytes(key: KeyObject | Uint8Array, plain: Uint8Array, context: Uint8Array, random: Random): string {
  const nonce = random.bytes(nonceBytes)
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(context)
  const body = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')
}

/** Opens what sealBytes made under the same key and context. Throws SealBroken, and gives out no byte before the tag held. */
export function openBytes(key: KeyObject | Uint8Array, sealed: string, context: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed, 'base64url')
  if (bytes.length < nonceBytes + tagBytes) throw new SealBroken()
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
  decipher.setAAD(context)
  decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()])
  } catch {
    throw new SealBroken()
  }
}
