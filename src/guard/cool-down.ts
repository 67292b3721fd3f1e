/** Waits before the second, third, fourth and fifth send of one transaction, in seconds (Twilio: start with 30 s and grow). */
const waitsS = [30, 40, 60, 90] as const

/** How long after the last of `sends` messages the next may follow, in milliseconds; nothing before the first. */
export function coolDownMs(sends: number): number {
  if (sends === 0) return 0
  return (waitsS[Math.min(sends, waitsS.length) - 1] as number) * 1000
}
