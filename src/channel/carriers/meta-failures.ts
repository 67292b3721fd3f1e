import type { FailureKind } from '../../model/delivery.ts'

// Codes of Meta's Cloud API that say more than "try again" (developers.facebook.com, WhatsApp, error codes).
const kinds: Record<string, FailureKind> = {
  // Not on WhatsApp, blocked us, has not taken the terms, or is in an experiment that gets no such messages.
  '131026': 'channel',
  '131021': 'channel',
  '131030': 'channel',
  '131045': 'channel',
  '131047': 'channel',
  '131049': 'channel',
  '131050': 'channel',
  '131051': 'channel',
  '130472': 'channel',
  '130497': 'channel',
  // The template: missing, paused, or of another shape.
  '100': 'channel',
  '131008': 'channel',
  '131009': 'channel',
  '132000': 'channel',
  '132001': 'channel',
  '132005': 'channel',
  '132007': 'channel',
  '132012': 'channel',
  '132015': 'channel',
  '132016': 'channel',
}

/** What a code of Meta's means for the next message. What is not listed (limits, sign-in, outages) may work in a moment. */
export function metaFailure(code: unknown): { kind: FailureKind; code: string } {
  const text = typeof code === 'number' || typeof code === 'string' ? String(code).replace(/\W/g, '').slice(0, 32) : ''
  return { kind: (Object.hasOwn(kinds, text) && kinds[text]) || 'temporary', code: text || 'unknown' }
}
