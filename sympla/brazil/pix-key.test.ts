import { expect, test } from 'vitest'
import keys from './fixtures/pix-key-vectors.json' with { type: 'json' }
import { formatPixKey, type PixKeyType, pixKeyTypes, possiblePixKeyTypes, readPixKey } from './pix-key.ts'

test.each(keys.valid)('"$input" is the $type key $value', ({ input, type, value }) => {
  expect(readPixKey(type as PixKeyType, input)).toEqual({ type, key: value })
})

test.each(keys.invalid)('"$key" is a key of no type', ({ key }) => {
  for (const type of pixKeyTypes) expect(readPixKey(type, key)).toBeUndefined()
})

test.each(keys.ambiguous11Digits.values)('%s is a CPF or a mobile, whichever was asked for', (digits) => {
  expect(possiblePixKeyTypes(digits)).toEqual(['CPF', 'PHONE'])
  expect(readPixKey('CPF', digits)?.key).toBe(digits)
  expect(readPixKey('PHONE', digits)?.key).toBe(`+55${digits}`)
})

test('a mobile of another country is no key', () => {
  expect(readPixKey('PHONE', '+351912345678')).toBeUndefined()
})

test('a key is shown as its owner writes it', () => {
  expect(formatPixKey({ type: 'CNPJ', key: '12ABC34501DE35' })).toBe('12.ABC.345/01DE-35')
  expect(formatPixKey({ type: 'PHONE', key: '+5511987654321' })).toBe('(11) 98765-4321')
  expect(formatPixKey({ type: 'EMAIL', key: 'a@exemplo.com' })).toBe('a@exemplo.com')
})
