import { AvalError } from '../model/error.ts'
import { checksMax, type Transaction } from '../model/transaction.ts'
import {
  type AuthenticatorRow,
  endAuthenticator,
  enrolApp,
  enrolPasskey,
  findAuthenticators,
  findBegun,
} from '../store/authenticators.ts'
import { findContacts, lockSubject } from '../store/contacts.ts'
import { all, type Unit } from '../store/db.ts'
import { dropRecoveryCodes, insertRecoveryCode } from '../store/recovery-codes.ts'
import { countEnrolmentTry, finishEnrolment as finishRow } from '../store/transactions.ts'
import type { PasskeyConfig } from '../verify/passkeys/relying-party.ts'
import { creationOptions, type EnrolledCredential, readAttestation } from '../verify/passkeys/webauthn.ts'
import { tellEverybody, Undone } from '../verify/take-effect.ts'
import { appBinding, appStepOf } from './authenticator-app.ts'
import type { GivenAnswer } from './check-transaction.ts'
import { readAttestationJson } from './credential.ts'
import type { Caller, GateDeps, RelyingParty } from './deps.ts'
import { enrolmentMs } from './enrolment.ts'
import { userHandleOf } from './passkey-challenge.ts'
import { conflict, requireTransaction } from './read-transaction.ts'
import { newRecoveryCodes, recoveryMac } from './recovery-codes.ts'

/** What an approved enrolment still waits for. */
export type OpenEnrolment =
  | { type: 'totp'; name: string; secret: string; uri: string; checksLeft: number }
  | { type: 'passkey'; name: string; options: object; checksLeft: number }

/** What a try at finishing came to. */
export interface FinishedEnrolment {
  /** Undefined when the answer was wrong. */
  authenticator: AuthenticatorRow | undefined
  /** In clear, this once; of an app alone. */
  recoveryCodes: string[]
  checksLeft: number
}

/**
 * What is to be scanned or made, once the enrolment is approved: never before, so that a secret is not shown and accepted in one step.
 * Refuses with transaction_<status>, and with enrolment_over when it was approved more than ten minutes ago.
 */
export async function openEnrolment(deps: GateDeps, { id }: { id: string }): Promise<OpenEnrolment> {
  const { transaction, begun } = await requireBegun(deps, id)
  const checksLeft = checksMax - transaction.checks
  const { name } = begun
  if (begun.kind === 'totp')
    return { type: 'totp', name, ...appBinding(deps.keys, begun, deps.relyingParty.name), checksLeft }
  const others = (await deps.db.read(findAuthenticators(begun.subject))).filter(({ kind }) => kind === 'passkey')
  const options = await creationOptions({
    config: passkeyConfigOf(deps.relyingParty),
    challenge: Buffer.from(begun.challenge ?? '', 'base64url'),
    userId: userHandleOf(deps.keys, begun.subject),
    userName: name,
    exclude: others.map((one) => ({
      id: one.credential_id ?? '',
      publicKey: one.public_key ?? '',
      signCount: one.sign_count,
      transports: JSON.parse(one.transports ?? '[]') as string[],
    })),
  })
  return { type: 'passkey', name, options, checksLeft }
}

/**
 * Enrols what was begun, when its first code or its attestation is right; every contact is told. A wrong one is an answer, and the fifth,
 * counted with the tries of the approval, locks the enrolment. Refuses as openEnrolment, and with invalid_request for what is no answer.
 */
export async function finishEnrolment(
  deps: GateDeps,
  { id, answer, caller }: { id: string; answer: GivenAnswer; caller: Caller },
): Promise<FinishedEnrolment> {
  const { transaction, begun } = await requireBegun(deps, id)
  const occasion = { at: deps.clock.now(), ip: caller.ip }
  const proof = await proofOf(deps, begun, answer, occasion.at)
  const recoveryCodes = proof !== undefined && begun.kind === 'totp' ? newRecoveryCodes(deps.random) : []
  const finished = await unlessUndone(() =>
    deps.db.unit(function* (): Unit<FinishedEnrolment> {
      if (proof === undefined) {
        const [row] = yield* all(countEnrolmentTry(id, occasion))
        if (!row) throw new Undone()
        return {
          authenticator: undefined,
          recoveryCodes: [],
          checksLeft: row.status === 'locked' ? 0 : checksMax - row.checks,
        }
      }
      yield* all(lockSubject(transaction.subject, occasion.at))
      const [enrolled] = yield* all(
        typeof proof === 'number' ? enrolApp(begun.id, proof, occasion.at) : enrolPasskey(begun.id, proof, occasion.at),
      )
      const [done] = yield* all(finishRow(id, occasion))
      if (!enrolled || !done) throw new Undone()
      if (enrolled.kind === 'totp') yield* replaceApp(deps, enrolled, recoveryCodes, occasion.at)
      const contacts = yield* all(findContacts(transaction.subject))
      const notice = { kind: transaction.kind, details: { type: enrolled.kind, name: enrolled.name } }
      yield* tellEverybody(deps, transaction, contacts, notice, occasion)
      return { authenticator: enrolled, recoveryCodes, checksLeft: checksMax - transaction.checks }
    }),
  )
  if (finished) return finished
  throw await whyNotFinished(deps, id)
}

/** The step of a right first code, or the credential of a good attestation; undefined for a wrong answer. */
async function proofOf(
  deps: GateDeps,
  begun: AuthenticatorRow,
  answer: GivenAnswer,
  at: number,
): Promise<number | EnrolledCredential | undefined> {
  const wanted = begun.kind === 'totp' ? 'code' : 'credential'
  if (!(wanted in answer)) {
    throw new AvalError('invalid_request', `This enrolment is finished by a ${wanted}.`, {
      faults: [{ path: wanted, message: 'is required' }],
    })
  }
  if ('credential' in answer) {
    const config = passkeyConfigOf(deps.relyingParty)
    return readAttestation(readAttestationJson(answer.credential), config, begun.challenge ?? '')
  }
  if (!/^[0-9]{6}$/.test(answer.code)) {
    const message = 'The code has 6 digits, 0 to 9.'
    throw new AvalError('invalid_request', message, { faults: [{ path: 'code', message }] })
  }
  return appStepOf(deps.keys, begun, answer.code, at)
}

/** A subject has one app: the new one, with recovery codes of its own. */
function* replaceApp(
  { keys }: GateDeps,
  app: AuthenticatorRow,
  recoveryCodes: readonly string[],
  at: number,
): Unit<void> {
  for (const other of yield* all(findAuthenticators(app.subject))) {
    if (other.kind === 'totp' && other.id !== app.id) yield* all(endAuthenticator(app.subject, other.id, at))
  }
  yield* all(dropRecoveryCodes(app.subject))
  for (const code of recoveryCodes)
    yield* all(insertRecoveryCode({ subject: app.subject, mac: recoveryMac(keys, app.subject, code), created_at: at }))
}

async function requireBegun(
  deps: GateDeps,
  id: string,
): Promise<{ transaction: Transaction; begun: AuthenticatorRow }> {
  const { transaction, now } = await requireTransaction(deps, { id })
  if (transaction.kind !== 'factor.totp' && transaction.kind !== 'factor.passkey') {
    throw new AvalError('not_found', 'This transaction enrols no app and no passkey.')
  }
  if (transaction.status === 'pending')
    throw new AvalError('transaction_not_approved', 'The enrolment is not approved yet.')
  if (transaction.status !== 'approved') throw conflict(transaction)
  const [begun] = await deps.db.read(findBegun(id))
  if (!begun || begun.ended_at !== null || (transaction.approvedAt ?? 0) + enrolmentMs <= now) {
    throw new AvalError('enrolment_over', 'The enrolment was not finished in ten minutes. Begin another one.')
  }
  return { transaction, begun }
}

async function whyNotFinished(deps: GateDeps, id: string): Promise<AvalError> {
  const { transaction } = await requireTransaction(deps, { id })
  if (transaction.status !== 'approved') return conflict(transaction)
  return new AvalError('enrolment_over', 'This passkey is enrolled already. Begin another enrolment.')
}

async function unlessUndone<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Undone) return undefined
    throw error
  }
}

/** User verification is asked for, and refused when it is missing (OWASP ASVS 5.0, 6.5.7). */
function passkeyConfigOf({ id, name, origins }: RelyingParty): PasskeyConfig {
  return {
    relying_party: { id, name, origins },
    authenticator_attachment: 'any',
    discoverable_credentials: 'preferred',
    user_verification: 'required',
  }
}
