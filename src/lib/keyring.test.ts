import { describe, expect, it } from 'vitest'
import { createKeyRing, sameSecret, UnknownKey } from './keyring.ts'

const ring = createKeyRing([
  { id: 'k2', root: Buffer.alloc(32, 2) },
  { id: 'k1', root: Buffer.alloc(32, 1) },
])

describe('a key ring', () => {
  it('has another key for every purpose and id, the first entry active', () => {
    const keys = ['otp-code', 'otp-mac', 'payload-wrap'].flatMap((purpose) =>
      ring.ids.map((id) =>
        ring
          .key(id, purpose as 'otp-code')
          .export()
          .toString('hex'),
      ),
    )
    expect(new Set(keys).size).toBe(6)
    expect(ring.activeId).toBe('k2')
  })

  it('says which key is missing', () => {
    expect(() => ring.key('k0', 'otp-mac')).toThrow(UnknownKey)
  })
})

describe('secrets', () => {
  it('are compared whole', () => {
    expect(sameSecret('abc', 'abc')).toBe(true)
    for (const other of ['abd', 'ab', 'abcd', '']) expect(sameSecret('abc', other)).toBe(false)
  })
})
