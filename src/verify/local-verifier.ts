import type { Carriers } from '../channel/carrier.ts'
import { transactionMessage } from '../channel/transaction-message.ts'
import { newId } from '../lib/ids.ts'
import type { KeyRing } from '../lib/keyring.ts'
import type { Random } from '../lib/random.ts'
import { type Challenge, isLive } from '../model/challenge.ts'
import { AvalError } from '../model/error.ts'
import type { Transaction } from '../model/transaction.ts'
import { challengeOf, closeChallenges, findChallenges, insertChallenge } from '../store/challenges.ts'
import { all, type Db, type Unit } from '../store/db.ts'
import type { Occasion } from '../store/occasion.ts'
import { checkCode, movedBy, spendSend } from '../store/transactions.ts'
import { type CodeContext, codeMac, deriveCode } from './code.ts'
import { approvingUnit, enrollContact } from './enroll-contact.ts'
import { newChallenge } from './new-challenge.ts'
import type { Checked, Started, Verifier, VerifyTarget } from './verifier.ts'

export interface LocalVerifierDeps {
  db: Db
  random: Random
  keys: KeyRing
  /** A channel without a carrier is refused with no_carrier. */
  carriers: Carriers
  brand: string
  /** Host of the pages, for the last line of a message. */
  host: string
}

/** Aval's own codes: derived, kept as keyed digests, bound to the transaction's digest, its phone and the channel. */
export function createLocalVerifier(deps: LocalVerifierDeps): Verifier {
  return {
    start: (target, sentBefore, occasion) => startLocal(deps, target, sentBefore, occasion),
    check: (target, code, occasion) => checkLocal(deps, target, code, occasion),
    async cancel() {},
  }
}

async function startLocal(
  deps: LocalVerifierDeps,
  { transaction, challenges, phone }: VerifyTarget,
  sentBefore: number,
  occasion: Occasion,
): Promise<Started | undefined> {
  const carrier = deps.carriers.sms
  if (!carrier) throw new AvalError('no_carrier', 'No carrier for text messages is configured, so no code can be sent.')
  const known = challenges.find((one) => isOurs(one, occasion.at))
  const fresh = known ? undefined : codedChallenge(deps, transaction, occasion.at)
  const started = await deps.db.unit(function* () {
    const [charged] = yield* all(spendSend(transaction.id, transaction.version, sentBefore, occasion))
    if (!charged) return undefined
    const challenge = fresh ? yield* addChallenge(fresh, occasion) : known
    return challenge && { transaction: movedBy(transaction, charged), challenge }
  })
  if (!started) return undefined

  const { challenge } = started
  const context = contextOf(transaction, challenge)
  const code = deriveCode(deps.keys, challenge.keyId, challenge.codeSeed, context, transaction.codeLength)
  const { kind, locale, summary } = transaction
  const { payee, amount } = summary
  const { brand, host } = deps
  const minutes = Math.ceil((challenge.expiresAt - occasion.at) / 60_000)
  const words = transactionMessage('sms', { brand, host, kind, locale, payee, amount, code, minutes })
  try {
    await carrier.send({
      id: newId('msg', occasion.at, deps.random),
      to: phone,
      channel: challenge.channel,
      ...words,
      code,
      locale,
    })
  } catch (cause) {
    throw new AvalError('delivery_failed', 'The code could not be sent. Ask for another one in a moment.', { cause })
  }
  return started
}

/** The fresh challenge, or the live one that another request added between the reading and the charge. */
function* addChallenge(fresh: Challenge, { at }: Occasion): Unit<Challenge | undefined> {
  const rows = yield* all(findChallenges(fresh.transactionId, fresh.version))
  const live = rows.map(challengeOf).find((one) => isOurs(one, at))
  if (live) return live
  const [added] = yield* all(insertChallenge(fresh))
  return added && challengeOf(added)
}

async function checkLocal(
  deps: LocalVerifierDeps,
  { transaction, challenges }: VerifyTarget,
  code: string,
  occasion: Occasion,
): Promise<Checked | undefined> {
  const live = challenges.filter((one) => isOurs(one, occasion.at))
  if (live.length === 0) return undefined
  const macs = live.map((one) => codeMac(deps.keys, one.keyId, code, contextOf(transaction, one)))
  const [first = '-', second = '-'] = macs
  return approvingUnit(deps.db, transaction, occasion, function* () {
    const [row] = yield* all(checkCode(transaction.id, transaction.version, [first, second], 'sms', occasion))
    if (!row) return undefined
    const moved = movedBy(transaction, row)
    if (moved.status !== 'pending') yield* all(closeChallenges(moved.id))
    if (moved.status === 'approved') yield* enrollContact(moved, occasion)
    const outcome = moved.status === 'approved' || moved.status === 'locked' ? moved.status : 'wrong'
    return { outcome, transaction: moved } satisfies Checked
  })
}

/** Live, and with a code that Aval made: not one of Twilio's from before a change of mode. */
function isOurs(challenge: Challenge, at: number): boolean {
  return isLive(challenge, at) && challenge.codeMac !== ''
}

function codedChallenge(deps: LocalVerifierDeps, transaction: Transaction, at: number): Challenge {
  const codeSeed = deps.random.bytes(16).toString('base64url')
  const challenge = { ...newChallenge(deps, transaction, at), codeSeed, sentAt: at }
  const context = contextOf(transaction, challenge)
  const code = deriveCode(deps.keys, challenge.keyId, challenge.codeSeed, context, transaction.codeLength)
  return { ...challenge, codeMac: codeMac(deps.keys, challenge.keyId, code, context) }
}

function contextOf({ id, digest }: Transaction, { addressRef, channel }: Challenge): CodeContext {
  return { scope: id, digest, addressRef, channel }
}
