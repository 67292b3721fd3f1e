import { isValidCnpj } from '@brazilian-utils/brazilian-utils/is-valid-cnpj'
import { isValidCpf } from '@brazilian-utils/brazilian-utils/is-valid-cpf'

/** A taxpayer's number in its canonical form: 11 digits, or 12 digits or capital letters and 2 digits. */
export interface TaxId {
  kind: 'cpf' | 'cnpj'
  value: string
}

/** Reads a CPF, bare or in its mask; undefined for anything else, a wrong check digit included. */
export function readCpf(text: string): TaxId | undefined {
  const match = /^(\d{3})\.?(\d{3})\.?(\d{3})-?(\d{2})$/.exec(text.trim())
  const value = match?.slice(1).join('')
  return value && isValidCpf(value) ? { kind: 'cpf', value } : undefined
}

/**
 * Reads a CNPJ, numeric or alphanumeric (IN RFB 2.229/2024), bare or in its mask; undefined for anything else. Letters of
 * either case are read; look-alikes (accented, full width) are not folded, because they may stand for another company.
 */
export function readCnpj(text: string): TaxId | undefined {
  const match = /^([\dA-Za-z]{2})\.?([\dA-Za-z]{3})\.?([\dA-Za-z]{3})\/?([\dA-Za-z]{4})-?(\d{2})$/.exec(text.trim())
  const value = match?.slice(1).join('').toUpperCase()
  return value && isValidCnpj(value, { version: 2 }) ? { kind: 'cnpj', value } : undefined
}

/** Reads either number. */
export function readTaxId(text: string): TaxId | undefined {
  return readCpf(text) ?? readCnpj(text)
}

/** "529.982.247-25", "12.ABC.345/01DE-35". */
export function formatTaxId({ kind, value }: TaxId): string {
  return kind === 'cpf'
    ? value.replace(/^(.{3})(.{3})(.{3})(.{2})$/, '$1.$2.$3-$4')
    : value.replace(/^(.{2})(.{3})(.{3})(.{4})(.{2})$/, '$1.$2.$3/$4-$5')
}
