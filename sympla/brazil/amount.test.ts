import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatAmount, readAmount } from './amount.ts'

test.each([
  ['1.234,56', '1234.56'],
  ['1234,56', '1234.56'],
  ['1234.56', '1234.56'],
  ['R$ 1.234,56', '1234.56'],
  ['R$\u00a012.500,00', '12500.00'],
  ['12500', '12500.00'],
  ['12.500', '12500.00'],
  ['1,5', '1.50'],
  ['1.5', '1.50'],
  ['0012,30', '12.30'],
  ['1,234.56', '1234.56'],
  ['1', '1.00'],
  ['10.000.000,00', '10000000.00'],
])('"%s" is %s', (text, value) => {
  expect(readAmount(text)).toEqual({ value })
})

test.each([
  ['', 'amount_empty'],
  ['R$ ', 'amount_empty'],
  ['0,01', 'amount_small'],
  ['0', 'amount_small'],
  ['-5', 'amount_invalid'],
  ['1e3', 'amount_invalid'],
  ['1,234', 'amount_invalid'],
  ['1.23.4', 'amount_invalid'],
  ['12,345,6', 'amount_invalid'],
  ['NaN', 'amount_invalid'],
  ['１２３', 'amount_invalid'],
  ['10.000.000,01', 'amount_large'],
  ['9'.repeat(400), 'amount_invalid'],
])('"%s" is refused as %s', (text, fault) => {
  expect(readAmount(text)).toEqual({ fault })
})

test('every amount is read back from the way it is shown, to the cent', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 100n, max: 1_000_000_000n }), (cents) => {
      const value = `${cents / 100n}.${(cents % 100n).toString().padStart(2, '0')}`
      expect(readAmount(formatAmount(value, 'pt-BR'))).toEqual({ value })
    }),
  )
})
