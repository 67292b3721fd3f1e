import { expect, test } from 'vitest'
import { findBank, topBanks } from './banks.ts'

test('the list opens with 27 banks that all exist', () => {
  expect(topBanks).toHaveLength(27)
  expect(topBanks[3]).toEqual({ compe: '001', ispb: '00000000', name: 'Banco do Brasil' })
})

test.each([
  ['001', '001'],
  ['1', '001'],
  ['00000000', '001'],
  ['60701190', '341'],
  [' 077 ', '077'],
  ['itau unibanco', '341'],
  ['Banestes', '021'],
])('"%s" finds bank %s', (text, compe) => {
  expect(findBank(text)).toMatchObject({ bank: { compe } })
})

test.each(topBanks)('$name is found by its own name, whatever longer names begin like it', (bank) => {
  expect(findBank(bank.name)).toEqual({ bank })
})

test('a name that several banks share is answered with some of them', () => {
  const reading = findBank('cooperativa')
  expect(reading).toHaveProperty('candidates')
  if ('candidates' in reading) expect(reading.candidates.length).toBeGreaterThan(1)
})

test.each(['', '   ', '999', '99999999', 'x', 'um banco que não existe', 'a'.repeat(5000)])(
  '"%s" finds nothing',
  (text) => {
    expect(findBank(text)).toEqual({ candidates: [] })
  },
)
