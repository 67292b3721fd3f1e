import { describe, expect, it } from 'vitest'
import { canonicalMoney, formatMoney, minorUnits } from './money.ts'

const brl = (value: string) => canonicalMoney({ value, currency: 'BRL' })?.value

describe('an amount', () => {
  it('has one form', () => {
    expect(['1500', '1500.0', '1500.00'].map(brl)).toEqual(['1500.00', '1500.00', '1500.00'])
    expect(canonicalMoney({ value: '1500', currency: 'JPY' })).toEqual({ value: '1500', currency: 'JPY' })
  })

  it('is refused where machines disagree about it', () => {
    for (const value of [
      '',
      '0',
      '0.00',
      '-1',
      '+1',
      '01',
      '1e3',
      '1,000.00',
      '1.000,00',
      '0.001',
      ' 1',
      '١',
      '15000000000000000000',
      '1.',
      '.5',
      'NaN',
      '0x1',
    ]) {
      expect(brl(value), value).toBeUndefined()
    }
    expect(canonicalMoney({ value: '1.5', currency: 'JPY' })).toBeUndefined()
    for (const currency of ['brl', 'BRL ', 'XYZ', '']) expect(canonicalMoney({ value: '1', currency })).toBeUndefined()
  })

  it('keeps every digit', () => {
    expect(minorUnits({ value: '9007199254740.93', currency: 'BRL' })).toBe('900719925474093')
    expect(formatMoney({ value: '9007199254740.93', currency: 'BRL' }, 'pt-BR')).toBe('R$\u00a09.007.199.254.740,93')
    expect(formatMoney({ value: '1500.80', currency: 'BRL' }, 'en')).toBe('R$1,500.80')
  })
})
