import { AvalError } from '../model/error.ts'
import type { Transaction } from '../model/transaction.ts'
import { findContact } from '../store/contacts.ts'
import { supersede } from '../verify/enroll-contact.ts'
import { phoneOf } from './challenge-transaction.ts'
import type { Caller, GateDeps, TransactionState } from './deps.ts'
import { conflict, requireTransaction, stateOf } from './read-transaction.ts'

/**
 * Tries a code. A wrong one is an answer ({ matched: false }, and status locked after the fifth), not an error.
 * Refuses with transaction_<status>, no_open_challenge, code_expired, and invalid_request for what cannot be a code. None costs a
 * try, but a code_expired that Twilio says does: it is charged before Twilio is asked.
 */
export async function checkTransaction(
  deps: GateDeps,
  { id, code, caller }: { id: string; code: string; caller: Caller },
): Promise<{ matched: boolean; state: TransactionState }> {
  const before = await requireTransaction(deps, { id })
  const { transaction, challenges } = before
  if (transaction.status !== 'pending') throw conflict(transaction)
  refuseMalformed(code, transaction.codeLength)
  const at = deps.clock.now()
  const target = { transaction, challenges, phone: phoneOf(deps, transaction) }
  const checked = await deps.verifier.check(target, code, { at, ip: caller.ip })
  if (!checked) throw await whyNotChecked(deps, before)
  return { matched: checked.outcome === 'approved', state: stateOf(deps, checked.transaction, challenges) }
}

function refuseMalformed(code: string, length: number): void {
  if (code.length === length && /^[0-9]+$/.test(code)) return
  const message = `The code has ${length} digits, 0 to 9.`
  throw new AvalError('invalid_request', message, { faults: [{ path: 'code', message }] })
}

async function whyNotChecked(deps: GateDeps, before: TransactionState): Promise<AvalError> {
  const { transaction, challenge, now } = await requireTransaction(deps, before.transaction)
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

async function supersededByContact({ db, clock }: GateDeps, { subject, phoneRef }: Transaction): Promise<boolean> {
  const [contact] = await db.read(findContact(subject, 'phone'))
  if (!contact || contact.address_ref === phoneRef) return false
  await db.unit(() => supersede(subject, contact.address_ref, { at: clock.now(), ip: '' }))
  return true
}
