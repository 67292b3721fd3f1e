import { describe, expect, it } from 'vitest'
import { createKeyRing } from '../lib/keyring.ts'
import { type CodeContext, codeMac, deriveCode } from './code.ts'

const keys = createKeyRing([{ id: 'k1', root: Buffer.alloc(32, 1) }])
const context: CodeContext = { scope: 'tx_1', digest: 'd1', addressRef: 'a1', channel: 'sms' }

describe('a code', () => {
  it('is the same for a resend and another one, with another digest, when anything it is bound to differs', () => {
    const code = deriveCode(keys, 'k1', 'seed', context, 8)
    expect(deriveCode(keys, 'k1', 'seed', { ...context }, 8)).toBe(code)
    const others = Object.keys(context).map((name) => ({ ...context, [name]: 'other' }))
    expect(new Set(others.map((other) => deriveCode(keys, 'k1', 'seed', other, 8))).size).toBe(others.length)
    expect(new Set([context, ...others].map((one) => codeMac(keys, 'k1', code, one))).size).toBe(others.length + 1)
  })
})
