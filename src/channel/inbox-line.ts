import { z } from 'zod'
import type { Instant } from '../lib/clock.ts'
import { locales } from '../model/locale.ts'
import type { OutgoingMessage } from './carrier.ts'
import type { Failure } from './chaos.ts'

/** A message as the inbox keeps it. The last five members are there only where chaos or a test number had a say in it. */
export interface KeptMessage extends OutgoingMessage {
  sentAt: Instant
  /** When it can be seen, or when it is known that it never will. */
  arrivesAt?: Instant | undefined
  /** Why nobody ever sees it. */
  lost?: 'undelivered' | 'dropped' | undefined
  /** The carrier's code of an undelivered one. */
  reason?: string | undefined
  /** The name that its delivery report has. */
  carrierId?: string | undefined
  /** The report that is still to be made of it. */
  owed?: { status: 'delivered' | 'undelivered'; failure?: Failure | undefined } | undefined
}

const failure = z.object({ kind: z.enum(['temporary', 'channel', 'permanent']), code: z.string() })
const message = z.object({
  id: z.string().default(''),
  to: z.string(),
  channel: z.enum(['sms', 'whatsapp', 'call', 'email']),
  body: z.string(),
  code: z.string(),
  locale: z.enum(locales),
  sentAt: z.number(),
  call: z.object({ sendDigits: z.string().optional(), prompt: z.string().optional(), words: z.string() }).optional(),
  email: z.object({ subject: z.string(), html: z.string() }).optional(),
  arrivesAt: z.number().optional(),
  lost: z.enum(['undelivered', 'dropped']).optional(),
  reason: z.string().optional(),
  carrierId: z.string().optional(),
  owed: z.object({ status: z.enum(['delivered', 'undelivered']), failure: failure.optional() }).optional(),
})
const line = z.union([z.object({ reported: z.string() }), message])

/** The messages that these lines hold, in the order of their arrival, less what was reported of them. What cannot be read is skipped. */
export function readMessages(lines: readonly string[]): KeptMessage[] {
  const messages: KeptMessage[] = []
  const byCarrierId = new Map<string, KeptMessage>()
  for (const text of lines) {
    const read = parseLine(text)
    if (!read) continue
    if ('reported' in read) {
      const reported = byCarrierId.get(read.reported)
      if (reported) reported.owed = undefined
      continue
    }
    messages.push(read)
    if (read.carrierId && read.owed) byCarrierId.set(read.carrierId, read)
  }
  return messages.sort((a, b) => arrivalOf(a) - arrivalOf(b))
}

/** When it is seen, or known to be lost. */
export function arrivalOf({ arrivesAt, sentAt }: KeptMessage): Instant {
  return arrivesAt ?? sentAt
}

function parseLine(text: string): z.output<typeof line> | undefined {
  try {
    return line.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
