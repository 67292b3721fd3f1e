import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskValue } from './mask.ts'

describe('a masked value', () => {
  it('keeps the last four of an account and never all of a short one', () => {
    expect(maskValue('12345678-9')).toBe('•••••678-9')
    expect(maskValue('Banco do Brasil · ag. 1584 · cc 210169-6')).toBe('Banco do Brasil · ag. •••• · cc •••169-6')
    expect(maskValue('123')).toBe('••3')
    expect(maskValue('1')).toBe('•')
    expect(maskValue('12ABC34501DE35')).toBe('••••••••••DE35')
    expect(maskValue('123e4567-e89b-12d3-a456-426614174000')).toBe('••••••••-••••-••••-••••-••••••••4000')
  })

  it('leaves words and dates, and the first letter of an e-mail address', () => {
    expect(maskValue('Itaú Unibanco')).toBe('Itaú Unibanco')
    expect(maskValue('22/11/2026')).toBe('22/11/2026')
    expect(maskValue('ana@example.com')).toBe('a•••@example.com')
  })

  it('never shows more than four digits of a number', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{1,30}$/), (digits) => {
        const shown = maskValue(digits).replaceAll('•', '')
        expect(shown.length).toBeLessThanOrEqual(Math.min(4, digits.length - 1))
        expect(digits.endsWith(shown)).toBe(true)
      }),
    )
  })
})
