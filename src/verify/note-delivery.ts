import type { Clock } from '../lib/clock.ts'
import type { DeliveryReport } from '../model/delivery.ts'
import { attemptDeliveryOf } from '../model/verification.ts'
import { settleAttempt } from '../store/attempts.ts'
import { all, type Db } from '../store/db.ts'
import { advanceMessage } from '../store/messages.ts'

/**
 * Notes what a carrier says of one of its messages. One that is unknown, or further than the report, is left as it is, so a report may be
 * repeated, late, or out of order. It moves no transaction and no verification: nothing is approved or ended by a report.
 */
export async function noteDelivery(
  { db, clock }: { db: Db; clock: Pick<Clock, 'now'> },
  report: DeliveryReport,
): Promise<void> {
  await db.unit(function* () {
    const [message] = yield* all(advanceMessage(report, clock.now()))
    if (!message?.verification_sid) return
    const { verification_sid: sid, id, status, failure_code: code } = message
    yield* all(settleAttempt(sid, id, attemptDeliveryOf(status), code))
  })
}
