import { toGsm } from '../lib/text.ts'

/** How a text travels and what it costs. */
export interface Segments {
  segments: number
  encoding: 'GSM-7' | 'UCS-2'
  /** Septets or 16-bit units, and how many of them one such message holds. */
  units: number
  unitsMax: number
}

const single = { 'GSM-7': 160, 'UCS-2': 70 } as const
const joined = { 'GSM-7': 153, 'UCS-2': 67 } as const

/**
 * Segments and encoding of a text message. Plain GSM-7 is counted here, one septet a character (3GPP TS 23.038, 6.2.1):
 * the package takes about a millisecond for a text, so it is asked only about the rest.
 */
export async function countSegments(body: string): Promise<Segments> {
  if (toGsm(body) === body) return segmentsOf('GSM-7', body.length)
  const { SegmentedMessage } = await import('sms-segments-calculator')
  const counted = new SegmentedMessage(body)
  const encoding = counted.encodingName
  const units = counted.encodedChars.reduce((sum, char) => sum + (char.codeUnits?.length ?? 1), 0)
  return { segments: counted.segmentsCount, encoding, units, unitsMax: maxOf(encoding, counted.segmentsCount) }
}

function segmentsOf(encoding: Segments['encoding'], units: number): Segments {
  const segments = units <= single[encoding] ? 1 : Math.ceil(units / joined[encoding])
  return { segments, encoding, units, unitsMax: maxOf(encoding, segments) }
}

function maxOf(encoding: Segments['encoding'], segments: number): number {
  return segments === 1 ? single[encoding] : segments * joined[encoding]
}
