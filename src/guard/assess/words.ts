import type { AssessmentReason, EvidenceName } from '../../model/assessment.ts'

const evidenceWords: Record<EvidenceName, string> = {
  sim_changed: 'the SIM was changed in the last 72 hours',
  impossible_travel: 'the account was in another country less than two hours ago',
  payee_document_differs: "the payee's tax id is not the account owner's",
  contact_changed: 'an address of the account was replaced in the last 72 hours',
  payee_used_elsewhere: 'the payee has the money of another account',
  password_changed: 'the password was changed in the last 72 hours',
  new_country: 'the account never did anything from this country',
  voip_line: 'the number is an internet line',
  new_device: 'the device is new to the account',
  account_new: 'the account is less than a week old',
  amount_large: 'the amount is above R$ 10,000',
  amount_medium: 'the amount is above R$ 3,000',
  amount_small: 'the amount is below R$ 500',
  outside_score: "another service's probability of fraud",
}

/** A reason in words, for operators. Users are told only what they have to do. */
export function assessmentWords(reason: AssessmentReason): string {
  switch (reason.code) {
    case 'evidence':
      return `${evidenceWords[reason.name]} (${reason.decibans > 0 ? '+' : ''}${reason.decibans} decibans)`
    case 'phone_taken':
      return reason.by === 'sim_changed'
        ? 'codes to the phone prove nothing: its SIM was changed in the last 72 hours'
        : 'codes to the phone prove nothing: its calls are forwarded'
    case 'new_device_day':
      return `a new device may move R$ ${reason.limit_brl} a day without a stronger factor`
    case 'sim_unknown':
      return `no outside system said whether the SIM was changed, and the amount is above R$ ${reason.limit_brl}`
    case 'outside_action':
      return `an outside system asks to ${reason.action} it`
    case 'rule':
      return `${reason.shadow ? 'shadow ' : ''}rule ${reason.line}: ${reason.rule}`
    case 'no_stronger_factor':
      return 'a stronger factor was asked for and none is enrolled: the release waits instead'
  }
}
