import { describe, expect, it } from 'vitest'
import { canReceiveSms, maskPhone, parsePhone } from './e164.ts'

describe('a phone number', () => {
  it('is read in international form, and in national form where a country is given', () => {
    expect(parsePhone('+55 (11) 98765-4321')).toMatchObject({ e164: '+5511987654321', country: 'BR', type: 'MOBILE' })
    expect(parsePhone('0055 11 98765-4321', 'BR')?.e164).toBe('+5511987654321')
    expect(parsePhone('0 15 11 98765-4321', 'BR')?.e164).toBe('+5511987654321')
    expect(parsePhone('11 98765-4321')).toBeUndefined()
  })

  it('is refused where it is dead, short, extended or dressed up', () => {
    for (const text of [
      '+55',
      '+55 11 8765-4321',
      '+55 20 98765-4321',
      '+5511987654321;ext=123',
      'tel:+5511987654321',
      '+5511987654321\u0000',
      '+５５11987654321',
      `+55${'1'.repeat(60)}`,
    ]) {
      expect(parsePhone(text), text).toBeUndefined()
    }
  })

  it('takes text messages only when it is mobile', () => {
    const sms = (text: string) => canReceiveSms(parsePhone(text) ?? expect.fail())
    expect([sms('+5511987654321'), sms('+551132123456'), sms('+558001234567')]).toEqual([true, false, false])
  })

  it('is shown by its last four digits', () => {
    expect(maskPhone('+5511987654321')).toBe('•••• 4321')
  })
})
