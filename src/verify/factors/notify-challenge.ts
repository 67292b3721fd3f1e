import { TwilioError } from '../../model/twilio-error.ts'
import { type FactorChallengeRow, findFactorChallenge, spendNotification } from '../../store/factor-challenges.ts'
import { findFactor } from '../../store/factors.ts'
import type { Tenant } from '../../store/tenant.ts'
import type { VerifyDeps } from '../deps.ts'
import type { PushConfig } from './push.ts'

/** One that nobody answered after so many is not answered because of another one. */
const notificationsMax = 5

/**
 * Counts one more notification of a push challenge; no push service is connected, so that phones learn of it by asking. Undefined when
 * there is no such challenge. Refuses with 60306 for other factors, 60307 for platform none, 60309, 60322, 60323.
 */
export async function notifyChallenge(
  { db, clock }: Pick<VerifyDeps, 'db' | 'clock'>,
  tenant: Tenant,
  identity: string,
  sid: string,
): Promise<FactorChallengeRow | undefined> {
  const at = clock.now()
  const [challenge] = await db.read(findFactorChallenge(tenant, identity, sid))
  if (!challenge?.factor_sid) return undefined
  const [factor] = await db.read(findFactor(tenant, identity, challenge.factor_sid))
  if (!factor) return undefined
  if (factor.factor_type !== 'push') throw new TwilioError(60306)
  const { notification_platform }: PushConfig = JSON.parse(factor.config)
  if (notification_platform === 'none') throw new TwilioError(60307)
  const [notified] = await db.write(spendNotification(sid, notificationsMax, at))
  if (notified) return notified
  if (challenge.status !== 'pending') throw new TwilioError(60322)
  throw new TwilioError(challenge.expires_at <= at ? 60323 : 60309)
}
