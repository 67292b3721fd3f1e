import { getPixKeyInfo } from '@brazilian-utils/brazilian-utils/get-pix-key-info'
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { formatTaxId, readCnpj, readCpf } from './cpf-cnpj.ts'
import { formatMobile, readMobile } from './mobile.ts'

/** The kinds of key, as the central bank's directory (DICT) names them. */
export const pixKeyTypes = ['CPF', 'CNPJ', 'PHONE', 'EMAIL', 'EVP'] as const
export type PixKeyType = (typeof pixKeyTypes)[number]

/** A key in the directory's canonical form. */
export interface PixKey {
  type: PixKeyType
  key: string
}

/** Reads a key of the type that was asked for: eleven digits may be a CPF and a mobile at once, so it is never guessed. */
export function readPixKey(type: PixKeyType, text: string): PixKey | undefined {
  const key = readers[type](text.trim())
  return key === undefined ? undefined : { type, key }
}

/** The types that the text could be, for a hint when it is not of the type chosen. */
export function possiblePixKeyTypes(text: string): PixKeyType[] {
  return pixKeyTypes.filter((type) => readPixKey(type, text))
}

/** The key as its owner knows it: masks for documents and mobiles. */
export function formatPixKey({ type, key }: PixKey): string {
  if (type === 'CPF') return formatTaxId({ kind: 'cpf', value: key })
  if (type === 'CNPJ') return formatTaxId({ kind: 'cnpj', value: key })
  return type === 'PHONE' ? formatMobile(key) : key
}

const readers: Record<PixKeyType, (text: string) => string | undefined> = {
  CPF: (text) => readCpf(text)?.value,
  CNPJ: (text) => readCnpj(text)?.value,
  PHONE: readPhone,
  EMAIL: (text) => readOther('email', text),
  EVP: (text) => readOther('evp', text),
}

// A landline is no key, and the directory holds Brazilian mobiles only.
function readPhone(text: string): string | undefined {
  const reading = readMobile(text)
  if (!('e164' in reading)) return undefined
  return parsePhoneNumberFromString(reading.e164)?.country === 'BR' ? reading.e164 : undefined
}

function readOther(type: 'email' | 'evp', text: string): string | undefined {
  const info = getPixKeyInfo(text)
  return info?.type === type ? info.value : undefined
}
