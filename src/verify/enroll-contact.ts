import type { Transaction } from '../model/transaction.ts'
import { closeChallenges } from '../store/challenges.ts'
import { findContact, insertContact } from '../store/contacts.ts'
import { all, type Unit } from '../store/db.ts'
import { type Occasion, supersedeOthers } from '../store/transactions.ts'

/** Another transaction enrolled another phone in the same instant: this approval must not stand. */
export class EnrolmentLost extends Error {}

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
  const given = yield* all(supersedeOthers(transaction.subject, transaction.phoneRef, occasion))
  for (const { id } of given) yield* all(closeChallenges(id))
}
