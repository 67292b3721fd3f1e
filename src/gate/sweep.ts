import { forgetAssessments, forgetPlaces } from '../store/assessments.ts'
import { forgetBegun } from '../store/authenticators.ts'
import { closeChallenges, closeExpiredChallenges } from '../store/challenges.ts'
import { all, type Db } from '../store/db.ts'
import { forgetBuckets } from '../store/guard-buckets.ts'
import { forgetDecisions, forgetTraces } from '../store/guard-decisions.ts'
import { forgetListItems } from '../store/guard-settings.ts'
import { forgetTries } from '../store/guard-tries.ts'
import { forgetIdempotencyKeys } from '../store/idempotency-keys.ts'
import { forgetMessages } from '../store/messages.ts'
import type { Occasion } from '../store/occasion.ts'
import { forgetCounters } from '../store/rate-counters.ts'
import { expireTransactions, giveUpEnrolments } from '../store/transactions.ts'
import { expireVerifications } from '../store/verifications.ts'
import { forgetPersonalData } from '../verify/forget-personal-data.ts'
import type { GateDeps } from './deps.ts'
import { enrolmentMs } from './enrolment.ts'

const batch = 200
const dayMs = 86_400_000

type SweepDeps = Pick<GateDeps, 'db' | 'clock'>

/**
 * Ends what is over: transactions (and their payloads), codes, verifications, idempotency keys, counters, what need not be known any
 * more. Any number of nodes may do it. A step that fails keeps none of the others from theirs; it rejects at the end with what failed.
 */
export async function sweep({ db, clock }: SweepDeps): Promise<void> {
  const occasion = { at: clock.now(), ip: '' }
  const steps = [
    () => endTransactions(db, occasion),
    () => inBatches(() => db.write(expireVerifications(null, batch, occasion))),
    () => inBatches(() => db.write(closeExpiredChallenges(occasion.at, batch))),
    () => inBatches(() => db.write(forgetIdempotencyKeys(occasion.at, batch))),
    () => inBatches(() => db.write(forgetCounters(occasion.at, batch))),
    () => inBatches(() => db.write(giveUpEnrolments(occasion.at - enrolmentMs, batch, occasion))),
    () => inBatches(() => db.write(forgetBegun(occasion.at - dayMs, batch))),
    () => inBatches(() => db.write(forgetMessages(occasion.at - 30 * dayMs, batch))),
    () => inBatches(() => db.write(forgetBuckets(occasion.at - 4 * dayMs, batch))),
    () => inBatches(() => db.write(forgetListItems(occasion.at, batch))),
    // Recipients are needed for traces of recent traffic alone (LGPD art. 15 and 16).
    () => inBatches(() => db.write(forgetTraces(occasion.at - 30 * dayMs, batch))),
    () => inBatches(() => db.write(forgetDecisions(occasion.at - 90 * dayMs, batch))),
    () => inBatches(() => db.write(forgetAssessments(occasion.at - 90 * dayMs, batch))),
    () => inBatches(() => db.write(forgetPlaces(occasion.at - 90 * dayMs, batch))),
    () => inBatches(() => db.write(forgetTries(occasion.at - 8 * dayMs, batch))),
    () => forgetPersonalData(db, occasion),
  ]
  const failures: unknown[] = []
  for (const step of steps) await step().catch((failure) => failures.push(failure))
  if (failures.length > 0) throw new AggregateError(failures, 'some steps of the sweep failed')
}

function endTransactions(db: Db, occasion: Occasion): Promise<void> {
  return inBatches(() =>
    db.unit(function* () {
      const expired = yield* all(expireTransactions(null, batch, occasion))
      for (const { id } of expired) yield* all(closeChallenges(id))
      return expired
    }),
  )
}

async function inBatches(next: () => Promise<unknown[]>): Promise<void> {
  while ((await next()).length === batch);
}
