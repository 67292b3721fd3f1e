import { describe, expect, it } from 'vitest'
import { openBytes, SealBroken, sealBytes } from './aead.ts'
import { frame } from './frame.ts'
import { systemRandom } from './random.ts'

const random = systemRandom()
const key = Buffer.alloc(32, 7)
const context = frame('test', 'a', 'b')
const plain = Buffer.from('twelve thousand five hundred')

describe('sealed bytes', () => {
  it('open under the same key and context only', () => {
    const sealed = sealBytes(key, plain, context, random)
    expect(openBytes(key, sealed, context)).toEqual(plain)
    expect(() => openBytes(Buffer.alloc(32, 8), sealed, context)).toThrow(SealBroken)
    expect(() => openBytes(key, sealed, frame('test', 'ab', ''))).toThrow(SealBroken)
  })

  it('do not open when any byte was changed, or the tag was cut short', () => {
    const bytes = Buffer.from(sealBytes(key, plain, context, random), 'base64url')
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
      expect(() => openBytes(key, changed.toString('base64url'), context)).toThrow(SealBroken)
    }
    for (const kept of [0, 12, 16, 20, 27]) {
      expect(() => openBytes(key, bytes.subarray(0, kept).toString('base64url'), context)).toThrow(SealBroken)
    }
  })

  it('differ each time', () => {
    const seals = Array.from({ length: 1000 }, () => sealBytes(key, plain, context, random))
    expect(new Set(seals).size).toBe(1000)
  })
})

describe('a frame', () => {
  it('is another one when a character moves over a border', () => {
    expect(frame('ab', 'c')).not.toEqual(frame('a', 'bc'))
    expect(frame('a', '', 'b')).not.toEqual(frame('a', 'b', ''))
  })
})
