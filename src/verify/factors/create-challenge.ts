import { isoSeconds, secondsUntil } from '../../lib/clock.ts'
import { newSid } from '../../lib/ids.ts'
import { TwilioError } from '../../model/twilio-error.ts'
import { all, type Unit } from '../../store/db.ts'
import { type FactorChallengeRow, insertFactorChallenge } from '../../store/factor-challenges.ts'
import { type FactorRow, holdFactor } from '../../store/factors.ts'
import { countOne } from '../../store/rate-counters.ts'
import type { VerifyDeps } from '../deps.ts'
import { type Service, tenantOf } from '../service.ts'
import { answerChallenge } from './answer-challenge.ts'
import type { TotpConfig } from './totp.ts'

export interface CreateChallenge {
  service: Service
  identity: string
  factorSid: string
  /** When it ends; within the hour. */
  expiresAt: number | undefined
  details: { message: string | null; fields: { label: string; value: string }[] } | undefined
  hiddenDetails: object | undefined
  /** A code that answers it at once. */
  authPayload: string | undefined
}

const ttlMs = 5 * 60_000
const hourMs = 3_600_000

// Twilio, 60312: fewer asks where a code is short enough to be guessed.
const shortCodes = [{ windowMs: 24 * hourMs, max: 10 }]
const longCodes = [
  { windowMs: hourMs, max: 50 },
  { windowMs: 24 * hourMs, max: 100 },
]

/**
 * Asks a verified factor. Undefined when there is no such factor. Refuses with 60318 where it is not verified, 60306 for a passkey, 60312
 * where it was asked too often.
 */
export async function createChallenge(
  deps: Pick<VerifyDeps, 'db' | 'clock' | 'random' | 'keys'>,
  command: CreateChallenge,
): Promise<FactorChallengeRow | undefined> {
  const { service, identity, factorSid, details, hiddenDetails, authPayload } = command
  const tenant = tenantOf(service)
  const at = deps.clock.now()
  const shown = details && { ...details, ...(service.settings.push.include_date && { date: isoSeconds(at) }) }
  const made = await deps.db.unit(function* () {
    const [factor] = yield* all(holdFactor(tenant, identity, factorSid))
    if (!factor) return undefined
    // A passkey is asked at the passkeys' own address.
    if (factor.factor_type === 'passkeys') throw new TwilioError(60306)
    if (factor.status !== 'verified') throw new TwilioError(60318)
    if (factor.factor_type === 'totp') yield* spendAsk(factor, at)
    const [row] = yield* all(
      insertFactorChallenge({
        sid: newSid('YC', at, deps.random),
        ...tenant,
        entity_sid: factor.entity_sid,
        identity,
        factor_sid: factor.sid,
        factor_type: factor.factor_type,
        details: shown ? JSON.stringify(shown) : null,
        hidden_details: hiddenDetails ? JSON.stringify(hiddenDetails) : null,
        webauthn_challenge: null,
        options: null,
        created_at: at,
        expires_at: command.expiresAt ?? at + ttlMs,
      }),
    )
    return row
  })
  if (!made || authPayload === undefined || made.factor_type !== 'totp') return made
  return answerChallenge(deps, { tenant, identity, sid: made.sid, authPayload, metadata: undefined, shown: {} })
}

function* spendAsk(factor: FactorRow, at: number): Unit<void> {
  const { code_length }: TotpConfig = JSON.parse(factor.config)
  for (const { windowMs, max } of code_length <= 4 ? shortCodes : longCodes) {
    const [counted] = yield* all(countOne(`challenges|${windowMs}|${factor.sid}`, windowMs, at))
    if (counted && counted.count > max)
      throw new TwilioError(60312, undefined, { retryAfterS: secondsUntil(counted.window_ends_at, at) })
  }
}
