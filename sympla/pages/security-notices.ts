import type { PortalText } from '../text/catalogue.ts'

/** What the page of safety may be told to say first. */
export type SecurityNotice = keyof PortalText['securityNotices']

const names = [
  'done',
  'called_off',
  'invalid_phone',
  'invalid_email',
  'same',
  'no_contact',
  'too_many',
  'unavailable',
  'refused',
] as const satisfies readonly SecurityNotice[]

/** The notice of this name, if there is one. */
export function findSecurityNotice(name: unknown): SecurityNotice | undefined {
  return names.find((known) => known === name)
}

const byCode: Record<string, SecurityNotice> = {
  contact_invalid: 'invalid_phone',
  destination_not_allowed: 'invalid_phone',
  contact_in_use: 'same',
  contact_required: 'no_contact',
  factor_not_enrolled: 'no_contact',
  assurance_not_reachable: 'no_contact',
  too_many_requests: 'too_many',
  not_found: 'refused',
}

/** What is said when Aval answers with this code. */
export function noticeOfProblem(status: number, code: string): SecurityNotice {
  if (status >= 500) return 'unavailable'
  return (Object.hasOwn(byCode, code) && byCode[code]) || 'refused'
}
