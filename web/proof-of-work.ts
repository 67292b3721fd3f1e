/** What a server asks a browser to work out (ALTCHA 2, PBKDF2 with SHA-256). */
export interface Challenge {
  parameters: { nonce: string; salt: string; cost: number; keyLength: number; keyPrefix: string }
}

/** Tries one counter after the other, off the main thread, until a key begins as it should. Rejects where the browser has no PBKDF2. */
export async function solve({ parameters }: Challenge): Promise<{ counter: number; derivedKey: string }> {
  const { cost, keyLength, keyPrefix } = parameters
  const nonce = bytesOf(parameters.nonce)
  const salt = bytesOf(parameters.salt)
  const password = new Uint8Array(nonce.length + 4)
  password.set(nonce)
  const end = new DataView(password.buffer, nonce.length)
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: cost }
  for (let counter = 0; ; counter++) {
    end.setUint32(0, counter)
    const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits'])
    const derivedKey = hexOf(await crypto.subtle.deriveBits(how, key, keyLength * 8))
    if (derivedKey.startsWith(keyPrefix)) return { counter, derivedKey }
  }
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

function hexOf(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
