import type { Instant } from '../../lib/clock.ts'
import { all } from '../../store/db.ts'
import { type FactorRow, factorChecksMax, spendFactorCheck } from '../../store/factors.ts'
import { enrolCredential, findEnrolment, findPasskey } from '../../store/passkeys.ts'
import { oweEvent } from '../../store/webhook-deliveries.ts'
import type { VerifyDeps } from '../deps.ts'
import { factorEvent } from '../factors/factor-event.ts'
import { type Service, tenantOf } from '../service.ts'
import { answerOnce } from './answer-once.ts'
import { type AnswerOf, type Attestation, challengeOf } from './credential.ts'
import { configOf } from './passkey-row.ts'
import { type EnrolledCredential, readAttestation } from './webauthn.ts'

const enrolmentTtlMs = 600_000

/**
 * Verifies the factor whose challenge was answered, once, within ten minutes. Undefined for a challenge of no enrolment here. Refuses
 * a bad answer (60311, the sixth with 60310), a second one (60322), a late one (60323), and a credential that the service has already:
 * 60317, because the answer is good, and a credential has one owner (WebAuthn Level 3, section 7.1).
 */
export async function verifyPasskey(
  { db, clock }: Pick<VerifyDeps, 'db' | 'clock'>,
  service: Service,
  answer: AnswerOf<Attestation>,
): Promise<FactorRow | undefined> {
  const challenge = challengeOf(answer.response)
  const at = clock.now()
  return answerOnce<FactorRow>({
    at,
    spentCode: 60310,
    find: async () => (await db.read(findEnrolment(tenantOf(service), challenge)))[0],
    read: ({ status, created_at, checks }) => ({
      answered: status === 'verified',
      endsAt: created_at + enrolmentTtlMs,
      spent: checks >= factorChecksMax,
    }),
    async judge(factor) {
      const credential = await readAttestation(answer, configOf(factor), challenge)
      return credential ? enrol(db, factor, credential, at) : 60311
    },
    count: async ({ sid }) => (await db.write(spendFactorCheck(sid))).length > 0,
  })
}

async function enrol(db: VerifyDeps['db'], factor: FactorRow, credential: EnrolledCredential, at: Instant) {
  try {
    return await db.unit(function* () {
      const [verified] = yield* all(
        enrolCredential(
          factor.sid,
          {
            credential_id: credential.id,
            public_key: credential.publicKey,
            sign_count: credential.signCount,
            transports: JSON.stringify(credential.transports),
          },
          at - enrolmentTtlMs,
          at,
        ),
      )
      if (verified) yield* all(oweEvent(factorEvent(verified, 'factor.verified'), at))
      return verified
    })
  } catch (error) {
    // The index decides who has a credential, and tells the loser by failing.
    const ids = [credential.id, credential.id] as const
    const [owner] = await db.read(findPasskey(factor, ids))
    if (owner && owner.sid !== factor.sid) return 60317
    throw error
  }
}
