import { closeChallenges, closeExpiredChallenges } from '../store/challenges.ts'
import { all } from '../store/db.ts'
import { forgetIdempotencyKeys } from '../store/idempotency-keys.ts'
import { forgetCounters } from '../store/rate-counters.ts'
import { expireTransactions } from '../store/transactions.ts'
import { expireVerifications } from '../store/verifications.ts'
import { forgetPersonalData } from '../verify/forget-personal-data.ts'
import type { GateDeps } from './deps.ts'

const batch = 200

/** Ends what is over: transactions (and their payloads), codes, verifications, idempotency keys, counters, what need not be known any more. Any number of nodes may do it. */
export async function sweep({ db, clock }: Pick<GateDeps, 'db' | 'clock'>): Promise<void> {
  const occasion = { at: clock.now(), ip: '' }
  let ended: number
  do {
    ended = await db.unit(function* () {
      const expired = yield* all(expireTransactions(null, batch, occasion))
      for (const { id } of expired) yield* all(closeChallenges(id))
      return expired.length
    })
  } while (ended === batch)
  while ((await db.write(expireVerifications(null, batch, occasion))).length === batch);
  while ((await db.write(closeExpiredChallenges(occasion.at, batch))).length === batch);
  while ((await db.write(forgetIdempotencyKeys(occasion.at, batch))).length === batch);
  while ((await db.write(forgetCounters(occasion.at, batch))).length === batch);
  await forgetPersonalData(db, occasion)
}
