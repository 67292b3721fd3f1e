import { isSid } from '../lib/ids.ts'
import type { KeyRing } from '../lib/keyring.ts'
import type { Random } from '../lib/random.ts'
import { type Challenge, isLive } from '../model/challenge.ts'
import { AvalError } from '../model/error.ts'
import { type Channel, isChannel } from '../model/factor.ts'
import { checksMax, type Transaction } from '../model/transaction.ts'
import {
  bindVerification,
  challengeOf,
  closeAt,
  closeChallenge,
  closeChallenges,
  closeOthersAt,
  findChallenges,
  insertChallenge,
  repeatChallenge,
} from '../store/challenges.ts'
import { all, type Db } from '../store/db.ts'
import type { Occasion } from '../store/occasion.ts'
import {
  approveChecked,
  lockSpent,
  movedBy,
  type SendAllowance,
  spendCheck,
  spendSend,
  transactionOf,
} from '../store/transactions.ts'
import { outcomeOf } from './local-verifier.ts'
import { newChallenge } from './new-challenge.ts'
import { approvingUnit } from './take-effect.ts'
import {
  createTwilioClient,
  type Deal,
  type TwilioAccount,
  type TwilioClient,
  type TwilioVerification,
} from './twilio-client.ts'
import {
  type Checked,
  type Destination,
  elementAt,
  type Started,
  type Verifier,
  type VerifyTarget,
} from './verifier.ts'

export interface TwilioVerifierDeps extends TwilioAccount {
  db: Db
  random: Random
  keys: KeyRing
  /** The channels that the Verify service has. */
  channels: readonly Channel[]
  log: { warn(details: object, message: string): void }
}

interface Context extends TwilioVerifierDeps {
  client: TwilioClient
}

/**
 * Twilio makes and compares the codes. Plain Verify sends one code for all that is open on a phone, so at most one challenge is open
 * on a phone, an older one is canceled at Twilio before the next starts, and only our own check of the sid that we stored is believed
 * (docs/decisions/0006-twilio-mode.md). With a PSD2 service amount and payee bind the code too.
 */
export async function createTwilioVerifier(deps: TwilioVerifierDeps): Promise<Verifier> {
  const client = await createTwilioClient(deps, deps.log)
  const context = { ...deps, client }
  async function refuseWhenDown(): Promise<void> {
    client.refuseWhenDown()
    // Asked before anything is charged: without the answer no call can be made rightly.
    await client.isPsd2()
  }
  return {
    ownsCodes: false,
    channels: new Set(deps.channels),
    async start(target, to, allowed, occasion) {
      await refuseWhenDown()
      return startAtTwilio(context, target, to, allowed, occasion)
    },
    async check(target, addressOf, code, occasion) {
      await refuseWhenDown()
      return checkAtTwilio(context, target, addressOf, code, occasion)
    },
    async cancel(verificationSids) {
      for (const sid of verificationSids) await client.cancel(sid)
    },
  }
}

async function startAtTwilio(
  context: Context,
  { transaction }: VerifyTarget,
  to: Destination,
  allowed: SendAllowance,
  occasion: Occasion,
): Promise<Started | undefined> {
  const { db, client } = context
  const { channel, address, addressRef } = to
  const fresh = { ...newChallenge(context, transaction, to, occasion.at), sentAt: occasion.at }
  const claimed = await db.unit(function* () {
    const [charged] = yield* all(spendSend(transaction.id, transaction.version, allowed, occasion))
    if (!charged) return undefined
    const known = (yield* all(findChallenges(transaction.id, transaction.version))).map(challengeOf)
    const live = known.find((one) => isAtTwilio(one, occasion.at) && one.addressRef === addressRef)
    const closed = yield* all(closeOthersAt(addressRef, transaction.id))
    if (live) {
      const [again] = yield* all(repeatChallenge(live.id, channel, occasion.at))
      return again && { transaction: movedBy(transaction, charged), challenge: challengeOf(again), closed }
    }
    closed.push(...(yield* all(closeAt(addressRef, transaction.id))))
    const [added] = yield* all(insertChallenge(fresh))
    if (!added)
      throw new AvalError('resend_too_soon', 'Another code is just being sent to this phone.', { retryAfterS: 1 })
    return { transaction: movedBy(transaction, charged), challenge: challengeOf(added), closed }
  })
  if (!claimed) return undefined
  for (const { verification_sid: sid } of claimed.closed) {
    if (sid && !(await client.cancel(sid))) throw new AvalError('delivery_failed', 'The code could not be sent.')
  }

  const { challenge } = claimed
  const deal = await dealOf(client, transaction)
  let made = await client.start(address, channel, transaction.locale, deal)
  // More sends than ours mean that somebody else's code lives on this phone: void it, and have a code of our own made.
  if (made.sid !== challenge.verificationSid && made.sends > 1) {
    await client.cancel(made.sid)
    made = await client.start(address, channel, transaction.locale, deal)
    if (made.sends > 1) throw new AvalError('delivery_failed', 'The code could not be sent.')
  }
  if (made.status !== 'pending' || !isOurs(context, made, address) || !isSid('VE', made.sid)) {
    context.log.warn({ transaction: transaction.id }, 'an answer of Twilio Verify is not about what was asked')
    throw new AvalError('delivery_failed', 'The code could not be sent.')
  }
  const [bound] = await db.write(bindVerification(challenge.id, made.sid, occasion.at))
  if (bound) return { transaction: claimed.transaction, challenge: challengeOf(bound) }
  await client.cancel(made.sid)
  throw new AvalError('delivery_failed', 'The transaction changed while the code was being sent.')
}

async function checkAtTwilio(
  context: Context,
  { transaction, challenges }: VerifyTarget,
  addressOf: (challenge: Challenge) => string | undefined,
  code: string,
  occasion: Occasion,
): Promise<Checked | undefined> {
  const { db, client } = context
  const { id } = transaction
  const live = challenges.find((one) => isAtTwilio(one, occasion.at))
  const address = live && addressOf(live)
  if (!live?.verificationSid || !address) return undefined
  const [charged] = await db.write(spendCheck(transaction, occasion))
  if (!charged) return undefined

  const answer = await client.check(live.verificationSid, code, await dealOf(client, transaction))
  const approved =
    answer?.status === 'approved' && answer.sid === live.verificationSid && isOurs(context, answer, address)
  if (approved) return approve(context, transaction, live, occasion)
  if (charged.checks >= checksMax) {
    const locked = await db.unit(function* () {
      const [row] = yield* all(lockSpent(id, occasion))
      return row && { row, closed: yield* all(closeChallenges(id)) }
    })
    if (!locked) return undefined
    for (const one of locked.closed) if (one.verification_sid) await client.cancel(one.verification_sid)
    return { outcome: 'locked', transaction: transactionOf(locked.row) }
  }
  if (!answer) throw new AvalError('code_expired', 'The code has expired. Ask for a new one.')
  return { outcome: 'wrong', transaction: transactionOf(charged) }
}

async function approve(
  context: Context,
  transaction: Transaction,
  live: Challenge,
  occasion: Occasion,
): Promise<Checked | undefined> {
  const { db, client } = context
  const approval = {
    challengeId: live.id,
    channel: live.channel as Channel,
    element: elementAt(transaction, live.addressRef),
    binding: (await client.isPsd2()) ? ('psd2' as const) : ('sid' as const),
  }
  return approvingUnit(db, transaction, occasion, function* () {
    const [row] = yield* all(approveChecked(transaction, approval, occasion))
    if (!row) return undefined
    const moved = transactionOf(row)
    yield* all(moved.status === 'pending' ? closeChallenge(live.id) : closeChallenges(moved.id))
    return yield* outcomeOf(context, transaction, moved, occasion)
  })
}

/** Live, and with a code that Twilio made. */
function isAtTwilio(challenge: Challenge, at: number): boolean {
  return isLive(challenge, at) && challenge.verificationSid !== null && isChannel(challenge.channel)
}

function isOurs(deps: TwilioAccount, answer: TwilioVerification, address: string): boolean {
  return answer.to === address && answer.serviceSid === deps.verifyServiceSid && answer.accountSid === deps.accountSid
}

async function dealOf(client: TwilioClient, { summary }: Transaction): Promise<Deal> {
  if (!(await client.isPsd2())) return {}
  return { amount: summary.amount ? `${summary.amount.currency} ${summary.amount.value}` : '-', payee: summary.payee }
}
