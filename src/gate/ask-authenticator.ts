import { isLive } from '../model/challenge.ts'
import { AvalError } from '../model/error.ts'
import { findAuthenticators } from '../store/authenticators.ts'
import { challengeOf, findChallenges, insertChallenge, repeatChallenge } from '../store/challenges.ts'
import { all } from '../store/db.ts'
import { movedBy, noteChallenge } from '../store/transactions.ts'
import { newChallenge } from '../verify/new-challenge.ts'
import type { Caller, GateDeps, TransactionState } from './deps.ts'
import { passkeyChallenge } from './passkey-challenge.ts'
import { conflict, requireTransaction, stateOf } from './read-transaction.ts'

/** A signature is due within five minutes of being asked for. */
const passkeyTtlMs = 5 * 60_000

/**
 * Asks for an app's code or for a passkey: nothing is sent, and no send is spent. The ask that is live is the answer to another one.
 * Refuses with factor_not_enrolled when the subject has none left, and with transaction_<status> after a race.
 */
export async function askAuthenticator(
  deps: GateDeps,
  { transaction }: TransactionState,
  factor: 'totp' | 'passkey',
  { ip }: Caller,
): Promise<TransactionState> {
  const { db, random } = deps
  const { id, version, subject } = transaction
  const enrolled = (await db.read(findAuthenticators(subject))).filter(({ kind }) => kind === factor)
  if (enrolled.length === 0) {
    throw new AvalError('factor_not_enrolled', `The subject has no ${factor} enrolled.`, {
      faults: [{ path: 'factor', message: 'not enrolled' }],
    })
  }
  const at = deps.clock.now()
  const fresh = { ...newChallenge(deps, transaction, { channel: factor, addressRef: factor }, at), sentAt: at }
  if (factor === 'passkey') {
    fresh.expiresAt = Math.min(at + passkeyTtlMs, transaction.expiresAt)
    fresh.codeSeed = random.bytes(32).toString('base64url')
    fresh.codeMac = passkeyChallenge(deps.relyingParty, transaction, fresh)
  } else {
    // The app makes codes for ever; what a code must be is in the app's own record.
    fresh.expiresAt = transaction.expiresAt
    fresh.codeMac = 'totp'
  }
  const moved = await db.unit(function* () {
    const [row] = yield* all(noteChallenge(id, version, { at, ip }))
    if (!row) return undefined
    const known = (yield* all(findChallenges(id, version))).map(challengeOf)
    const live = known.find((one) => one.channel === factor && isLive(one, at))
    yield* all(live ? repeatChallenge(live.id, factor, at) : insertChallenge(fresh))
    return { row, challenges: (yield* all(findChallenges(id, version))).map(challengeOf) }
  })
  if (!moved) throw conflict((await requireTransaction(deps, { id })).transaction)
  return {
    ...stateOf(deps, movedBy(transaction, moved.row), moved.challenges),
    passkeys: factor === 'passkey' ? enrolled : [],
  }
}
