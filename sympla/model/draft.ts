/** The fields of the payout form, as they are named on the page. */
export const draftFieldNames = [
  'method',
  'bank',
  'bank_other',
  'agency',
  'account',
  'digit',
  'account_type',
  'pix_type',
  'pix_key',
  'document',
  'amount',
  'phone',
  'check_ok',
] as const
export type DraftFieldName = (typeof draftFieldNames)[number]

/** What the organizer typed, word for word, right or wrong. */
export type DraftFields = Record<DraftFieldName, string>

/** A payout on its way to being confirmed. Every change of a field is a new version; a confirmation names the version it saw. */
export interface Draft {
  id: string
  version: number
  /** Whether it says what the version before it said: a confirmation of that one started again. */
  renewed: boolean
  fields: DraftFields
}

/** The value that the bank list has for "another bank". */
export const otherBank = 'other'

const lengthMax = 200

/** The fields of a posted form: strings only, one line, cut to a length that no honest value reaches. Unknown names are left out. */
export function readDraftFields(form: Record<string, unknown>): DraftFields {
  const entries = draftFieldNames.map((name) => [name, cleanText(form[name])] as const)
  return Object.fromEntries(entries) as DraftFields
}

/** A form in which nothing is typed yet. */
export const emptyFields: DraftFields = { ...readDraftFields({}), method: 'bank', account_type: 'CACC' }

/** Whether two forms say the same. */
export function sameFields(a: DraftFields, b: DraftFields): boolean {
  return draftFieldNames.every((name) => a[name] === b[name])
}

function cleanText(value: unknown): string {
  if (typeof value !== 'string') return ''
  return value
    .slice(0, lengthMax)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
}
