import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto'

/** What a derived key is for. Each purpose has a key of its own (HKDF-SHA-256, RFC 5869), so no key serves two ends. */
export type KeyPurpose =
  | 'payload-wrap'
  | 'contact'
  | 'spoken-words'
  | 'address-ref'
  | 'tx-digest'
  | 'otp-code'
  | 'otp-mac'
  | 'client-secret'
  | 'page'
  | 'cursor'
  | 'idempotency'
  | 'idempotency-body'
  | 'receipt'
  | 'platform'
  | 'factor'
  | 'access-token'
  | 'intercept'
  | 'custom-code'
  | 'limit'
  | 'trace'
  | 'proof-of-work'

/** A ring of 256-bit root keys that stays outside the database. New data use the active key, old data name theirs. */
export interface KeyRing {
  readonly activeId: string
  readonly ids: readonly string[]
  /** The key that stays while newer ones are put in front of it: for what must read the same before and after. */
  readonly oldestId: string
  /** The 256-bit key of one purpose. Throws UnknownKey when the ring lacks the id. */
  key(id: string, purpose: KeyPurpose): KeyObject
}

/** The ring does not hold the key that a stored value names: the value stays as it is until the key is back. */
export class UnknownKey extends Error {
  constructor(id: string) {
    super(`the key ring has no key "${id}": add it to AVAL_KEYS again`)
    this.name = 'UnknownKey'
  }
}

/** Makes a ring; the first entry is the active key. Roots are 32 bytes or more. */
export function createKeyRing(roots: readonly { id: string; root: Uint8Array }[]): KeyRing {
  const [active] = roots
  if (!active) throw new RangeError('a key ring needs a key')
  const byId = new Map(roots.map(({ id, root }) => [id, root]))
  // Key objects, because Node takes several times longer to set a cipher up with bytes.
  const derived = new Map<string, KeyObject>()
  return {
    activeId: active.id,
    ids: roots.map(({ id }) => id),
    oldestId: roots.at(-1)?.id ?? active.id,
    key(id, purpose) {
      const name = `${id} ${purpose}`
      const known = derived.get(name)
      if (known) return known
      const root = byId.get(id)
      if (!root) throw new UnknownKey(id)
      const key = createSecretKey(Buffer.from(hkdfSync('sha256', root, 'aval/v1', purpose, 32)))
      derived.set(name, key)
      return key
    },
  }
}

/** HMAC-SHA-256. */
export function hmac(key: KeyObject, data: Uint8Array): Buffer {
  return createHmac('sha256', key).update(data).digest()
}

// Any key will do: it only makes the two digests of one length.
const comparison = createSecretKey(Buffer.from('aval/compare'))

/** Compares two secrets in time that depends on neither. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(hmac(comparison, Buffer.from(a)), hmac(comparison, Buffer.from(b)))
}

/** Says whether a candidate is this secret, in time that depends on the candidate's length alone. */
export function secretMatcher(secret: string): (candidate: string) => boolean {
  const expected = Buffer.from(secret)
  return (candidate) => {
    const given = Buffer.from(candidate)
    return given.length === expected.length && timingSafeEqual(given, expected)
  }
}
