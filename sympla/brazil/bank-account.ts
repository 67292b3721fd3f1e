import { isValidBankAccount } from '@brazilian-utils/brazilian-utils/is-valid-bank-account'

/** A branch and an account as they are typed; digits may be apart or behind a hyphen. */
export interface TypedAccount {
  compe: string
  agency: string
  account: string
  digit: string
}

export type AccountFault =
  | 'agency_empty'
  | 'agency_invalid'
  | 'account_empty'
  | 'account_invalid'
  | 'account_short'
  | 'account_long'
  | 'digit_empty'
  | 'digit_invalid'
  | 'digit_differs'

/** An account whose structure is right. `doubts` name the parts whose check digit does not match: a question, no refusal. */
export interface BankAccount {
  compe: string
  /** Four digits. */
  agency: string
  /** Its check digit, where one was typed. */
  agencyDigit: string | undefined
  /** Without its check digit and without leading zeros. */
  account: string
  /** As typed, in capitals: X and P are digits at some banks. */
  digit: string
  doubts: ('agency' | 'account')[]
}

export type AccountReading = { account: BankAccount } | { faults: AccountFault[] }

// Longest account number without its digit. Caixa: legacy operação (3) and account (8), or product (4) and account (9).
const accountMax: Record<string, number> = { '001': 8, '033': 8, '041': 9, '104': 13, '237': 7, '341': 5 }
const accountMaxOther = 13
const accountMin = 3

/** Reads an account: wrong structure is a fault, a check digit that does not match is a doubt. */
export function readBankAccount(typed: TypedAccount): AccountReading {
  const agency = readAgency(typed.agency)
  const account = readAccount(typed)
  if ('fault' in agency || 'fault' in account) {
    const faults = [agency, account].flatMap((part) => ('fault' in part ? [part.fault] : []))
    // Named at once, so that nobody mends an empty form in two rounds.
    return {
      faults: faults.includes('account_empty') && typed.digit.trim() === '' ? [...faults, 'digit_empty'] : faults,
    }
  }
  const read = { compe: typed.compe, ...agency, ...account }
  return { account: { ...read, doubts: findDoubts(read) } }
}

/** The account number as DICT and transfers carry it: digits only, with its check digit, a letter being 0. */
export function accountNumber({ account, digit }: Pick<BankAccount, 'account' | 'digit'>): string {
  return account + digit.replace(/\D/, '0')
}

type Part<T> = T | { fault: AccountFault }

function readAgency(text: string): Part<{ agency: string; agencyDigit: string | undefined }> {
  const typed = text.replace(/[\s.]/g, '').toUpperCase()
  if (typed === '') return { fault: 'agency_empty' }
  const match = /^(\d{1,4})(?:-([\dXP]))?$/.exec(typed) ?? /^(\d{4})([\dXP])$/.exec(typed)
  const agency = match?.[1]?.padStart(4, '0')
  if (!agency || agency === '0000') return { fault: 'agency_invalid' }
  return { agency, agencyDigit: match?.[2] }
}

function readAccount(typed: TypedAccount): Part<{ account: string; digit: string }> {
  const written = typed.account.replace(/[\s.]/g, '').toUpperCase()
  const apart = typed.digit.replace(/[\s.-]/g, '').toUpperCase()
  if (written === '') return { fault: 'account_empty' }
  const match = /^(\d{1,20})(?:-([\dXP]))?$/.exec(written)
  if (!match?.[1]) return { fault: 'account_invalid' }
  const behind = match[2] ?? ''
  if (apart === '' && behind === '') return { fault: 'digit_empty' }
  if (apart !== '' && !/^[\dXP]$/.test(apart)) return { fault: 'digit_invalid' }
  if (apart !== '' && behind !== '' && apart !== behind) return { fault: 'digit_differs' }
  // Caixa's leading zeros belong to the operação and tell the forms apart.
  const account = typed.compe === '104' ? match[1] : match[1].replace(/^0+(?=\d)/, '')
  if (/^0+$/.test(account)) return { fault: 'account_invalid' }
  if (account.length < accountMin) return { fault: 'account_short' }
  if (account.length > (accountMax[typed.compe] ?? accountMaxOther)) return { fault: 'account_long' }
  return { account, digit: apart || behind }
}

function findDoubts(read: Omit<BankAccount, 'doubts'>): ('agency' | 'account')[] {
  const doubts: ('agency' | 'account')[] = []
  if (!agencyMatches(read)) doubts.push('agency')
  if (!accountMatches(read)) doubts.push('account')
  return doubts
}

// Banco do Brasil and Bradesco: modulus 11 with weights 5 to 2; 10 is X or P, 11 is 0. The library leaves branch digits out.
function agencyMatches({ compe, agency, agencyDigit }: Omit<BankAccount, 'doubts'>): boolean {
  if (compe === '260') return agency === '0001'
  if (agencyDigit === undefined || (compe !== '001' && compe !== '237')) return true
  const sum = [...agency].reduce((total, digit, i) => total + Number(digit) * (5 - i), 0)
  const check = 11 - (sum % 11)
  if (check === 10) return compe === '001' ? agencyDigit === 'X' : agencyDigit === 'P' || agencyDigit === '0'
  return agencyDigit === String(check % 11)
}

// Banks with a published rule, and the length to which the library wants the number padded. Its fallback for the others
// refuses four accounts of five, so it is not asked about them.
const ruled: Record<string, number> = { '001': 8, '033': 8, '041': 9, '104': 11, '237': 7, '260': 5, '341': 5 }
const caixaOperations = new Set(['001', '003', '013', '023'])

function accountMatches({ compe, agency, account, digit }: Omit<BankAccount, 'doubts'>): boolean {
  const length = ruled[compe]
  if (length === undefined) return true
  if (compe === '104' && (account.length !== 11 || !caixaOperations.has(account.slice(0, 3)))) return true
  const check = (as: string) =>
    isValidBankAccount({ bankCode: compe, agency, account: account.padStart(length, '0'), digit: as })
  // Bradesco prints P; people type 0 for it.
  return check(digit) || (compe === '237' && digit === '0' && check('P'))
}
