import { expect, test } from 'vitest'
import phones from './fixtures/phone-vectors.json' with { type: 'json' }
import { formatMobile, readMobile } from './mobile.ts'

test.each(phones.vectors)('"$input" is read as $e164 ($type)', ({ input, e164, smsAllowed }) => {
  if (smsAllowed) expect(readMobile(input)).toEqual({ e164 })
  else expect(readMobile(input)).toHaveProperty('fault')
})

test.each(phones.wrongWithMinMetadata)('%s, which the small metadata calls valid, is refused', (input) => {
  expect(readMobile(input)).toHaveProperty('fault')
})

test.each([
  ['', 'mobile_empty'],
  ['+55', 'mobile_empty'],
  ['98765-4321', 'mobile_area_code'],
  ['(11) 3000-0000', 'mobile_landline'],
  ['11 98765 432a', 'mobile_invalid'],
  ['(20) 98765-4321', 'mobile_invalid'],
  ['+55119876543210', 'mobile_invalid'],
])('"%s" is refused as %s', (input, fault) => {
  expect(readMobile(input)).toMatchObject({ fault })
})

test('an eight-digit mobile is answered with the number it has become', () => {
  expect(readMobile('(11) 8765-4321')).toEqual({ fault: 'mobile_nine', suggestion: '(11) 98765-4321' })
  expect(readMobile('+551187654321')).toEqual({ fault: 'mobile_nine', suggestion: '(11) 98765-4321' })
})

test('a mobile is shown to its owner as people write it', () => {
  expect(formatMobile('+5511987654321')).toBe('(11) 98765-4321')
  expect(formatMobile('+351912345678')).toBe('+351 912 345 678')
})
