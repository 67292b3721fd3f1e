import type { Instant } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { KeyRing } from '../lib/keyring.ts'
import type { Random } from '../lib/random.ts'
import type { Challenge } from '../model/challenge.ts'
import type { Transaction } from '../model/transaction.ts'

/** A challenge of this version of a transaction, by a code that Aval does not know: a verifier that does adds what it keeps of it. */
export function newChallenge(
  { random, keys }: { random: Random; keys: KeyRing },
  transaction: Transaction,
  at: Instant,
): Challenge {
  return {
    id: newId('ch', at, random),
    transactionId: transaction.id,
    version: transaction.version,
    channel: 'sms',
    addressRef: transaction.phoneRef ?? '',
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
