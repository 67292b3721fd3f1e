import { openAddress } from '../lib/address.ts'
import { type Challenge, isLive } from '../model/challenge.ts'
import { AvalError } from '../model/error.ts'
import { isChannel } from '../model/factor.ts'
import type { Transaction } from '../model/transaction.ts'
import { findContacts } from '../store/contacts.ts'
import { supersede } from '../verify/take-effect.ts'
import type { Checked } from '../verify/verifier.ts'
import { appCodeDigits, checkAppCode, checkPasskey } from './check-authenticator.ts'
import { readAssertionJson } from './credential.ts'
import type { Caller, GateDeps, TransactionState } from './deps.ts'
import { conflict, requireTransaction, stateOf } from './read-transaction.ts'
import { recoveryCodeDigits } from './recovery-codes.ts'
import { addressAt } from './ways.ts'

/** What somebody answers to a challenge: a code as it was typed, or what navigator.credentials.get() gave. */
export type GivenAnswer = { code: string } | { credential: unknown }

/** A counted try. `matched`: it was right, though more may be asked for. */
export interface CheckedTransaction {
  matched: boolean
  state: TransactionState
}

/**
 * Tries a code or a passkey. A wrong one is an answer ({ matched: false }, and status locked after the fifth), not an error.
 * A code is an app's where an app's was asked for last, and a message's otherwise; the codes of all messages of this version count.
 * Refuses with transaction_<status>, no_open_challenge, code_expired, and invalid_request for what cannot be an answer. None costs a
 * try, but a code_expired that Twilio says does: it is charged before Twilio is asked.
 */
export async function checkTransaction(
  deps: GateDeps,
  command: { id: string; answer: GivenAnswer; caller: Caller },
): Promise<CheckedTransaction> {
  // Another answer to the same transaction may have been right meanwhile: as often as there are elements to prove.
  for (let tries = 1; ; tries++) {
    const before = await requireTransaction(deps, command)
    if (before.transaction.status !== 'pending') throw conflict(before.transaction)
    const checked = await judge(deps, before, command)
    if (checked) {
      await noteEntered(deps, before, checked, command.caller)
      const matched = checked.outcome === 'approved' || checked.outcome === 'proven'
      const more = checked.outcome === 'proven'
      return {
        matched,
        state: more ? await requireTransaction(deps, command) : stateOf(deps, checked.transaction, before.challenges),
      }
    }
    const now = await requireTransaction(deps, command)
    const overtaken = now.transaction.status === 'pending' && now.transaction.proven !== before.transaction.proven
    if (!overtaken || tries === 4) throw await whyNotChecked(deps, before, now)
  }
}

/** A right code that came by a message pays back what the message took. */
async function noteEntered(
  deps: GateDeps,
  { transaction, challenge }: TransactionState,
  { outcome }: Checked,
  { device }: Caller,
): Promise<void> {
  const right = outcome === 'approved' || outcome === 'proven'
  if (!right || !challenge || !isChannel(challenge.channel)) return
  const to = addressOfChallenge(deps, transaction, challenge)
  if (to === undefined) return
  // Who enters it vouches for the device that the platform named as well.
  const devices = new Set([device ?? transaction.deviceRef, transaction.deviceRef])
  for (const one of devices)
    await deps.guard.entered(transaction.id, { account: transaction.subject, to, device: one ?? undefined })
}

async function judge(
  deps: GateDeps,
  state: TransactionState,
  { answer, caller }: { answer: GivenAnswer; caller: Caller },
): Promise<Checked | undefined> {
  const { transaction, challenge, challenges } = state
  const tried = { account: 'gate', of: transaction.subject }
  // An app's code costs no message, so nothing else would bound how often one may begin anew.
  const code = challenge !== undefined && isChannel(challenge.channel) ? challenge.id : undefined
  const spendTry = async () => {
    const { retryAfterS, wrongBefore } = await deps.guard.mayCheck(tried, code)
    if (retryAfterS === undefined) return wrongBefore
    throw new AvalError('too_many_checks', 'Too many codes were wrong lately. Wait before you try another one.', {
      retryAfterS,
    })
  }
  const judged = async (check: () => Promise<Checked | undefined>) => {
    const wrongBefore = await spendTry()
    const checked = await check()
    const right = checked?.outcome === 'approved' || checked?.outcome === 'proven'
    if (checked) await deps.guard.checked(tried, right ? 'right' : 'wrong', wrongBefore)
    return checked
  }
  if ('credential' in answer) {
    if (!transaction.factors.includes('passkey'))
      throw new AvalError(
        'factor_not_enrolled',
        'The subject has no passkey enrolled, so no credential can be checked.',
      )
    const credential = readAssertionJson(answer.credential)
    return judged(() => checkPasskey(deps, state, credential, caller))
  }
  const at = deps.clock.now()
  if (challenge?.channel === 'totp' && isLive(challenge, at)) {
    refuseMalformed(answer.code, [appCodeDigits, recoveryCodeDigits])
    return judged(() => checkAppCode(deps, { transaction, challenge }, answer.code, caller))
  }
  refuseMalformed(answer.code, [transaction.codeLength])
  const addressOf = (one: Challenge) => addressOfChallenge(deps, transaction, one)
  return judged(() => deps.verifier.check({ transaction, challenges }, addressOf, answer.code, { at, ip: caller.ip }))
}

function addressOfChallenge(
  { keys }: GateDeps,
  transaction: Transaction,
  { addressRef }: Challenge,
): string | undefined {
  const found = addressAt(transaction, addressRef)
  return found && openAddress(keys, transaction.keyId, transaction.subject, found.sealed)
}

function refuseMalformed(code: string, lengths: readonly number[]): void {
  if (lengths.includes(code.length) && /^[0-9]+$/.test(code)) return
  const message = `The code has ${lengths.join(' or ')} digits, 0 to 9.`
  throw new AvalError('invalid_request', message, { faults: [{ path: 'code', message }] })
}

async function whyNotChecked(deps: GateDeps, before: TransactionState, after: TransactionState): Promise<AvalError> {
  const { transaction, challenge, now } = after
  if (transaction.status !== 'pending') return conflict(transaction)
  if (transaction.version !== before.transaction.version) {
    return new AvalError(
      'transaction_changed',
      'The transaction was changed, so codes sent before do not count. Ask for a new code.',
    )
  }
  if (transaction.enrolls && (await supersededByContact(deps, transaction))) {
    return conflict({ ...transaction, status: 'superseded' })
  }
  if (challenge && challenge.expiresAt <= now)
    return new AvalError('code_expired', 'The code has expired. Ask for a new one.')
  return new AvalError('no_open_challenge', 'No code was sent for this version of the transaction. Ask for one first.')
}

async function supersededByContact({ db, clock }: GateDeps, transaction: Transaction): Promise<boolean> {
  const { subject, phoneRef, emailRef } = transaction
  const [contact] = await db.read(findContacts(subject))
  if (!contact || contact.address_ref === (phoneRef ?? emailRef)) return false
  await db.unit(() => supersede(subject, contact.address_ref, { at: clock.now(), ip: '' }))
  return true
}
