import { type Challenge, isLive } from '../model/challenge.ts'
import type { Transaction } from '../model/transaction.ts'
import { type AuthenticatorRow, countSignature, findAuthenticators, useStep } from '../store/authenticators.ts'
import { closeChallenge, closeChallenges } from '../store/challenges.ts'
import { all, type Unit } from '../store/db.ts'
import { useRecoveryCode } from '../store/recovery-codes.ts'
import { countAnswer, movedBy } from '../store/transactions.ts'
import { outcomeOf } from '../verify/local-verifier.ts'
import type { AnswerOf, Assertion } from '../verify/passkeys/credential.ts'
import { readAssertion } from '../verify/passkeys/webauthn.ts'
import { approvingUnit, Undone } from '../verify/take-effect.ts'
import type { Checked } from '../verify/verifier.ts'
import { appStepOf } from './authenticator-app.ts'
import type { Caller, GateDeps, TransactionState } from './deps.ts'
import { passkeyChallenge, userHandleOf } from './passkey-challenge.ts'
import { ceremonyOf, showedThis } from './payment-confirmation.ts'
import { recoveryCodeDigits, recoveryMac } from './recovery-codes.ts'

/** Digits of an app's code (RFC 6238; what every app shows). */
export const appCodeDigits = 6

/**
 * Tries a code of the subject's app, or one of its recovery codes. Undefined as with Verifier.check. A step of time counts once, on one
 * transaction, whoever asks at the same moment (RFC 6238, 5.2); a recovery code once for ever.
 */
export async function checkAppCode(
  deps: GateDeps,
  { transaction, challenge }: { transaction: Transaction; challenge: Challenge },
  code: string,
  { ip }: Caller,
): Promise<Checked | undefined> {
  const at = deps.clock.now()
  const { subject } = transaction
  const apps = (await deps.db.read(findAuthenticators(subject))).filter(({ kind }) => kind === 'totp')
  const steps = apps.map((app) => ({ app, step: appStepOf(deps.keys, app, code, at) }))
  const found = steps.find(({ step }) => step !== undefined)
  const mac = code.length === recoveryCodeDigits ? recoveryMac(deps.keys, subject, code) : undefined
  return countAndJudge(deps, transaction, challenge, 'totp', { at, ip }, function* () {
    if (found?.step !== undefined) return (yield* all(useStep(found.app.id, found.step, at))).length > 0
    return mac !== undefined && apps.length > 0 && (yield* all(useRecoveryCode(subject, mac, at))).length > 0
  })
}

/**
 * Tries a passkey's signature: over the challenge that follows from the transaction as it stands now, by a passkey of this subject, on our
 * pages, its user verified, its counter not gone back (WebAuthn Level 3, 7.2); and where the browser itself showed the payment, exactly
 * this one. Undefined as with Verifier.check.
 */
export async function checkPasskey(
  deps: GateDeps,
  { transaction, challenges }: Pick<TransactionState, 'transaction' | 'challenges'>,
  answer: AnswerOf<Assertion>,
  { ip }: Caller,
): Promise<Checked | undefined> {
  const at = deps.clock.now()
  const challenge = challenges.find((one) => one.channel === 'passkey' && isLive(one, at))
  if (!challenge) return undefined
  const { relyingParty } = deps
  const { clientDataJSON } = answer.response
  const type = ceremonyOf(clientDataJSON)
  const isShown = type !== 'payment.get' || showedThis(clientDataJSON, transaction, relyingParty)
  const passkey = type && isShown ? await passkeyMeant(deps, transaction, answer) : undefined
  const signCount =
    passkey &&
    type &&
    (await readAssertion(answer, credentialOf(passkey), {
      challenge: passkeyChallenge(relyingParty, transaction, challenge),
      origins: relyingParty.origins,
      rpId: relyingParty.id,
      userVerified: true,
      type,
    }))
  return countAndJudge(deps, transaction, challenge, 'passkey', { at, ip }, function* () {
    if (!passkey || signCount === undefined) return false
    const counted = yield* all(countSignature(passkey.id, signCount, at))
    if (counted.length === 0)
      deps.log.error(
        { transaction: transaction.id, authenticator: passkey.id },
        'a passkey counted backwards: it may have been copied',
      )
    return counted.length > 0
  })
}

/** The subject's own passkey that the answer names, if its user handle agrees. */
async function passkeyMeant(
  { db, keys }: GateDeps,
  { subject }: Transaction,
  { ids, response }: AnswerOf<Assertion>,
): Promise<AuthenticatorRow | undefined> {
  const { userHandle } = response
  if (userHandle && !userHandle.includes(userHandleOf(keys, subject))) return undefined
  const enrolled = await db.read(findAuthenticators(subject))
  return enrolled.find(({ kind, credential_id }) => kind === 'passkey' && ids.includes(credential_id ?? '-'))
}

function credentialOf(row: AuthenticatorRow) {
  return {
    id: row.credential_id ?? '',
    publicKey: row.public_key ?? '',
    signCount: row.sign_count,
    transports: JSON.parse(row.transports ?? '[]') as string[],
  }
}

/** Uses up what the answer names, counts the try and moves the transaction on, all in one unit. */
async function countAndJudge(
  deps: GateDeps,
  transaction: Transaction,
  challenge: Challenge,
  factor: 'totp' | 'passkey',
  occasion: { at: number; ip: string },
  isRight: () => Unit<boolean>,
): Promise<Checked | undefined> {
  const binding = factor === 'passkey' ? 'signature' : 'page'
  return approvingUnit(deps.db, transaction, occasion, function* () {
    const right = yield* isRight()
    const [row] = yield* all(countAnswer(transaction, { factor, right, binding }, occasion))
    // Nothing may be used up by a try that does not count.
    if (!row) throw new Undone()
    const moved = movedBy(transaction, row)
    if (moved.status !== 'pending') yield* all(closeChallenges(moved.id))
    else if (right) yield* all(closeChallenge(challenge.id))
    return yield* outcomeOf(deps, transaction, moved, occasion)
  })
}
