import type { Random } from '../lib/random.ts'
import type { FailureKind } from '../model/delivery.ts'
import type { Channel } from '../model/factor.ts'

/** Why a message does not arrive. */
export interface Failure {
  kind: FailureKind
  code: string
}

/** What goes wrong on one channel of the local inbox. A member that is absent never happens; shares are per cent from 0 to 100. */
export interface ChannelChaos {
  /** Milliseconds by the inbox's clock until a message arrives, or is known not to. */
  delay_ms?: number | undefined
  /** Taken by the carrier and never heard of again. */
  drop?: number | undefined
  /** Taken, and reported as not delivered. */
  undelivered?: ({ percent: number } & Failure) | undefined
  /** Arrives twice. */
  duplicate?: number | undefined
  /** Refused with 429. */
  rate_limit?: number | undefined
  /** Refused with 500. */
  fail?: number | undefined
}

/** The chaos of every channel; an empty object is a channel on which all goes well. */
export type Chaos = Readonly<Record<Channel, ChannelChaos>>

/** What becomes of one message. */
export type Outcome =
  | { name: 'delivered'; delayMs: number; copies: 1 | 2 }
  | { name: 'undelivered'; delayMs: number; failure: Failure }
  | { name: 'dropped' }
  | { name: 'refused'; code: '429' | '500' }

/** Every channel in order. */
export const calm: Chaos = { sms: {}, whatsapp: {}, call: {}, email: {} }

/** Whether anything can go wrong there. */
export function isCalm({ undelivered, ...shares }: ChannelChaos): boolean {
  return !undelivered?.percent && Object.values(shares).every((share) => !share)
}

/** Draws what becomes of one message. What happens first on its way is drawn first: refused, then lost, then not delivered, then twice. */
export function drawOutcome(chaos: ChannelChaos, random: Random): Outcome {
  const { delay_ms: delayMs = 0, undelivered } = chaos
  if (happens(chaos.rate_limit, random)) return { name: 'refused', code: '429' }
  if (happens(chaos.fail, random)) return { name: 'refused', code: '500' }
  if (happens(chaos.drop, random)) return { name: 'dropped' }
  if (undelivered && happens(undelivered.percent, random)) {
    return { name: 'undelivered', delayMs, failure: { kind: undelivered.kind, code: undelivered.code } }
  }
  return { name: 'delivered', delayMs, copies: happens(chaos.duplicate, random) ? 2 : 1 }
}

// Twilio's error codes 30003 (handset unreachable), 30005 (unknown number) and 30006 (landline); Meta's 131026 (the number has no
// WhatsApp); SMTP's 550 (no such mailbox, RFC 5321, 4.2.2).
const failureKinds: Record<string, FailureKind> = {
  '30003': 'temporary',
  '30005': 'permanent',
  '30006': 'channel',
  '131026': 'channel',
  '550': 'permanent',
}

/** A failure of that code, with what the code means for the next message: `temporary` where it is not known here. */
export function failureOf(code: string): Failure {
  return { kind: failureKinds[code] ?? 'temporary', code }
}

function happens(percent: number | undefined, random: Random): boolean {
  if (!percent) return false
  return (random.bytes(4).readUInt32BE() / 0x1_0000_0000) * 100 < percent
}
