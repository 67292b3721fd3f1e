import type { Instant } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { KeyRing } from '../lib/keyring.ts'
import type { Random } from '../lib/random.ts'
import type { Challenge } from '../model/challenge.ts'
import type { Factor } from '../model/factor.ts'
import type { Transaction } from '../model/transaction.ts'

/** A challenge of this version of a transaction, by a code that Aval does not know: who does adds what it keeps of it. */
export function newChallenge(
  { random, keys }: { random: Random; keys: KeyRing },
  transaction: Transaction,
  { channel, addressRef }: { channel: Factor; addressRef: string },
  at: Instant,
): Challenge {
  return {
    id: newId('ch', at, random),
    transactionId: transaction.id,
    version: transaction.version,
    channel,
    addressRef,
    keyId: keys.activeId,
    codeSeed: '',
    codeMac: '',
    verificationSid: null,
    open: true,
    createdAt: at,
    expiresAt: Math.min(at + transaction.codeTtlMs, transaction.expiresAt),
    sentAt: null,
  }
}
