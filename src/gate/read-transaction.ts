import { coolDownMs } from '../guard/cool-down.ts'
import type { Challenge } from '../model/challenge.ts'
import { AvalError } from '../model/error.ts'
import { checksMax, sendsMax, type Transaction } from '../model/transaction.ts'
import { findAuthenticators } from '../store/authenticators.ts'
import { challengeOf, closeChallenges, findChallenges } from '../store/challenges.ts'
import { all } from '../store/db.ts'
import { findMessages } from '../store/messages.ts'
import { expireTransactions, findTransaction, lockSpent, transactionOf } from '../store/transactions.ts'
import type { GateDeps, TransactionState } from './deps.ts'
import { awaitsTarget, offeredFactors } from './ways.ts'

type ReadDeps = Pick<GateDeps, 'db' | 'clock' | 'guard' | 'verifier' | 'relyingParty'>

/** The transaction as it stands now, or undefined when there is none. One whose time is over is ended here. */
export async function readTransaction(deps: ReadDeps, { id }: { id: string }): Promise<TransactionState | undefined> {
  const [row] = await deps.db.read(findTransaction(id))
  if (!row) return undefined
  const transaction = await endIfDue(deps, transactionOf(row))
  return stateWithAll(deps, transaction)
}

/** The state of a transaction that was just read, with what can only be read besides. */
export async function stateWithAll(deps: ReadDeps, transaction: Transaction): Promise<TransactionState> {
  const { id, version, status, subject } = transaction
  const challenges = await deps.db.read(findChallenges(id, version))
  const state = stateOf(deps, transaction, challenges.map(challengeOf))
  if (status !== 'pending' || !state.challenge) return state
  if (state.challenge.channel === 'passkey') return { ...state, passkeys: await passkeysOf(deps, subject) }
  const [message] = await deps.db.read(findMessages(id))
  const isLost = message?.status === 'undelivered' && state.resendAt !== null
  return { ...state, message, ...(isLost && { resendAt: message.sent_at }) }
}

/** Like readTransaction, but a missing transaction is not_found. */
export async function requireTransaction(deps: ReadDeps, command: { id: string }): Promise<TransactionState> {
  const state = await readTransaction(deps, command)
  if (!state) throw notFound()
  return state
}

/** The state that follows from what is already known of a transaction and its challenges, newest first. */
export function stateOf(
  { clock, guard, verifier, relyingParty }: Pick<ReadDeps, 'clock' | 'guard' | 'verifier' | 'relyingParty'>,
  transaction: Transaction,
  challenges: readonly Challenge[],
): TransactionState {
  const { sends, lastSentAt } = transaction
  // A new address that has had no code yet is not made to wait for the others'.
  const waits =
    guard.rules.mode !== 'off' &&
    !(awaitsTarget(transaction) && !challenges.some((one) => one.addressRef === transaction.targetRef))
  const wait = waits ? coolDownMs(sends) : 0
  return {
    transaction,
    challenge: challenges[0],
    challenges,
    offered: offeredFactors(transaction, verifier.channels),
    passkeys: [],
    relyingPartyId: relyingParty.id,
    message: undefined,
    resendAt: sends >= sendsMax ? null : (lastSentAt ?? 0) + wait,
    now: clock.now(),
  }
}

/** The answer for every id that the caller cannot see: the same bytes whether it exists or not (OWASP ASVS 5.0, 8.2.2). */
export function notFound(): AvalError {
  return new AvalError('not_found', 'There is no such transaction.')
}

/** The conflict that names the status which stands in the way. */
export function conflict(transaction: Transaction): AvalError {
  const { status } = transaction
  return new AvalError(`transaction_${status}`, conflictText[status])
}

const conflictText = {
  pending: 'The transaction is not approved yet.',
  approved: 'The transaction is already approved.',
  releasing: 'The transaction is approved and being released.',
  released: 'The transaction was released; it cannot be used again.',
  denied: 'The transaction was denied.',
  canceled: 'The transaction was canceled.',
  expired: 'The transaction has expired. Create a new one.',
  locked: 'Five wrong codes were entered, so the transaction is locked. Create a new one.',
  superseded: 'Another phone was enrolled for this subject meanwhile. Create a new transaction.',
} as const

async function passkeysOf({ db }: ReadDeps, subject: string) {
  return (await db.read(findAuthenticators(subject))).filter(({ kind }) => kind === 'passkey')
}

async function endIfDue({ db, clock }: ReadDeps, transaction: Transaction): Promise<Transaction> {
  const at = clock.now()
  if (transaction.status !== 'pending') return transaction
  const due = transaction.expiresAt <= at
  if (!due && transaction.checks < checksMax) return transaction
  const occasion = { at, ip: '' }
  const ended = await db.unit(function* () {
    const [row] = yield* all(
      due ? expireTransactions(transaction.id, 1, occasion) : lockSpent(transaction.id, occasion),
    )
    if (row) yield* all(closeChallenges(row.id))
    return row
  })
  if (ended) return transactionOf(ended)
  const [row] = await db.read(findTransaction(transaction.id))
  return row ? transactionOf(row) : transaction
}
