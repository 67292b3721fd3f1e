import type { Instant } from '../lib/clock.ts'
import type { Channel, Factor } from '../model/factor.ts'
import type { Transaction } from '../model/transaction.ts'

/** The channel that follows this one in the transaction's order, among those that are open. Undefined: none does. */
export function nextChannel(
  { fallback }: Pick<Transaction, 'fallback'>,
  offered: readonly Factor[],
  channel: Channel,
): Channel | undefined {
  const at = fallback.findIndex((step) => step.channel === channel)
  if (at < 0) return undefined
  return fallback.slice(at + 1).find((step) => offered.includes(step.channel))?.channel
}

/** When the next channel is tried if nothing is heard of this one's message; null where none follows. */
export function fallBackAt(
  transaction: Pick<Transaction, 'fallback'>,
  offered: readonly Factor[],
  channel: Channel,
  at: Instant,
): Instant | null {
  const step = transaction.fallback.find((one) => one.channel === channel)
  if (!step || !nextChannel(transaction, offered, channel)) return null
  return at + step.waitS * 1000
}
