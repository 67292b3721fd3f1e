import { coolDownMs } from '../guard/cool-down.ts'
import { decide, logDecision } from '../guard/decide.ts'
import { openAddress } from '../lib/address.ts'
import { secondsUntil } from '../lib/clock.ts'
import { canReceiveSms, type Phone, parsePhone } from '../lib/e164.ts'
import { AvalError } from '../model/error.ts'
import type { Factor } from '../model/factor.ts'
import { sendsMax, type Transaction } from '../model/transaction.ts'
import type { Caller, GateDeps, TransactionState } from './deps.ts'
import { conflict, requireTransaction, stateOf } from './read-transaction.ts'

/**
 * Sends a code, or the same code again while it lives. Refuses with transaction_<status>, factor_not_allowed, factor_not_enrolled,
 * destination_not_allowed, resend_too_soon, too_many_sends, and with delivery_failed when the message did not leave.
 */
export async function challengeTransaction(
  deps: GateDeps,
  { id, factor, caller }: { id: string; factor: Factor; caller: Caller },
): Promise<TransactionState> {
  return challengeKnown(deps, await requireTransaction(deps, { id }), { factor, caller })
}

/** As challengeTransaction, for a transaction that was just read or made. */
export async function challengeKnown(
  deps: GateDeps,
  { transaction, challenges }: TransactionState,
  { factor, caller }: { factor: Factor; caller: Caller },
): Promise<TransactionState> {
  if (transaction.status !== 'pending') throw conflict(transaction)
  refuseFactor(transaction.factors, factor)
  const phone = phoneOf(deps, transaction)
  refuseDestination(deps, phoneFrom(phone))

  const at = deps.clock.now()
  const target = { transaction, challenges, phone }
  const started = await deps.verifier.start(target, lastSendBefore(deps, transaction, at), { at, ip: caller.ip })
  if (!started) throw await whyNotSent(deps, transaction.id)
  const { challenge } = started
  return stateOf(deps, started.transaction, [challenge, ...challenges.filter((one) => one.id !== challenge.id)])
}

/** The latest instant at which the last send may have been. Before the first send that is never, so that of many first ones at once one goes. */
function lastSendBefore({ guard }: Pick<GateDeps, 'guard'>, { sends }: Transaction, at: number): number {
  if (guard.mode === 'off') return at
  return sends === 0 ? 0 : at - coolDownMs(sends)
}

/** Refuses a factor that the policy leaves out, or that the subject cannot have enrolled yet. */
export function refuseFactor(allowed: readonly Factor[], factor: Factor): void {
  if (allowed.includes(factor)) return
  if (factor === 'totp' || factor === 'passkey') {
    throw new AvalError(
      'factor_not_enrolled',
      `The subject has no ${factor} enrolled.`,
      faultOf('factor', 'not enrolled'),
    )
  }
  throw new AvalError(
    'factor_not_allowed',
    `This transaction cannot be approved by ${factor}. Allowed: ${allowed.join(', ')}.`,
    {
      faults: [{ path: 'factor', message: `use one of: ${allowed.join(', ')}` }],
    },
  )
}

/** The phone that this text is. Refuses with contact_invalid. */
export function phoneFrom(text: string): Phone {
  const phone = parsePhone(text)
  if (phone) return phone
  const message = 'needs a valid number in international form, such as +5511998765432'
  throw new AvalError('contact_invalid', 'The phone number is not valid.', faultOf('contact.phone', message))
}

/** Refuses a number that no message may go to. Users are told only that this number does not work; the log has the reason. */
export function refuseDestination(deps: Pick<GateDeps, 'guard' | 'log'>, phone: Phone): void {
  const decision = decide(deps.guard, phone, 'sms')
  logDecision(deps.log, decision, phone)
  if (decision.action === 'allow') return
  const message = canReceiveSms(phone)
    ? 'Messages to this destination are not allowed.'
    : 'This number cannot receive text messages. Use a mobile number.'
  throw new AvalError('destination_not_allowed', message, faultOf('contact.phone', message))
}

/** The phone, in E.164, at which this transaction is proved; unsealed for sending and nothing else. */
export function phoneOf({ keys }: Pick<GateDeps, 'keys'>, { keyId, phoneSealed, subject }: Transaction): string {
  if (!phoneSealed) throw new AvalError('contact_required', 'The transaction has no phone to send a code to.')
  return openAddress(keys, keyId, subject, phoneSealed)
}

async function whyNotSent(deps: GateDeps, id: string): Promise<AvalError> {
  const { transaction, resendAt, now } = await requireTransaction(deps, { id })
  if (transaction.status !== 'pending') return conflict(transaction)
  if (transaction.sends >= sendsMax) {
    return new AvalError(
      'too_many_sends',
      'Five codes were sent for this transaction, which is the most. Cancel it and create a new one.',
    )
  }
  const retryAfterS = secondsUntil(resendAt ?? now, now)
  return new AvalError(
    'resend_too_soon',
    `A code was just sent. Another one can be asked for in ${retryAfterS} seconds.`,
    { retryAfterS },
  )
}

function faultOf(path: string, message: string) {
  return { faults: [{ path, message }] }
}
