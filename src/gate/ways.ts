import { bitOf, isEnough } from '../model/assurance.ts'
import { type Channel, elementOf, type Factor } from '../model/factor.ts'
import type { Transaction } from '../model/transaction.ts'

/** Whether what is left to prove is the new address: everything that was enrolled before has said yes. */
export function awaitsTarget({ targetSealed, assurance, proven }: Transaction): boolean {
  return targetSealed !== null && isEnough(assurance, proven)
}

/** The ways that are open now, the preferred one first. A way that proves what is proven already is not one. */
export function offeredFactors(transaction: Transaction, channels: ReadonlySet<Channel>): Factor[] {
  if (transaction.status !== 'pending') return []
  if (awaitsTarget(transaction)) return targetChannels(transaction).filter((channel) => channels.has(channel))
  return transaction.factors.filter((factor) => (transaction.proven & bitOf(elementOf(factor))) === 0)
}

/** The channels to the new address. */
function targetChannels({ kind }: Transaction): Channel[] {
  return kind === 'contact.email' ? ['email'] : ['sms', 'whatsapp', 'call']
}

/** Where a code by this channel goes: the sealed address, its hash, and what may be shown of it. Undefined: there is none. */
export function addressFor(
  transaction: Transaction,
  channel: Channel,
): { ref: string; sealed: string; mask: string } | undefined {
  const { phoneRef, phoneSealed, phoneMask, emailRef, emailSealed, emailMask } = transaction
  const { targetRef, targetSealed, targetMask } = transaction
  if (awaitsTarget(transaction)) return addressOf(targetRef, targetSealed, targetMask)
  return channel === 'email' ? addressOf(emailRef, emailSealed, emailMask) : addressOf(phoneRef, phoneSealed, phoneMask)
}

/** The address that this hash is of, among those of the transaction. */
export function addressAt(transaction: Transaction, ref: string) {
  const { phoneRef, phoneSealed, phoneMask, emailRef, emailSealed, emailMask } = transaction
  const { targetRef, targetSealed, targetMask } = transaction
  if (ref === targetRef) return addressOf(targetRef, targetSealed, targetMask)
  if (ref === emailRef) return addressOf(emailRef, emailSealed, emailMask)
  return ref === phoneRef ? addressOf(phoneRef, phoneSealed, phoneMask) : undefined
}

function addressOf(ref: string | null, sealed: string | null, mask: string | null) {
  return ref && sealed && mask ? { ref, sealed, mask } : undefined
}
