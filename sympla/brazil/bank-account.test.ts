import { expect, test } from 'vitest'
import { accountNumber, readBankAccount } from './bank-account.ts'
import vectors from './fixtures/bank-account-vectors.json' with { type: 'json' }

const read = (compe: string, agency: string, account: string, digit: string) =>
  readBankAccount({ compe, agency, account, digit })

test.each(vectors.valid)(
  '$name $agency $account-$digit is taken without a question',
  ({ bank, agency, agencyDigit, account, digit }) => {
    const typedAgency = agencyDigit ? `${agency}-${agencyDigit}` : agency
    expect(read(bank, typedAgency, account, digit)).toMatchObject({ account: { agency, digit, doubts: [] } })
    expect(read(bank, typedAgency, `${account}-${digit.toLowerCase()}`, '')).toMatchObject({ account: { doubts: [] } })
  },
)

test.each(vectors.invalid)(
  '$name $agency $account-$digit is a question: $reason',
  ({ bank, agency, account, digit }) => {
    expect(read(bank, agency, account, digit)).toMatchObject({ account: { doubts: ['account'] } })
  },
)

test.each(vectors.needsLeftPadding)(
  'bank $bank account $account is padded before its digit is checked',
  ({ bank, agency, account, digit, padded }) => {
    expect(read(bank, agency, account, digit)).toMatchObject({ account: { account, doubts: [] } })
    expect(read(bank, agency, padded, digit)).toMatchObject({ account: { account, doubts: [] } })
  },
)

test('a wrong branch digit of Banco do Brasil or Bradesco is a question, another bank has none to check', () => {
  expect(read('001', '6585-5', '26556286', '4')).toMatchObject({ account: { doubts: ['agency'] } })
  expect(read('237', '2140-8', '3241196', '7')).toMatchObject({ account: { doubts: ['agency'] } })
  expect(read('341', '8165-1', '84575', '4')).toMatchObject({ account: { doubts: [] } })
})

test('Bradesco takes 0 for P, of the account and of the branch', () => {
  expect(read('237', '7891-3', '2903978', '0')).toMatchObject({ account: { doubts: [] } })
  expect(read('237', '3536-0', '6519088', '5')).toMatchObject({ account: { doubts: [] } })
})

test('Caixa without the legacy form, and banks without a rule, are checked for structure only', () => {
  expect(read('104', '1234', '3701123456789', '0')).toMatchObject({ account: { doubts: [] } })
  expect(read('422', '0123', '1234567', '9')).toMatchObject({ account: { doubts: [] } })
  expect(read('077', '0001', '12345678', '0')).toMatchObject({ account: { doubts: [] } })
})

test('Nubank has one branch: another one is a question', () => {
  expect(read('260', '1234', '5505951', '6')).toMatchObject({ account: { doubts: ['agency'] } })
})

test.each([
  ['', '210169', '6', ['agency_empty']],
  ['abc', '210169', '6', ['agency_invalid']],
  ['0000', '210169', '6', ['agency_invalid']],
  ['12345678', '210169', '6', ['agency_invalid']],
  ['1584', '', '', ['account_empty', 'digit_empty']],
  ['1584', '210169', '', ['digit_empty']],
  ['1584', '210169', 'Z', ['digit_invalid']],
  ['1584', '210169', '66', ['digit_invalid']],
  ['1584', '210169-6', '7', ['digit_differs']],
  ['1584', '1', '9', ['account_short']],
  ['1584', '123456789', '0', ['account_long']],
  ['1584', '00000000', '0', ['account_invalid']],
  ['1584', '21o169', '6', ['account_invalid']],
  ['', '', '', ['agency_empty', 'account_empty', 'digit_empty']],
])('branch "%s", account "%s", digit "%s" are faults of structure', (agency, account, digit, faults) => {
  expect(read('001', agency, account, digit)).toEqual({ faults })
})

test('the number that travels is digits only and ends with the check digit, a letter being 0', () => {
  expect(accountNumber({ account: '40268088', digit: 'X' })).toBe('402680880')
  expect(accountNumber({ account: '210169', digit: '6' })).toBe('2101696')
})
