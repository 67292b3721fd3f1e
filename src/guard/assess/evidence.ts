import type { EvidenceName } from '../../model/assessment.ts'
import type { Signals } from '../rules/signals.ts'

const hourMs = 3_600_000
const lately = 72 * hourMs
const weekMs = 7 * 24 * hourMs

/**
 * Decibans: 10 log10 of how much likelier a sight is in a theft than in an honest act, so that pieces of evidence add up (Turing and
 * Good's weight of evidence). Starting values, estimated by the simulated world (docs/guard.md); operators
 * set their own once they have outcomes.
 */
export const defaultWeights: Readonly<Record<EvidenceName, number>> = {
  sim_changed: 18,
  impossible_travel: 15,
  payee_document_differs: 14,
  contact_changed: 12,
  payee_used_elsewhere: 13,
  password_changed: 10,
  new_country: 9,
  voip_line: 9,
  new_device: 8,
  account_new: 2,
  amount_large: 7,
  amount_medium: 3,
  amount_small: -10,
  // The most that another's opinion may move.
  outside_score: 10,
}

/** One piece of evidence, and what it weighs. */
export interface Weighed {
  name: EvidenceName
  decibans: number
}

/** What is seen, weighed; what is unknown weighs nothing, and is never taken for harmless or for harm. */
export function weigh(signals: Partial<Signals>, weights: Readonly<Record<EvidenceName, number>>): Weighed[] {
  const { sim_changed, contact_changed, password_changed, account_age, line_type, outside_score, amount, ...yesOrNo } =
    signals
  const reals = realsOf(amount)
  const seen: [EvidenceName, boolean | undefined][] = [
    ['sim_changed', isWithin(sim_changed, lately)],
    ['impossible_travel', yesOrNo.impossible_travel],
    ['payee_document_differs', yesOrNo.payee_document_differs],
    ['contact_changed', isWithin(contact_changed, lately)],
    ['payee_used_elsewhere', yesOrNo.payee_used_elsewhere],
    ['password_changed', isWithin(password_changed, lately)],
    ['new_country', yesOrNo.new_country],
    ['voip_line', line_type === 'nonFixedVoip' || line_type === 'fixedVoip'],
    ['new_device', yesOrNo.new_device],
    ['account_new', isWithin(account_age, weekMs)],
    ['amount_large', reals !== undefined && reals > 10_000],
    ['amount_medium', reals !== undefined && reals > 3000 && reals <= 10_000],
    ['amount_small', reals !== undefined && reals < 500],
  ]
  const weighed = seen.filter(([, is]) => is === true).map(([name]) => ({ name, decibans: weights[name] }))
  if (outside_score === undefined) return weighed
  return [...weighed, { name: 'outside_score', decibans: odds(outside_score, weights.outside_score) }]
}

/** A probability as decibans, `most` at most either way. */
function odds(probability: number, most: number): number {
  const decibans = 10 * Math.log10(probability / (1 - probability))
  return Math.round(Math.min(most, Math.max(-most, decibans)) * 10) / 10
}

function isWithin(age: number | undefined, span: number): boolean {
  return age !== undefined && age < span
}

/** The amount in reais; undefined for another currency, whose worth is not known here. */
export function realsOf(amount: Signals['amount']): number | undefined {
  return amount?.currency === 'BRL' ? Number(amount.value) : undefined
}
