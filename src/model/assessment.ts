/** What a transaction has to go through before it is released, the mildest first. */
export const assessmentOutcomes = ['ordinary', 'stronger', 'hold', 'review', 'refuse'] as const
export type AssessmentOutcome = (typeof assessmentOutcomes)[number]

/** What is weighed. */
export const evidenceNames = [
  'sim_changed',
  'impossible_travel',
  'payee_document_differs',
  'contact_changed',
  'payee_used_elsewhere',
  'password_changed',
  'new_country',
  'voip_line',
  'new_device',
  'account_new',
  'amount_large',
  'amount_medium',
  'amount_small',
  'outside_score',
] as const
export type EvidenceName = (typeof evidenceNames)[number]

/** Why, in figures. The words are made where they are read (src/guard/assess/words.ts). */
export type AssessmentReason =
  | { code: 'evidence'; name: EvidenceName; decibans: number }
  | { code: 'phone_taken'; by: 'sim_changed' | 'call_forwarding' }
  | { code: 'new_device_day'; limit_brl: number }
  | { code: 'sim_unknown'; limit_brl: number }
  | { code: 'outside_action'; action: 'review' | 'block' }
  | { code: 'rule'; line: number; rule: string; shadow: boolean }
  | { code: 'no_stronger_factor' }

/** Whether a person has to look at it before it is released: nobody has to, somebody has to, somebody did. */
export const reviews = ['none', 'wanted', 'passed'] as const
export type Review = (typeof reviews)[number]

/** The stricter of two outcomes. */
export function stricterOutcome(a: AssessmentOutcome, b: AssessmentOutcome): AssessmentOutcome {
  return assessmentOutcomes.indexOf(a) >= assessmentOutcomes.indexOf(b) ? a : b
}
