import { expect, test } from 'vitest'
import { formatTaxId, readCnpj, readCpf, readTaxId } from './cpf-cnpj.ts'
import cnpjs from './fixtures/cnpj-alphanumeric-vectors.json' with { type: 'json' }
import cpfs from './fixtures/cpf-vectors.json' with { type: 'json' }

test.each(cpfs.valid)(
  'CPF $cpf is read bare and masked, and shown as the tax office shows it',
  ({ cpf, formatted }) => {
    expect(readCpf(cpf)).toEqual({ kind: 'cpf', value: cpf })
    expect(readCpf(formatted)).toEqual({ kind: 'cpf', value: cpf })
    expect(formatTaxId({ kind: 'cpf', value: cpf })).toBe(formatted)
  },
)

test.each(cpfs.invalid)('"$cpf" is no CPF', ({ cpf }) => {
  expect(readCpf(cpf)).toBeUndefined()
})

test.each(cnpjs.valid)('CNPJ $cnpj is read bare, masked and in small letters', ({ cnpj, formatted }) => {
  expect(readCnpj(cnpj)).toEqual({ kind: 'cnpj', value: cnpj })
  expect(readCnpj(formatted.toLowerCase())).toEqual({ kind: 'cnpj', value: cnpj })
  expect(formatTaxId({ kind: 'cnpj', value: cnpj })).toBe(formatted)
})

test.each(cnpjs.invalid)('"$cnpj" is no CNPJ: $reason', ({ cnpj }) => {
  expect(readCnpj(cnpj)).toBeUndefined()
})

test.each(cnpjs.normalise)('"$input" is $normalised', ({ input, normalised }) => {
  expect(readTaxId(input)).toEqual({ kind: 'cnpj', value: normalised })
})
