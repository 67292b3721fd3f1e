import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { codeMac, deriveCode } from '../../src/verify/code.ts'
import { ring } from '../support/doors.ts'

const context = { scope: 'tx_1', digest: 'd', addressRef: 'a', channel: 'sms' }
const seedOf = (i: number) => createHash('sha256').update(`seed ${i}`).digest('base64url').slice(0, 22)

it.each([6, 8, 10])('codes of %i digits are spread evenly at every place, leading zeros and all (A18)', (length) => {
  const draws = 60_000
  const counts = Array.from({ length }, () => new Array<number>(10).fill(0))
  for (let i = 0; i < draws; i++) {
    const code = deriveCode(ring, 'k1', seedOf(i), context, length)
    expect(code.length).toBe(length)
    for (const [place, digit] of [...code].entries()) (counts[place] as number[])[Number(digit)]!++
  }
  // Chi-square with nine degrees of freedom exceeds 45 once in a million draws of this size.
  for (const digits of counts) {
    const expected = draws / 10
    expect(digits.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0)).toBeLessThan(45)
  }
})

it('a code fits nothing that differs in one member (A21, A22, A25, A26)', () => {
  const macs = Object.keys(context).map((member) => codeMac(ring, 'k1', '123456', { ...context, [member]: 'other' }))
  macs.push(codeMac(ring, 'k1', '123456', context), codeMac(ring, 'k1', '123457', context))
  // Members that run into each other are still apart.
  macs.push(codeMac(ring, 'k1', '123456', { ...context, scope: 'tx_1d', digest: '' }))
  expect(new Set(macs).size).toBe(macs.length)
})
