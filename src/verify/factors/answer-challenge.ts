import { TwilioError } from '../../model/twilio-error.ts'
import { all } from '../../store/db.ts'
import {
  type FactorChallengeRow,
  findFactorChallenge,
  respondToChallenge,
  spendChallengeCheck,
} from '../../store/factor-challenges.ts'
import { type FactorRow, factorChecksMax, findFactor, useStep } from '../../store/factors.ts'
import type { Tenant } from '../../store/tenant.ts'
import { oweEvent } from '../../store/webhook-deliveries.ts'
import type { VerifyDeps } from '../deps.ts'
import { factorEvent } from './factor-event.ts'
import { readDecision } from './push.ts'
import { stepOf } from './totp.ts'

type Deps = Pick<VerifyDeps, 'db' | 'clock' | 'keys'>

export interface AnswerChallenge {
  tenant: Tenant
  identity: string
  sid: string
  /** A code, or what a phone signed. */
  authPayload: string
  metadata: object | undefined
  /** The challenge as it is shown to phones: what they must have signed. */
  shown: Record<string, unknown>
}

/**
 * Answers a challenge once. A wrong code is an answer (pending), counted before it is compared; a signature that does not hold is 60324.
 * Undefined when there is no such challenge. Refuses an answered one with 60322, a late answer with 60323, the sixth with 60308.
 */
export async function answerChallenge(deps: Deps, command: AnswerChallenge): Promise<FactorChallengeRow | undefined> {
  const { tenant, identity, sid } = command
  const [challenge] = await deps.db.read(findFactorChallenge(tenant, identity, sid))
  const factorSid = challenge?.factor_sid
  if (!challenge || !factorSid) return undefined
  const [factor] = await deps.db.read(findFactor(tenant, identity, factorSid))
  if (!factor) return undefined
  // A passkey is answered at the passkeys' own address.
  if (factor.factor_type === 'passkeys') throw new TwilioError(60306)
  const answered =
    factor.factor_type === 'totp' ? await tryCode(deps, command, factor) : await trySignature(deps, command, factor)
  if (answered) return answered
  const [now] = await deps.db.read(findFactorChallenge(tenant, identity, sid))
  throw refusalOf(now, deps.clock.now())
}

function refusalOf(row: FactorChallengeRow | undefined, at: number): TwilioError {
  if (!row || (row.status === 'pending' && row.expires_at <= at) || row.status === 'expired')
    return new TwilioError(60323)
  if (row.status !== 'pending') return new TwilioError(60322)
  return row.checks >= factorChecksMax ? new TwilioError(60308) : new TwilioError(60324)
}

/** Counts, compares, and uses the code up: it is right for one challenge alone. */
async function tryCode(
  { db, keys, clock }: Deps,
  { sid, authPayload, metadata }: AnswerChallenge,
  factor: FactorRow,
): Promise<FactorChallengeRow | undefined> {
  const at = clock.now()
  return db.unit(function* () {
    const [spent] = yield* all(spendChallengeCheck(sid, at))
    if (!spent) return undefined
    const step = stepOf(keys, factor, authPayload, at)
    if (step === undefined || (yield* all(useStep(factor.sid, step))).length === 0) return spent
    const [approved] = yield* all(respondToChallenge(sid, { status: 'approved', metadata: noteOf(metadata) }, at))
    if (approved) yield* all(oweEvent(factorEvent(factor, 'challenge.approved', sid), at))
    return approved
  })
}

/** Counts, verifies what the phone signed, and does what it decided. */
async function trySignature(
  { db, clock }: Deps,
  { sid, authPayload, metadata, shown }: AnswerChallenge,
  factor: FactorRow,
): Promise<FactorChallengeRow | undefined> {
  const at = clock.now()
  const [spent] = await db.write(spendChallengeCheck(sid, at))
  if (!spent) return undefined
  const decision = await readDecision(factor.public_key ?? '', authPayload, shown)
  if (!decision) throw new TwilioError(60324)
  return db.unit(function* () {
    const [answered] = yield* all(respondToChallenge(sid, { status: decision, metadata: noteOf(metadata) }, at))
    if (answered) yield* all(oweEvent(factorEvent(factor, `challenge.${decision}`, sid), at))
    return answered
  })
}

function noteOf(metadata: object | undefined): string | null {
  return metadata ? JSON.stringify(metadata) : null
}
