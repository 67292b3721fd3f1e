import type { Instant } from '../../lib/clock.ts'
import { TwilioError, type TwilioErrorCode } from '../../model/twilio-error.ts'
import { all } from '../../store/db.ts'
import type { FactorChallengeRow } from '../../store/factor-challenges.ts'
import { type FactorRow, factorChecksMax } from '../../store/factors.ts'
import {
  advanceSignCount,
  approvePasskeyChallenge,
  countChallengeAnswer,
  findPasskey,
  findPasskeyChallenge,
} from '../../store/passkeys.ts'
import { oweEvent } from '../../store/webhook-deliveries.ts'
import type { VerifyDeps } from '../deps.ts'
import { factorEvent } from '../factors/factor-event.ts'
import { type Service, tenantOf } from '../service.ts'
import { answerOnce } from './answer-once.ts'
import { type AnswerOf, type Assertion, challengeOf } from './credential.ts'
import { askedIn, configOf, credentialOf, userHandleOf } from './passkey-row.ts'
import { passkeyConfig } from './relying-party.ts'
import { readAssertion } from './webauthn.ts'

export interface ApprovePasskey {
  service: Service
  answer: AnswerOf<Assertion>
  /** Whether localhost may be an origin over plain http. */
  local: boolean
}

/**
 * Approves the challenge that was answered, once, within five minutes; the row says whose passkey it was. Undefined for a challenge of
 * nobody's here. Refuses a bad answer and a signature counter that went back (60324, the sixth with 60308), a second answer (60322) and
 * a late one (60323).
 */
export async function approvePasskey(
  { db, clock }: Pick<VerifyDeps, 'db' | 'clock'>,
  command: ApprovePasskey,
): Promise<FactorChallengeRow | undefined> {
  const { service, answer } = command
  const challenge = challengeOf(answer.response)
  const at = clock.now()
  return answerOnce<FactorChallengeRow>({
    at,
    spentCode: 60308,
    find: async () => (await db.read(findPasskeyChallenge(tenantOf(service), challenge)))[0],
    read: ({ status, expires_at, checks }) => ({
      answered: status === 'approved' || status === 'denied',
      endsAt: expires_at,
      spent: checks >= factorChecksMax,
    }),
    async judge(row) {
      const passkey = await passkeyMeant(db, command, row)
      if (!passkey) return 60324
      const signCount = await readAssertion(answer, credentialOf(passkey), expectedOf(command, row, passkey))
      return signCount === undefined ? 60324 : approve(db, row, passkey, signCount, at)
    },
    count: async ({ sid }) => (await db.write(countChallengeAnswer(sid))).length > 0,
  })
}

/** The passkey that the answer names, if the challenge asked for it and the user handle agrees (WebAuthn Level 3, section 7.2). */
async function passkeyMeant(db: VerifyDeps['db'], { service, answer }: ApprovePasskey, row: FactorChallengeRow) {
  const [id = '', other = id] = answer.ids
  const named = await db.read(findPasskey(tenantOf(service), [id, other]))
  const { allowCredentials, rpId } = askedIn(row)
  const { userHandle } = answer.response
  return named.find((passkey) => {
    const { entity_sid, credential_id } = passkey
    if (row.entity_sid === null) {
      // The challenge names nobody, so the authenticator has to.
      return configOf(passkey).relying_party.id === rpId && userHandle?.includes(userHandleOf(entity_sid))
    }
    const allowed = row.entity_sid === entity_sid && allowCredentials.some((one) => one.id === credential_id)
    return allowed && (userHandle === undefined || userHandle.includes(userHandleOf(entity_sid)))
  })
}

/** What the signed data must say: of the challenge as it was asked, and of the origins that the passkey or the service has now. */
function expectedOf({ service, local }: ApprovePasskey, row: FactorChallengeRow, passkey: FactorRow) {
  const { challenge, rpId, userVerification } = askedIn(row)
  const { relying_party: own, user_verification } = configOf(passkey)
  const { passkeys: settings } = service.settings
  const shared = settings.relying_party.id === own.id ? passkeyConfig(settings, local).relying_party.origins : []
  return {
    challenge,
    rpId,
    origins: [...new Set([...shared, ...own.origins])],
    userVerified: user_verification === 'required' || userVerification === 'required',
  }
}

async function approve(
  db: VerifyDeps['db'],
  row: FactorChallengeRow,
  passkey: FactorRow,
  signCount: number,
  at: Instant,
): Promise<FactorChallengeRow | TwilioErrorCode | undefined> {
  try {
    return await db.unit(function* () {
      const [approved] = yield* all(approvePasskeyChallenge(row.sid, passkey, at))
      if (!approved) return undefined
      const [advanced] = yield* all(advanceSignCount(passkey.sid, signCount))
      // Thrown, so that the approval does not stand either.
      if (!advanced) throw new TwilioError(60324)
      yield* all(oweEvent(factorEvent(passkey, 'challenge.approved', row.sid), at))
      return approved
    })
  } catch (error) {
    if (error instanceof TwilioError) return error.code
    throw error
  }
}
