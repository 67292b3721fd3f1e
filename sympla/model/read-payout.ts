import { type AmountFault, readAmount } from '../brazil/amount.ts'
import { type AccountFault, accountNumber, type BankAccount, readBankAccount } from '../brazil/bank-account.ts'
import { findBank } from '../brazil/banks.ts'
import { readTaxId } from '../brazil/cpf-cnpj.ts'
import { type MobileFault, readMobile } from '../brazil/mobile.ts'
import { type PixKeyType, pixKeyTypes, possiblePixKeyTypes, readPixKey } from '../brazil/pix-key.ts'
import { type DraftFieldName, type DraftFields, otherBank } from './draft.ts'
import type { Organizer } from './organizer.ts'
import {
  type AccountType,
  accountTypes,
  type BankDestination,
  type Destination,
  type Payout,
  type PixDestination,
} from './payout.ts'

export type FaultCode =
  | AccountFault
  | AmountFault
  | MobileFault
  | 'method_empty'
  | 'bank_empty'
  | 'bank_unknown'
  | 'bank_ambiguous'
  | 'account_type_empty'
  | 'pix_type_empty'
  | 'pix_key_empty'
  | 'pix_key_invalid'
  | 'pix_key_other_type'
  | 'holder_differs'
  | 'digits_doubtful'

/** One thing to correct, at one field. `detail` fills the sentence where it needs a name or a suggestion. */
export interface Fault {
  field: DraftFieldName
  code: FaultCode
  detail?: string
}

/** A form that is ready to be confirmed, or what to correct. `phone` is undefined where none is asked for. */
export type PayoutReading = { payout: Payout; phone: string | undefined } | { faults: Fault[] }

type Read<T> = { value: T } | { faults: Fault[] }

/** Reads the form: structure wrong is a fault; a check digit that does not match is one until the organizer insists on this very account. */
export function readPayout(
  fields: DraftFields,
  { organizer, askPhone }: { organizer: Organizer; askPhone: boolean },
): PayoutReading {
  const parts = {
    destination: readDestination(fields, organizer),
    document: readHolder(fields, organizer),
    amount: readMoney(fields),
    phone: readPhone(fields, askPhone),
  }
  const { destination, document, amount, phone } = parts
  if ('faults' in destination || 'faults' in document || 'faults' in amount || 'faults' in phone) {
    return { faults: Object.values(parts).flatMap((part) => ('faults' in part ? part.faults : [])) }
  }
  const holder = { type: holderType(organizer), document: organizer.taxId.value, name: organizer.name }
  const money = { value: amount.value, currency: 'BRL' as const }
  return { payout: { holder, destination: destination.value, amount: money }, phone: phone.value }
}

/** What a doubtful account is known by, if the form names one: see doubtToken. */
export function findDoubt(fields: DraftFields): string | undefined {
  const bank = fields.method === 'bank' ? readBank(fields) : { faults: [] }
  if ('faults' in bank) return undefined
  const reading = readBankAccount({ ...fields, compe: bank.value.compe })
  return 'account' in reading && reading.account.doubts.length > 0 ? doubtToken(reading.account) : undefined
}

/** What the box "the details are right" stands for: it counts for this account only. */
function doubtToken({ compe, agency, agencyDigit, account, digit }: Omit<BankAccount, 'doubts'>): string {
  return `${compe} ${agency}${agencyDigit ? `-${agencyDigit}` : ''} ${account}-${digit}`
}

function holderType({ taxId }: Organizer): Payout['holder']['type'] {
  return taxId.kind === 'cpf' ? 'NATURAL_PERSON' : 'LEGAL_PERSON'
}

function readDestination(fields: DraftFields, organizer: Organizer): Read<Destination> {
  if (fields.method === 'bank') return readBankDestination(fields)
  if (fields.method === 'pix') return readPixDestination(fields, organizer)
  return refuse('method', 'method_empty')
}

function readBankDestination(fields: DraftFields): Read<BankDestination> {
  const bank = readBank(fields)
  // A bank that is not known yet still lets the structure be read, so that all faults are named at once.
  const compe = 'value' in bank ? bank.value.compe : ''
  const account = readBankAccount({ compe, agency: fields.agency, account: fields.account, digit: fields.digit })
  const type = accountTypes.find((name) => name === fields.account_type)
  const faults = [
    ...('faults' in bank ? bank.faults : []),
    ...('faults' in account ? account.faults.map((code) => ({ field: fieldOf(code), code })) : []),
    ...(type ? [] : [{ field: 'account_type', code: 'account_type_empty' } as const]),
  ]
  if ('faults' in bank || 'faults' in account || !type) return { faults }
  return toDestination(bank.value, account.account, type, fields.check_ok)
}

function toDestination(
  bank: BankDestination['bank'],
  account: BankAccount,
  type: AccountType,
  checkOk: string,
): Read<BankDestination> {
  const token = doubtToken(account)
  if (account.doubts.length > 0 && checkOk !== token) return refuse('check_ok', 'digits_doubtful', token)
  return {
    value: {
      method: 'bank',
      bank,
      branch: account.agency,
      branch_digit: account.agencyDigit ?? null,
      account: account.account,
      account_digit: account.digit,
      account_number: accountNumber(account),
      account_type: type,
    },
  }
}

function readBank({ bank, bank_other }: DraftFields): Read<BankDestination['bank']> {
  const field = bank === otherBank ? 'bank_other' : 'bank'
  const text = bank === otherBank ? bank_other : bank
  if (text === '') return refuse(field, 'bank_empty')
  const found = findBank(text)
  if ('bank' in found) return { value: { ...found.bank } }
  if (found.candidates.length === 0) return refuse(field, 'bank_unknown')
  return refuse(field, 'bank_ambiguous', found.candidates.map(({ compe, name }) => `${compe} ${name}`).join(', '))
}

function readPixDestination({ pix_type, pix_key }: DraftFields, organizer: Organizer): Read<PixDestination> {
  const type = pixKeyTypes.find((name) => name === pix_type)
  if (!type) return refuse('pix_type', 'pix_type_empty')
  if (pix_key === '') return refuse('pix_key', 'pix_key_empty', type)
  const read = readPixKey(type, pix_key)
  if (!read) return refuseKey(type, pix_key)
  // A key that is a document names its holder, so it can be compared here; others are compared when the money moves.
  if ((type === 'CPF' || type === 'CNPJ') && read.key !== organizer.taxId.value)
    return refuse('pix_key', 'holder_differs')
  return { value: { method: 'pix', key_type: type, key: read.key } }
}

function refuseKey(type: PixKeyType, text: string): { faults: Fault[] } {
  const [other] = possiblePixKeyTypes(text)
  return other ? refuse('pix_key', 'pix_key_other_type', other) : refuse('pix_key', 'pix_key_invalid', type)
}

// The field is locked on the page; a form that brings another document was not made by the page.
function readHolder({ document }: DraftFields, organizer: Organizer): Read<string> {
  if (document === '') return { value: organizer.taxId.value }
  const typed = readTaxId(document)
  return typed?.value === organizer.taxId.value ? { value: typed.value } : refuse('document', 'holder_differs')
}

function readMoney({ amount }: DraftFields): Read<string> {
  const reading = readAmount(amount)
  return 'fault' in reading ? refuse('amount', reading.fault) : reading
}

function readPhone({ phone }: DraftFields, ask: boolean): Read<string | undefined> {
  if (!ask) return { value: undefined }
  const reading = readMobile(phone)
  return 'fault' in reading ? refuse('phone', reading.fault, reading.suggestion) : { value: reading.e164 }
}

function fieldOf(code: AccountFault): DraftFieldName {
  if (code.startsWith('agency')) return 'agency'
  return code.startsWith('digit') ? 'digit' : 'account'
}

function refuse(field: DraftFieldName, code: FaultCode, detail?: string): { faults: Fault[] } {
  return { faults: [detail === undefined ? { field, code } : { field, code, detail }] }
}
