import { openBytes, SealBroken, sealBytes } from '../lib/aead.ts'
import { frame } from '../lib/frame.ts'
import type { KeyRing } from '../lib/keyring.ts'
import type { Random } from '../lib/random.ts'
import type { Summary } from '../model/transaction.ts'
import { canonicalJson } from './digest.ts'

/** What is sealed: the payload, and the summary before anything in it was masked. */
export interface Contents {
  payload: unknown
  summary: Summary
}

/** What the sealed contents are bound to. A row whose members were swapped or edited does not open. */
export interface SealContext {
  id: string
  kind: string
  subject: string
  version: number
  digest: string
}

/**
 * Seals contents under a data key of their own, and the data key under the ring (AES-256-GCM twice, 16-byte tags).
 * Shredding the text shreds the contents: the data key is nowhere else.
 */
export function seal(keys: KeyRing, keyId: string, context: SealContext, contents: Contents, random: Random): string {
  const dataKey = random.bytes(32)
  const wrapped = sealBytes(keys.key(keyId, 'payload-wrap'), dataKey, wrapContext(keyId, context), random)
  const body = sealBytes(dataKey, Buffer.from(canonicalJson(contents)), bodyContext(context), random)
  dataKey.fill(0)
  return `v1.${wrapped}.${body}`
}

/** Opens what seal made for the very same context. Throws SealBroken, or UnknownKey when the ring lacks the key. */
export function unseal(keys: KeyRing, keyId: string, context: SealContext, sealed: string): Contents {
  const [format, wrapped, body] = sealed.split('.')
  if (format !== 'v1' || !wrapped || !body) throw new SealBroken()
  const dataKey = openBytes(keys.key(keyId, 'payload-wrap'), wrapped, wrapContext(keyId, context))
  try {
    return JSON.parse(openBytes(dataKey, body, bodyContext(context)).toString())
  } finally {
    dataKey.fill(0)
  }
}

function wrapContext(keyId: string, { id, kind, subject }: SealContext): Buffer {
  return frame('aval/dek/v1', keyId, id, kind, subject)
}

function bodyContext({ id, kind, subject, version, digest }: SealContext): Buffer {
  return frame('aval/payload/v1', id, kind, subject, version, digest)
}
