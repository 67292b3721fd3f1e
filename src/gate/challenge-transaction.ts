import { coolDownMs } from '../guard/cool-down.ts'
import type { SendDecision } from '../guard/decide-send.ts'
import { destinationRefusal } from '../guard/destination-rules.ts'
import { wordsOf } from '../guard/reason.ts'
import { openAddress } from '../lib/address.ts'
import { secondsUntil } from '../lib/clock.ts'
import { canReceiveSms, type Phone } from '../lib/e164.ts'
import { AvalError } from '../model/error.ts'
import { type Channel, type Factor, isChannel } from '../model/factor.ts'
import type { WorkProof } from '../model/proof-of-work.ts'
import { sendsMax, type Transaction } from '../model/transaction.ts'
import type { SendAllowance } from '../store/transactions.ts'
import { askAuthenticator } from './ask-authenticator.ts'
import type { Caller, GateDeps, TransactionState } from './deps.ts'
import { fallBackAt } from './fallback-order.ts'
import { conflict, requireTransaction, stateOf } from './read-transaction.ts'
import { phoneFrom } from './subject-contacts.ts'
import { addressFor } from './ways.ts'

/**
 * Sends a code, or the same code again while it lives; or asks for an app's code or a passkey. Refuses with transaction_<status>,
 * factor_not_allowed, factor_not_enrolled, destination_not_allowed, another_way_needed (with what lets it past, where a proof of work does), proof_of_work_invalid, too_many_messages, resend_too_soon, too_many_sends, no_carrier, and with delivery_failed
 * when the message did not leave.
 */
export async function challengeTransaction(
  deps: GateDeps,
  { id, factor, caller, proof }: { id: string; factor: Factor; caller: Caller; proof?: WorkProof | undefined },
): Promise<TransactionState> {
  return challengeKnown(deps, await requireTransaction(deps, { id }), { factor, caller, work: { proof } })
}

/** As challengeTransaction, for a transaction that was just read or made. `work`: the asker can do a proof of work, or did this one. `atOnce`: no wait since the last send is asked for, but nothing sent since the reading. */
export async function challengeKnown(
  deps: GateDeps,
  state: TransactionState,
  {
    factor,
    caller,
    work,
    atOnce = false,
  }: { factor: Factor; caller: Caller; work?: { proof: WorkProof | undefined }; atOnce?: boolean },
): Promise<TransactionState> {
  const { transaction, challenges } = state
  if (transaction.status !== 'pending') throw conflict(transaction)
  refuseFactor(transaction, state.offered, factor)
  if (!isChannel(factor)) return askAuthenticator(deps, state, factor, caller)

  const at = deps.clock.now()
  const to = destinationOf(deps, transaction, factor)
  const allowed = atOnce ? { sentBefore: at, sends: transaction.sends } : allowanceOf(deps, state, to.addressRef, at)
  const destination = { ...to, fallBackAt: fallBackAt(transaction, state.offered, factor, at) }
  const occasion = { at, ip: caller.ip }
  const phone = factor === 'email' ? undefined : phoneFrom(to.address)
  const request = {
    door: 'gate' as const,
    account: transaction.subject,
    to: to.address,
    phone,
    channel: factor,
    ip: caller.user ? caller.ip : undefined,
    work: work && { ...work, transaction: transaction.id, version: transaction.version },
    device: caller.device ?? transaction.deviceRef ?? undefined,
  }
  if (!mayAskNow(transaction, allowed)) throw await whyNotSent(deps, transaction.id)
  const decision = await deps.guard.maySend(request)
  const refused = decision.enforced && decision.action !== 'allow'
  deps.guard.note(request, decision, refused ? '' : transaction.id)
  if (refused) throw notAllowed(decision, phone, factor, state.offered)
  const started = await deps.verifier.start({ transaction, challenges }, destination, allowed, occasion)
  if (!started) {
    await deps.guard.giveBack(decision)
    throw await whyNotSent(deps, transaction.id)
  }
  const { challenge } = started
  return stateOf(deps, started.transaction, [challenge, ...challenges.filter((one) => one.id !== challenge.id)])
}

/**
 * When this send may be made: a while after the last one. Before the first that is never, so that of many first ones at once one goes. An
 * address that has had nothing yet waits for nobody, but of those who ask for it at once one goes, too.
 */
function allowanceOf(
  { guard }: Pick<GateDeps, 'guard'>,
  { transaction: { sends }, challenges, message }: TransactionState,
  addressRef: string,
  at: number,
): SendAllowance {
  if (guard.rules.mode === 'off') return { sentBefore: at, sends: null }
  if (sends === 0) return { sentBefore: 0, sends: null }
  // A change leaves no challenge behind, and is no way round the wait.
  const isNew = challenges.length > 0 && !challenges.some((one) => one.addressRef === addressRef)
  // Nobody waits for a message that is known not to come.
  const isLost = message?.status === 'undelivered'
  return isNew || isLost ? { sentBefore: at, sends } : { sentBefore: at - coolDownMs(sends), sends: null }
}

function destinationOf({ keys }: GateDeps, transaction: Transaction, channel: Channel) {
  const found = addressFor(transaction, channel)
  if (!found) throw new AvalError('contact_required', 'The transaction has no address for this channel.')
  const address = openAddress(keys, transaction.keyId, transaction.subject, found.sealed)
  return { channel, address, addressRef: found.ref }
}

/** Refuses a factor that is not open: the subject has none of it, or the policy leaves it out. */
export function refuseFactor(transaction: Transaction, offered: readonly Factor[], factor: Factor): void {
  if (offered.includes(factor)) return
  const has = {
    totp: false,
    passkey: false,
    email: transaction.emailRef !== null,
    sms: true,
    whatsapp: true,
    call: true,
  }
  if (!has[factor]) {
    throw new AvalError(
      'factor_not_enrolled',
      `The subject has no ${factor} enrolled that may approve this.`,
      faultOf('factor', 'not enrolled'),
    )
  }
  const allowed = offered.join(', ')
  throw new AvalError(
    'factor_not_allowed',
    `This transaction cannot be approved by ${factor} now. Allowed: ${allowed}.`,
    faultOf('factor', `use one of: ${allowed}`),
  )
}

/** Whether it is time for a send, as the transaction was read: who comes too early needs no guard. What binds is the count itself. */
function mayAskNow({ sends, lastSentAt }: Transaction, allowed: SendAllowance): boolean {
  if (allowed.sends !== null && sends !== allowed.sends) return false
  return lastSentAt === null || lastSentAt <= allowed.sentBefore
}

/** Users are told what they can do; why is in the decision. */
function notAllowed(
  { action, reasons, proofOfWork }: SendDecision,
  phone: Phone | undefined,
  channel: Channel,
  offered: readonly Factor[],
): AvalError {
  const closed = reasons.some(({ code }) => code === 'country_closed' || code === 'line_unfit')
  if (phone && closed) return destinationClosed(phone, channel)
  const others = offered.filter((factor) => factor !== channel)
  if (action === 'wait') {
    const waits = reasons.flatMap((one) =>
      one.code === 'bucket_empty' && one.next_in_s !== null ? [one.next_in_s] : [],
    )
    return new AvalError(
      'too_many_messages',
      'Too many codes were sent to this address lately and not entered. Use another way, or wait.',
      { retryAfterS: Math.max(1, ...waits), ...alternatives(others) },
    )
  }
  return new AvalError('another_way_needed', 'A code cannot be sent this way right now. Choose another way.', {
    ...alternatives(others),
    proofOfWork,
  })
}

function alternatives(others: readonly Factor[]) {
  return faultOf('factor', others.length > 0 ? `use one of: ${others.join(', ')}` : 'no other way is open')
}

/** Refuses a number that no message may go to, before anything is made for it. */
export function refuseDestination(
  { guard, log }: Pick<GateDeps, 'guard' | 'log'>,
  phone: Phone,
  channel: Channel,
): void {
  const { mode } = guard.rules
  const reason = mode === 'off' ? undefined : destinationRefusal(guard.rules, phone, channel)
  if (!reason) return
  const { country } = phone
  const message = mode === 'enforce' ? 'a message was not allowed' : 'a message would not be allowed'
  log.warn({ action: 'block', reasons: [wordsOf(reason)], country }, message)
  if (mode === 'enforce') throw destinationClosed(phone, channel)
}

/** No message may go to this number. Users are told only that it does not work; the decision has the reason. */
function destinationClosed(phone: Phone, channel: Channel): AvalError {
  const message =
    channel === 'call' || canReceiveSms(phone)
      ? 'Messages to this destination are not allowed.'
      : 'This number cannot receive text messages. Use a mobile number, or ask for a call.'
  return new AvalError('destination_not_allowed', message, faultOf('contact.phone', message))
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
