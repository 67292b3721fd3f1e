import { maskValue } from '../lib/mask.ts'
import { canonicalMoney, type Money } from '../lib/money.ts'
import { cleanLine } from '../lib/text.ts'
import { AvalError, type FieldFault } from '../model/error.ts'
import type { Summary } from '../model/transaction.ts'

/** A summary as the caller wrote it. */
export interface SummaryInput {
  payee: string
  amount?: Money | undefined
  fields?: { label: string; value: string }[] | undefined
}

/**
 * The summary in the form that is shown, digested and sealed: names on one visible line in NFC, the amount canonical.
 * Throws invalid_request naming every member that cannot be shown.
 */
export function normaliseSummary(input: SummaryInput, needsAmount: boolean): Summary {
  const faults: FieldFault[] = []
  const payee = cleanLine(input.payee)
  if (!payee) faults.push({ path: 'summary.payee', message: 'needs a visible character' })
  const amount = input.amount && canonicalMoney(input.amount)
  if (input.amount && !amount) {
    faults.push({
      path: 'summary.amount',
      message: 'needs a decimal string above zero such as "12500.00", of at most 15 digits, and an ISO 4217 currency',
    })
  }
  if (needsAmount && !input.amount) faults.push({ path: 'summary.amount', message: 'is required for this kind' })
  const fields = (input.fields ?? []).map(({ label, value }, i) => {
    const clean = { label: cleanLine(label), value: cleanLine(value) }
    if (!clean.label || !clean.value)
      faults.push({ path: `summary.fields.${i}`, message: 'needs a visible label and value' })
    return clean
  })
  if (faults.length > 0) throw new AvalError('invalid_request', 'The summary cannot be shown as it is.', { faults })
  return amount ? { payee, amount, fields } : { payee, fields }
}

/** The summary as answers, pages and the database hold it: payee and amount in clear, account-like values masked. */
export function maskSummary(summary: Summary): Summary {
  return { ...summary, fields: summary.fields.map(({ label, value }) => ({ label, value: maskValue(value) })) }
}
