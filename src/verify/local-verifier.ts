import { type Carrier, CarrierRefusal, type Carriers, type OutgoingMessage, type Receipt } from '../channel/carrier.ts'
import { transactionMessage } from '../channel/transaction-message.ts'
import { newId } from '../lib/ids.ts'
import type { KeyRing } from '../lib/keyring.ts'
import type { Random } from '../lib/random.ts'
import { type Challenge, isLive } from '../model/challenge.ts'
import type { FailureKind } from '../model/delivery.ts'
import { AvalError } from '../model/error.ts'
import { type Channel, channels, isChannel } from '../model/factor.ts'
import type { Transaction } from '../model/transaction.ts'
import {
  challengeOf,
  closeChallenges,
  closeMatched,
  findChallenges,
  insertChallenge,
  repeatChallenge,
} from '../store/challenges.ts'
import { all, type Db, type Unit } from '../store/db.ts'
import { acceptMessage, failMessage, insertMessage, stopWaiting } from '../store/messages.ts'
import type { Occasion } from '../store/occasion.ts'
import { checkCode, movedBy, type SendAllowance, spendSend } from '../store/transactions.ts'
import { type CodeContext, codeMac, deriveCode } from './code.ts'
import { newChallenge } from './new-challenge.ts'
import { approvingUnit, takeEffect } from './take-effect.ts'
import type { Checked, Destination, Started, Verifier, VerifyTarget } from './verifier.ts'

export interface LocalVerifierDeps {
  db: Db
  random: Random
  keys: KeyRing
  /** A channel without a carrier is refused with no_carrier. */
  carriers: Carriers
  brand: string
  /** Host of the pages, for the last line of a text message. */
  host: string
  log: { warn(details: object, message: string): void }
}

/** Aval's own codes: derived, kept as keyed digests, bound to the transaction's digest and to the address that they go to. */
export function createLocalVerifier(deps: LocalVerifierDeps): Verifier {
  return {
    ownsCodes: true,
    channels: new Set(channels.filter((channel) => deps.carriers[channel])),
    start: (target, to, allowed, occasion) => startLocal(deps, target, to, allowed, occasion),
    check: (target, _, code, occasion) => checkLocal(deps, target, code, occasion),
    async cancel() {},
  }
}

async function startLocal(
  deps: LocalVerifierDeps,
  { transaction, challenges }: VerifyTarget,
  to: Destination,
  allowed: SendAllowance,
  occasion: Occasion,
): Promise<Started | undefined> {
  const { channel, address, addressRef } = to
  const carrier = deps.carriers[channel]
  if (!carrier) throw new AvalError('no_carrier', `No carrier is configured for ${channel}, so no code can be sent.`)
  const known = challenges.find((one) => isOurs(one, occasion.at) && one.addressRef === addressRef)
  const fresh = known ? undefined : codedChallenge(deps, transaction, to, occasion.at)
  const messageId = newId('msg', occasion.at, deps.random)
  const instant = carrier.isInstant?.({ to: address, channel }) === true
  const started = await deps.db.unit(function* () {
    const [charged] = yield* all(spendSend(transaction.id, transaction.version, allowed, occasion))
    if (!charged) return undefined
    const challenge = fresh
      ? yield* addChallenge(fresh, channel, occasion)
      : yield* askAgain(known as Challenge, challenges, channel, occasion)
    if (!challenge) return undefined
    if (!instant) yield* noteMessage(messageId, transaction.id, to, carrier.name, occasion)
    return { transaction: movedBy(transaction, charged), challenge }
  })
  if (!started) return undefined

  const code = codeOf(deps, transaction, started.challenge)
  const { kind, locale, summary } = transaction
  const { payee, amount } = summary
  const { brand, host } = deps
  const minutes = Math.ceil((started.challenge.expiresAt - occasion.at) / 60_000)
  const words = transactionMessage(channel, { brand, host, kind, locale, payee, amount, code, minutes })
  const message = { id: messageId, to: address, channel, ...words, code, locale }
  await deliver(deps, carrier, message, instant, occasion)
  return started
}

/** Hands the message over and notes what became of it. Throws delivery_failed when it did not leave and no other channel follows. */
async function deliver(
  { db, log }: LocalVerifierDeps,
  carrier: Carrier,
  message: OutgoingMessage,
  instant: boolean,
  { at }: Occasion,
): Promise<void> {
  let receipt: Receipt
  try {
    receipt = await carrier.send(message)
  } catch (cause) {
    const failure = failureOf(cause)
    log.warn({ carrier: carrier.name, channel: message.channel, ...failure }, 'a message did not leave')
    const [failed] = instant ? [] : await db.write(failMessage(message.id, failure, at))
    if (failed && failed.next_at !== null) return
    throw new AvalError('delivery_failed', 'The code could not be sent. Ask for another one in a moment.', { cause })
  }
  if (!instant) await db.write(acceptMessage(message.id, receipt, at))
}

function failureOf(cause: unknown): { kind: FailureKind; code: string } {
  return cause instanceof CarrierRefusal
    ? { kind: cause.kind, code: cause.code }
    : { kind: 'temporary', code: 'unknown' }
}

function* noteMessage(
  id: string,
  transactionId: string,
  { channel, fallBackAt }: Destination,
  carrier: string,
  { at }: Occasion,
): Unit<void> {
  yield* all(
    insertMessage({
      id,
      transaction_id: transactionId,
      verification_sid: null,
      channel,
      carrier,
      sent_at: at,
      next_at: fallBackAt,
    }),
  )
  yield* all(stopWaiting(transactionId, id))
}

/** The fresh challenge, or the live one that another request added between the reading and the charge. */
function* addChallenge(fresh: Challenge, channel: Channel, { at }: Occasion): Unit<Challenge | undefined> {
  const rows = yield* all(findChallenges(fresh.transactionId, fresh.version))
  const live = rows.map(challengeOf).find((one) => isOurs(one, at) && one.addressRef === fresh.addressRef)
  const [row] = yield* all(live ? repeatChallenge(live.id, channel, at) : insertChallenge(fresh))
  return row && challengeOf(row)
}

/** The known challenge as the one that was asked for last. It stands untouched where it is that already. */
function* askAgain(
  known: Challenge,
  challenges: readonly Challenge[],
  channel: Channel,
  { at }: Occasion,
): Unit<Challenge | undefined> {
  if (known.channel === channel && challenges[0]?.id === known.id) return known
  const [row] = yield* all(repeatChallenge(known.id, channel, at))
  return row && challengeOf(row)
}

async function checkLocal(
  deps: LocalVerifierDeps,
  { transaction, challenges }: VerifyTarget,
  code: string,
  occasion: Occasion,
): Promise<Checked | undefined> {
  const live = challenges.filter((one) => isOurs(one, occasion.at))
  if (live.length === 0) return undefined
  // An address has one live challenge, and a transaction at most three addresses.
  const [first = '-', second = '-', third = '-'] = live.map((one) =>
    codeMac(deps.keys, one.keyId, code, contextOf(transaction, one)),
  )
  const macs = [first, second, third] as const
  return approvingUnit(deps.db, transaction, occasion, function* () {
    const [row] = yield* all(checkCode(transaction, macs, occasion))
    if (!row) return undefined
    const moved = movedBy(transaction, row)
    if (moved.status !== 'pending') yield* all(closeChallenges(moved.id))
    else if (moved.proven !== transaction.proven) yield* all(closeMatched(moved.id, macs))
    return yield* outcomeOf(deps, transaction, moved, occasion)
  })
}

/** What a counted try came to; what an approval changes of its subject is changed here, in the same unit. */
export function* outcomeOf(
  deps: Pick<LocalVerifierDeps, 'keys' | 'random'>,
  { proven }: Transaction,
  moved: Transaction,
  occasion: Occasion,
): Unit<Checked> {
  if (moved.status === 'locked') return { outcome: 'locked', transaction: moved }
  if (moved.status === 'approved') return { outcome: 'approved', transaction: yield* takeEffect(deps, moved, occasion) }
  return { outcome: moved.proven === proven ? 'wrong' : 'proven', transaction: moved }
}

/** Live, and with a code that Aval made: not one of Twilio's from before a change of mode, and no app's or passkey's. */
function isOurs(challenge: Challenge, at: number): boolean {
  return isLive(challenge, at) && challenge.codeMac !== '' && isChannel(challenge.channel)
}

function codedChallenge(deps: LocalVerifierDeps, transaction: Transaction, to: Destination, at: number): Challenge {
  const codeSeed = deps.random.bytes(16).toString('base64url')
  const challenge = { ...newChallenge(deps, transaction, to, at), codeSeed, sentAt: at }
  const code = codeOf(deps, transaction, challenge)
  return { ...challenge, codeMac: codeMac(deps.keys, challenge.keyId, code, contextOf(transaction, challenge)) }
}

function codeOf({ keys }: LocalVerifierDeps, transaction: Transaction, challenge: Challenge): string {
  const { keyId, codeSeed } = challenge
  return deriveCode(keys, keyId, codeSeed, contextOf(transaction, challenge), transaction.codeLength)
}

/** One code for all channels to an address. Those to a phone are named by the first that there was. */
function contextOf({ id, digest }: Transaction, { addressRef, channel }: Challenge): CodeContext {
  return { scope: id, digest, addressRef, channel: channel === 'email' ? 'email' : 'sms' }
}
