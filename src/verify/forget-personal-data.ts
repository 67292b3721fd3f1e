import { all, type Db } from '../store/db.ts'
import type { Occasion } from '../store/occasion.ts'
import {
  forgetAccessTokens,
  forgetAddresses,
  forgetChallenges,
  forgetDeals,
  forgetUnfinishedPasskeys,
  listEnded,
  readMark,
  setMark,
} from '../store/retention.ts'

const dayMs = 86_400_000
const addressesMs = 30 * dayMs
const batch = 500
const mark = 'verification addresses'

/**
 * Forgets what Twilio Verify forgets: amount and payee a day after a verification began, its address and what a challenge showed after
 * thirty days (the periods of Twilio's OpenAPI file; LGPD art. 16: no longer than needed), a ticket for a device, and a
 * passkey that nobody finished to enrol, a day after it was made. The audit chain stays whole, for it holds none of it.
 */
export async function forgetPersonalData(db: Db, occasion: Occasion): Promise<void> {
  while ((await db.write(forgetDeals(occasion.at - dayMs, batch, occasion))).length === batch);
  while ((await db.write(forgetAccessTokens(firstSid('YK', occasion.at - dayMs), batch))).length === batch);
  while ((await db.write(forgetUnfinishedPasskeys(firstSid('YF', occasion.at - dayMs), batch))).length === batch);
  while ((await db.write(forgetChallenges(firstSid('YC', occasion.at - addressesMs), batch))).length === batch);
  const before = firstSid('VE', occasion.at - addressesMs)
  let forgotten: number
  do {
    forgotten = await db.unit(function* () {
      const [reached] = yield* all(readMark(mark))
      const ended = yield* all(listEnded(reached?.reached ?? '', before, batch))
      const [first, last] = [ended[0], ended.at(-1)]
      if (!first || !last) return 0
      yield* all(forgetAddresses(first.sid, last.sid, occasion))
      yield* all(setMark(mark, last.sid))
      return ended.length
    })
  } while (forgotten === batch)
}

/** The smallest SID of what was made at `at` or later: SIDs begin with the time. */
function firstSid(prefix: string, at: number): string {
  return prefix + Math.max(0, at).toString(16).padStart(12, '0')
}
