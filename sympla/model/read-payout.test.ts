import { expect, test } from 'vitest'
import { type DraftFields, emptyFields, otherBank, readDraftFields, sameFields } from './draft.ts'
import { sampleOrganizer as organizer } from './organizer.ts'
import { payoutSchema } from './payout.ts'
import { readPayout } from './read-payout.ts'

const bank: DraftFields = {
  ...emptyFields,
  bank: '001',
  agency: '1584-9',
  account: '210169',
  digit: '6',
  amount: '12.500,00',
  phone: '(11) 98765-4321',
}
const pix: DraftFields = { ...bank, method: 'pix', pix_type: 'EMAIL', pix_key: 'Financeiro@Aurora.com.br' }
const read = (fields: Partial<DraftFields>, askPhone = true) =>
  readPayout({ ...bank, ...fields }, { organizer, askPhone })

test('a bank account becomes the canonical payout, which fits its schema', () => {
  const reading = read({})
  expect(reading).toEqual({
    phone: '+5511987654321',
    payout: {
      holder: { type: 'LEGAL_PERSON', document: '11222333000181', name: 'Aurora Eventos Ltda' },
      amount: { value: '12500.00', currency: 'BRL' },
      destination: {
        method: 'bank',
        bank: { compe: '001', ispb: '00000000', name: 'Banco do Brasil' },
        branch: '1584',
        branch_digit: '9',
        account: '210169',
        account_digit: '6',
        account_number: '2101696',
        account_type: 'CACC',
      },
    },
  })
  if ('payout' in reading) expect(payoutSchema.parse(reading.payout)).toEqual(reading.payout)
})

test('a Pix key becomes the canonical payout and bank fields left behind are ignored', () => {
  const reading = readPayout({ ...pix, agency: 'x' }, { organizer, askPhone: true })
  expect(reading).toMatchObject({
    payout: { destination: { method: 'pix', key_type: 'EMAIL', key: 'financeiro@aurora.com.br' } },
  })
})

test('everything that is wrong is named at once, each at its field', () => {
  const reading = readPayout(emptyFields, { organizer, askPhone: true })
  expect(reading).toEqual({
    faults: [
      { field: 'bank', code: 'bank_empty' },
      { field: 'agency', code: 'agency_empty' },
      { field: 'account', code: 'account_empty' },
      { field: 'digit', code: 'digit_empty' },
      { field: 'amount', code: 'amount_empty' },
      { field: 'phone', code: 'mobile_empty' },
    ],
  })
})

test('a check digit that differs is a question, and the answer counts for that account only', () => {
  const asked = read({ digit: '7' })
  expect(asked).toEqual({ faults: [{ field: 'check_ok', code: 'digits_doubtful', detail: '001 1584-9 210169-7' }] })
  expect(read({ digit: '7', check_ok: '001 1584-9 210169-7' })).toHaveProperty('payout')
  expect(read({ digit: '8', check_ok: '001 1584-9 210169-7' })).toHaveProperty('faults')
})

test("a document or a Pix key of somebody else is refused, the organizer's own is taken", () => {
  expect(read({ document: '529.982.247-25' })).toEqual({ faults: [{ field: 'document', code: 'holder_differs' }] })
  expect(read({ document: '11.222.333/0001-81' })).toHaveProperty('payout')
  expect(read({ ...pix, pix_type: 'CPF', pix_key: '52998224725' })).toEqual({
    faults: [{ field: 'pix_key', code: 'holder_differs' }],
  })
  expect(read({ ...pix, pix_type: 'CNPJ', pix_key: '11222333000181' })).toHaveProperty('payout')
})

test('a key of another type than the chosen one is answered with what it looks like', () => {
  expect(read({ ...pix, pix_type: 'PHONE' })).toEqual({
    faults: [{ field: 'pix_key', code: 'pix_key_other_type', detail: 'EMAIL' }],
  })
  expect(read({ ...pix, pix_type: 'EVP', pix_key: 'nada' })).toEqual({
    faults: [{ field: 'pix_key', code: 'pix_key_invalid', detail: 'EVP' }],
  })
})

test('another bank is found by code or name', () => {
  expect(read({ bank: otherBank, bank_other: '00416968' })).toMatchObject({
    payout: { destination: { bank: { compe: '077' } } },
  })
  expect(read({ bank: otherBank, bank_other: 'cooperativa' })).toMatchObject({
    faults: [{ field: 'bank_other', code: 'bank_ambiguous' }],
  })
  expect(read({ bank: otherBank, bank_other: '' })).toMatchObject({
    faults: [{ field: 'bank_other', code: 'bank_empty' }],
  })
})

test('no mobile is asked of an organizer whose mobile is known, and one that is sent is not read', () => {
  expect(read({ phone: 'nonsense' }, false)).toMatchObject({ phone: undefined })
})

test('a posted form keeps known names only, as single clean lines of bounded length', () => {
  const fields = readDraftFields({ amount: ' 1\u0000\n2 ', account: ['1', '2'], evil: 'x', pix_key: 'a'.repeat(5000) })
  expect(fields.amount).toBe('1 2')
  expect(fields.account).toBe('')
  expect(fields.pix_key).toHaveLength(200)
  expect(fields).not.toHaveProperty('evil')
  expect(sameFields(fields, { ...fields })).toBe(true)
  expect(sameFields(fields, { ...fields, amount: '13' })).toBe(false)
})
