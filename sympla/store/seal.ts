import { CompactEncrypt, compactDecrypt } from 'jose'

/** A sealed value that is not what was put in its place: it was changed, moved or made under another key. */
export class SealBroken extends Error {
  constructor(place: string) {
    super(`what is sealed at ${place} does not open`)
    this.name = 'SealBroken'
  }
}

/** Encrypts a value for one place in the store (JWE, dir, A256GCM). The place is authenticated, so a value cannot be moved. */
export async function sealJson(key: Uint8Array, place: string, value: unknown): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(value)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', place })
    .encrypt(key)
}

/** Opens what sealJson made for the same place under the same key; throws SealBroken for anything else. */
export async function openJson(key: Uint8Array, place: string, sealed: string): Promise<unknown> {
  const opened = await compactDecrypt(sealed, key, {
    keyManagementAlgorithms: ['dir'],
    contentEncryptionAlgorithms: ['A256GCM'],
  }).catch(() => undefined)
  if (opened?.protectedHeader.place !== place) throw new SealBroken(place)
  return JSON.parse(new TextDecoder().decode(opened.plaintext))
}
