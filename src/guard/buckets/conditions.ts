import type { Bucket } from './bucket.ts'

/** How codes fare in one country and channel just now. */
export interface Conditions {
  /** The share of codes that is entered, usually: 0.5 to 0.9. */
  normal: number
  /** What of its cost a message is charged: less while even known users' codes do not come, for then it is an outage and no attack. */
  incident: number
  /** USD a day for messages whose codes were entered, usually. What was not entered is left out, so that an attack cannot raise it. */
  usualDay: number
}

/** Memory of what is usual, and of what is so just now, as half-lives in milliseconds. */
export const usualMs = 7 * 86_400_000
export const nowMs = 10 * 60_000

const daysOfMemory = usualMs / 86_400_000 / Math.LN2
const [priorSends, priorShare, controlPrior] = [40, 0.75, 12]

/** From the counts of all askers, and of known ones on known devices, who are the control group. */
export function conditionsOf(everybody: Bucket | undefined, control: Bucket | undefined): Conditions {
  const { sent = 0, pending = 0, entered = 0, spent = 0 } = everybody ?? {}
  const matured = Math.max(0, sent - pending)
  const normal = clamp((entered + priorSends * priorShare) / (matured + priorSends), 0.5, 0.9)
  const known = control ?? { sent: 0, pending: 0, entered: 0 }
  const knownMatured = Math.max(0, known.sent - known.pending)
  const share = (known.entered + controlPrior * normal) / (knownMatured + controlPrior)
  return { normal, incident: clamp(share / normal, 0.25, 1), usualDay: spent / daysOfMemory }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
