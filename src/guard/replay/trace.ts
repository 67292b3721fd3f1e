import { z } from 'zod'

/** Somebody asks for a code. */
const start = z.strictObject({
  t: z.number().min(0),
  type: z.literal('start'),
  id: z.string().min(1).max(200),
  to: z.string().min(3).max(254),
  channel: z.enum(['sms', 'whatsapp', 'call', 'email']),
  ip: z.string().max(100).nullish(),
  ip_country: z.string().max(2).nullish(),
  device: z.string().max(200).nullish(),
  subject: z.string().max(255).nullish(),
  known_number: z.boolean().nullish(),
  known_device: z.boolean().nullish(),
  price: z.number().min(0).max(1000).nullish(),
})
/** Somebody enters a code. */
const check = z.strictObject({
  t: z.number().min(0),
  type: z.literal('check'),
  id: z.string().min(1).max(200),
  correct: z.boolean(),
})
/** What a carrier reports. */
const delivery = z.strictObject({
  t: z.number().min(0),
  type: z.enum(['delivered', 'undelivered']),
  id: z.string().min(1).max(200),
})
const event = z.discriminatedUnion('type', [start, check, delivery])

/** One line of a trace: times in milliseconds, in order; prices in USD. */
export type TraceEvent = z.output<typeof event>
export type TraceStart = z.output<typeof start>
export type TraceCheck = z.output<typeof check>
export type TraceDelivery = z.output<typeof delivery>

/** A line that is no event: which, and why. Nothing of its values is repeated. */
export class BadTrace extends Error {
  constructor(line: number, why: string) {
    super(`line ${line} of the trace ${why}`)
    this.name = 'BadTrace'
  }
}

/** Reads one line; undefined for an empty one. Throws BadTrace. */
export function readEvent(text: string, line: number): TraceEvent | undefined {
  if (text.trim() === '') return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new BadTrace(line, 'is no JSON')
  }
  const read = event.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  const where = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ').slice(0, 80) : issue?.path.join('.')
  const why = issue?.code === 'unrecognized_keys' ? 'is no member of an event' : issue?.message
  throw new BadTrace(line, `is no event: ${where || 'it'}: ${why}`)
}
