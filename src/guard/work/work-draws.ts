import type { Instant } from '../../lib/clock.ts'
import type { Draw } from '../buckets/draw.ts'

const perHour = 5
const slotMs = 1_800_000
const never = 1e15
const day = 86_400_000

/** What a proof of work takes, all or nothing: itself, which is there once, and one of its network's five an hour. */
export function workDraws(name: string, network: string, at: Instant): Draw[] {
  return [drawOf('proof', name, 1), ...hourDraws(network, at)]
}

/** Whichever hour one looks at lies in one of these windows of an hour and a half, so none sees more than five. */
export function hourDraws(network: string, at: Instant): Draw[] {
  const slot = Math.floor(at / slotMs)
  return [slot, slot - 1, slot - 2].map((from) => drawOf('work', `${network}|${from}`, perHour))
}

function drawOf(scope: 'proof' | 'work', key: string, base: number): Draw {
  return {
    key: `${scope}|${key}`,
    scope,
    label: '',
    rule: { base, cap: base, refillMs: never, fadeMs: never, memoryMs: day },
    cost: 1,
    pay: 0,
    classes: 7,
    effect: 'refuse',
  }
}
