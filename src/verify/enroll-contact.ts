import type { Transaction } from '../model/transaction.ts'
import { closeChallenges } from '../store/challenges.ts'
import { findContact, insertContact, lockSubject } from '../store/contacts.ts'
import { all, type Db, type Unit } from '../store/db.ts'
import type { Occasion } from '../store/occasion.ts'
import { supersedeOthers } from '../store/transactions.ts'

/** Another transaction enrolled another phone in the same instant: this approval must not stand. */
class EnrolmentLost extends Error {}

/**
 * Runs the unit that may approve: under the lock of its subject where it would enrol. Undefined when the steps gave none, or when
 * another phone was enrolled first; then nothing of it stands.
 */
export async function approvingUnit<T>(
  db: Db,
  { enrolls, subject }: Transaction,
  { at }: Occasion,
  steps: () => Unit<T | undefined>,
): Promise<T | undefined> {
  try {
    return await db.unit(function* () {
      if (enrolls) yield* all(lockSubject(subject, at))
      return yield* steps()
    })
  } catch (error) {
    if (error instanceof EnrolmentLost) return undefined
    throw error
  }
}

/**
 * Steps of the unit that approves: enrols the proven phone as the subject's first, and gives up the subject's other pending
 * transactions that would enrol another. Throws EnrolmentLost, which undoes the whole unit, when another phone was first.
 */
export function* enrollContact(transaction: Transaction, occasion: Occasion): Unit<void> {
  if (!transaction.enrolls || !transaction.phoneRef || !transaction.phoneSealed || !transaction.phoneMask) return
  const enrolled = yield* all(
    insertContact({
      subject: transaction.subject,
      kind: 'phone',
      key_id: transaction.keyId,
      address_ref: transaction.phoneRef,
      address_sealed: transaction.phoneSealed,
      address_mask: transaction.phoneMask,
      transaction_id: transaction.id,
      enrolled_at: occasion.at,
    }),
  )
  if (enrolled.length === 0) {
    const [first] = yield* all(findContact(transaction.subject, 'phone'))
    if (first?.address_ref !== transaction.phoneRef) throw new EnrolmentLost()
  }
  yield* supersede(transaction.subject, transaction.phoneRef, occasion)
}

/** Gives up the subject's pending transactions that would enrol another phone than this one. */
export function* supersede(subject: string, phoneRef: string, occasion: Occasion): Unit<void> {
  for (const { id } of yield* all(supersedeOthers(subject, phoneRef, occasion))) yield* all(closeChallenges(id))
}
