import { getBanks } from '@brazilian-utils/brazilian-utils/get-banks'

/** A participant of the central bank's transfer system. Both codes are text: leading zeros count, and an ISPB may hold letters. */
export interface Bank {
  compe: string
  ispb: string
  name: string
}

/** What was found for a text: one bank, several that it could be, or none. */
export type BankReading = { bank: Bank } | { candidates: Bank[] }

// The names that people know, in the order in which organizers are likely to need them; the official list shouts and abbreviates.
const known: readonly (readonly [compe: string, name: string])[] = [
  ['260', 'Nubank'],
  ['341', 'Itaú Unibanco'],
  ['237', 'Bradesco'],
  ['001', 'Banco do Brasil'],
  ['104', 'Caixa Econômica Federal'],
  ['033', 'Santander'],
  ['077', 'Banco Inter'],
  ['336', 'C6 Bank'],
  ['290', 'PagBank'],
  ['323', 'Mercado Pago'],
  ['380', 'PicPay'],
  ['208', 'BTG Pactual'],
  ['756', 'Sicoob'],
  ['748', 'Sicredi'],
  ['212', 'Banco Original'],
  ['422', 'Safra'],
  ['041', 'Banrisul'],
  ['403', 'Cora'],
  ['197', 'Stone'],
  ['085', 'Ailos'],
  ['136', 'Unicred'],
  ['070', 'BRB'],
  ['004', 'Banco do Nordeste'],
  ['655', 'Banco BV'],
  ['623', 'Banco Pan'],
  ['707', 'Daycoval'],
  ['318', 'Banco BMG'],
]

const names = new Map(known)
const banks: readonly Bank[] = getBanks().map(({ code, ispb, name }) => ({
  compe: code,
  ispb,
  name: names.get(code) ?? name,
}))
const byCompe = new Map(banks.map((bank) => [bank.compe, bank]))
const candidatesMax = 5

/** The banks that open the list. */
export const topBanks: readonly Bank[] = known.flatMap(([compe]) => byCompe.get(compe) ?? [])

/** Finds a bank by COMPE code ("1" is "001"), by ISPB, or by a part of its name that no other bank shares. */
export function findBank(text: string): BankReading {
  const typed = text.trim()
  const bank = findByCode(typed)
  if (bank) return { bank }
  const wanted = fold(typed)
  if (wanted.length < 2 || typed.length > 80 || /^\d+$/.test(typed)) return { candidates: [] }
  const found = banks.filter(({ name }) => fold(name).includes(wanted))
  // A whole name is meant, also where longer ones begin like it: "Bradesco" is not "Bradesco Financiamentos".
  const named = found.filter(({ name }) => fold(name) === wanted)
  const [only, another] = named.length > 0 ? named : found
  if (only && !another) return { bank: only }
  return { candidates: found.slice(0, candidatesMax) }
}

function findByCode(typed: string): Bank | undefined {
  if (/^\d{1,3}$/.test(typed)) return byCompe.get(typed.padStart(3, '0'))
  const code = typed.toUpperCase()
  return /^[\dA-Z]{8}$/.test(code) ? banks.find(({ ispb }) => ispb === code) : undefined
}

function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z\d]+/g, ' ')
    .trim()
}
