import type { FailureKind } from '../../model/delivery.ts'

// Codes of twilio.com/docs/api/errors that say more than "try again".
const kinds: Record<string, FailureKind> = {
  // The number cannot exist, or no carrier has it.
  '21211': 'permanent',
  '21217': 'permanent',
  '21421': 'permanent',
  '21214': 'permanent',
  '30005': 'permanent',
  '13223': 'permanent',
  '13224': 'permanent',
  // It exists, but not for this channel: a landline, an opted-out or blocked recipient, a region that is not open, no such WhatsApp user.
  '21408': 'channel',
  '21610': 'channel',
  '21612': 'channel',
  '21614': 'channel',
  '21635': 'channel',
  '30004': 'channel',
  '30006': 'channel',
  '30007': 'channel',
  '63003': 'channel',
  '63016': 'channel',
  '63024': 'channel',
  '63032': 'channel',
  '13225': 'channel',
  '13227': 'channel',
  '21215': 'channel',
  '21216': 'channel',
}

/** What a code of Twilio's means for the next message. What is not listed may work in a moment. */
export function twilioFailure(code: string | number | undefined): { kind: FailureKind; code: string } {
  const text =
    String(code ?? 'unknown')
      .replace(/[^\w-]/g, '')
      .slice(0, 32) || 'unknown'
  return { kind: (Object.hasOwn(kinds, text) && kinds[text]) || 'temporary', code: text }
}
