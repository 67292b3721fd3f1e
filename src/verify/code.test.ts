import { describe, expect, it } from 'vitest'
import { createKeyRing } from '../lib/keyring.ts'
import { type CodeContext, codeMac, deriveCode } from './code.ts'

const keys = createKeyRing([{ id: 'k1', root: Buffer.alloc(32, 1) }])
const context: CodeContext = { scope: 'tx_1', digest: 'd1', addressRef: 'a1', channel: 'sms' }

describe('a code', () => {
  it('is uniform: every digit stands in every place about as often, leading zeros kept', () => {
    const rounds = 60_000
    const counts = Array.from({ length: 6 }, () => new Array<number>(10).fill(0))
    for (let i = 0; i < rounds; i++) {
      const code = deriveCode(keys, 'k1', `seed${i}`, context, 6)
      expect(code).toHaveLength(6)
      for (let place = 0; place < 6; place++) (counts[place] as number[])[Number(code[place])]! += 1
    }
    for (const place of counts) {
      const chiSquare = place.reduce((sum, count) => sum + (count - rounds / 10) ** 2 / (rounds / 10), 0)
      // Nine degrees of freedom: one in a million lies above 44.8. The seeds are fixed, so this fails always or never.
      expect(chiSquare).toBeLessThan(44.8)
    }
  })

  it('is the same for a resend and another one, with another digest, when anything it is bound to differs', () => {
    const code = deriveCode(keys, 'k1', 'seed', context, 8)
    expect(deriveCode(keys, 'k1', 'seed', { ...context }, 8)).toBe(code)
    const others = Object.keys(context).map((name) => ({ ...context, [name]: 'other' }))
    expect(new Set(others.map((other) => deriveCode(keys, 'k1', 'seed', other, 8))).size).toBe(others.length)
    expect(new Set([context, ...others].map((one) => codeMac(keys, 'k1', code, one))).size).toBe(others.length + 1)
  })
})
