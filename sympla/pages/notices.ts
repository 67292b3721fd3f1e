import type { PortalText } from '../text/catalogue.ts'

/** What a page may be told to say first. */
export type NoticeName = keyof PortalText['notices']

const names = [
  'changed',
  'unavailable',
  'contact_mismatch',
  'contact_required',
  'contact_invalid',
  'destination',
  'too_many',
  'refused',
  'canceled',
  'discarded',
] as const satisfies readonly NoticeName[]

/** The notice of this name, if there is one. */
export function findNotice(name: unknown): NoticeName | undefined {
  return names.find((known) => known === name)
}

/** How it looks: an end that was wished for is good news, everything else asks for care. */
export function noticeKind(name: NoticeName): { kind: 'success' | 'warning' } {
  return { kind: name === 'canceled' || name === 'discarded' ? 'success' : 'warning' }
}
