import { openAddress, sealAddress } from '../lib/address.ts'
import { newId } from '../lib/ids.ts'
import type { KeyRing } from '../lib/keyring.ts'
import type { Random } from '../lib/random.ts'
import type { Transaction } from '../model/transaction.ts'
import { beginAuthenticator, endAuthenticator } from '../store/authenticators.ts'
import { closeChallenges } from '../store/challenges.ts'
import {
  type ContactKind,
  type ContactRow,
  endContacts,
  findContacts,
  insertContact,
  lockSubject,
} from '../store/contacts.ts'
import { all, type Db, type Unit } from '../store/db.ts'
import { oweNotice } from '../store/notices.ts'
import type { Occasion } from '../store/occasion.ts'
import { dropRecoveryCodes } from '../store/recovery-codes.ts'
import { finishEnrolment, supersedeContactChanges, supersedeOthers, transactionOf } from '../store/transactions.ts'
import { sealTotpSecret, totpSecret } from './factors/totp.ts'

interface EffectDeps {
  keys: KeyRing
  random: Random
}

/** Something came first in the same instant: nothing of this unit may stand. */
export class Undone extends Error {}

/**
 * Runs the unit that may approve: under the lock of its subject where it would change what the subject approves with. Undefined when the
 * steps gave none or threw Undone; then nothing of it stands.
 */
export async function approvingUnit<T>(
  db: Db,
  { enrolls, targetRef, subject }: Transaction,
  { at }: Occasion,
  steps: () => Unit<T | undefined>,
): Promise<T | undefined> {
  try {
    return await db.unit(function* () {
      if (enrolls || targetRef !== null) yield* all(lockSubject(subject, at))
      return yield* steps()
    })
  } catch (error) {
    if (error instanceof Undone) return undefined
    throw error
  }
}

/**
 * Steps of the unit that approves: what the approval changes of the subject. The first proven address is enrolled; a new contact takes the
 * old one's place, at once or after its wait; an authenticator is removed; everybody who is enrolled is told. Gives the transaction as it
 * then stands. Throws Undone when another first address was enrolled first.
 */
export function* takeEffect(deps: EffectDeps, transaction: Transaction, occasion: Occasion): Unit<Transaction> {
  switch (transaction.kind) {
    case 'contact.phone':
      return yield* replaceContact(deps, transaction, 'phone', occasion)
    case 'contact.email':
      return yield* replaceContact(deps, transaction, 'email', occasion)
    case 'factor.remove':
      return yield* removeFactor(deps, transaction, occasion)
    case 'factor.totp':
    case 'factor.passkey':
      yield* begin(deps, transaction, occasion)
      return transaction
    default: {
      if (transaction.enrolls) yield* enrollFirst(deps, transaction, occasion)
      if (transaction.holdMs > 0 || transaction.review === 'wanted') yield* tellHeld(deps, transaction, occasion)
      return transaction
    }
  }
}

/** Owes everybody who is enrolled a notice of what was changed. */
export function* tellEverybody(
  { keys, random }: EffectDeps,
  { subject, locale }: Pick<Transaction, 'subject' | 'locale'>,
  contacts: readonly ContactRow[],
  notice: { kind: string; details: object },
  { at }: Occasion,
): Unit<void> {
  for (const contact of contacts) {
    const id = newId('ntc', at, random)
    const address = openAddress(keys, contact.key_id, subject, contact.address_sealed)
    yield* all(
      oweNotice({
        id,
        subject,
        channel: contact.kind === 'phone' ? 'sms' : 'email',
        key_id: keys.activeId,
        address_sealed: sealAddress(keys, keys.activeId, id, address, random),
        locale,
        kind: notice.kind,
        details: JSON.stringify(notice.details),
        created_at: at,
      }),
    )
  }
}

/** Everybody who is enrolled is told of a release that waits, and can call it off. */
function* tellHeld(deps: EffectDeps, transaction: Transaction, occasion: Occasion): Unit<void> {
  const { id, keyId, kind, holdMs } = transaction
  const contacts = yield* all(findContacts(transaction.subject))
  const details = { act: kind, until: occasion.at + holdMs, transaction: id, keyId }
  yield* tellEverybody(deps, transaction, contacts, { kind: 'transaction.held', details }, occasion)
}

function* enrollFirst(deps: EffectDeps, transaction: Transaction, occasion: Occasion): Unit<void> {
  const address = firstAddress(transaction)
  if (!address) return
  const enrolled = yield* all(findContacts(transaction.subject))
  if (enrolled.length === 0) yield* all(insertContact(contactOf(deps, transaction, address, occasion.at, occasion.at)))
  else if (!enrolled.some(({ address_ref }) => address_ref === address.ref)) throw new Undone()
  yield* supersede(transaction.subject, address.ref, occasion)
  yield* supersedeChanges(transaction, occasion)
}

function* replaceContact(
  deps: EffectDeps,
  transaction: Transaction,
  kind: ContactKind,
  occasion: Occasion,
): Unit<Transaction> {
  const { subject, targetRef, targetSealed, targetMask, targetDelayMs } = transaction
  if (!targetRef || !targetSealed || !targetMask) return transaction
  const before = yield* all(findContacts(subject))
  const target = { kind, ref: targetRef, sealed: targetSealed, mask: targetMask }
  const usableAt = occasion.at + targetDelayMs
  const contact = contactOf(deps, transaction, target, occasion.at, usableAt)
  yield* all(insertContact(contact))
  // One that waits is replaced by this one; the one in use only when this one is in use itself.
  const from = targetDelayMs > 0 ? occasion.at + 1 : 0
  yield* all(endContacts({ subject, kind, except: contact.id }, from, occasion.at))
  yield* supersede(subject, targetRef, occasion)
  yield* supersedeChanges(transaction, occasion)
  const details = { mask: targetMask, usableAt: targetDelayMs > 0 ? usableAt : undefined }
  yield* tellEverybody(deps, transaction, before, { kind: transaction.kind, details }, occasion)
  return yield* finish(transaction, occasion)
}

/** An app or a passkey is begun: what it will prove itself with is made here, and seen only after the approval. */
function* begin({ keys, random }: EffectDeps, transaction: Transaction, { at }: Occasion): Unit<void> {
  const id = newId('fac', at, random)
  const keyId = keys.activeId
  const isApp = transaction.kind === 'factor.totp'
  const secret = isApp ? sealTotpSecret(keys, { sid: id, key_id: keyId }, totpSecret(random, undefined), random) : null
  yield* all(
    beginAuthenticator({
      id,
      subject: transaction.subject,
      kind: isApp ? 'totp' : 'passkey',
      name: transaction.summary.payee,
      key_id: keyId,
      transaction_id: transaction.id,
      secret_sealed: secret,
      challenge: isApp ? null : random.bytes(32).toString('base64url'),
      created_at: at,
    }),
  )
}

function* removeFactor(deps: EffectDeps, transaction: Transaction, occasion: Occasion): Unit<Transaction> {
  const [removed] = yield* all(endAuthenticator(transaction.subject, transaction.targetRef ?? '', occasion.at))
  if (removed?.kind === 'totp') yield* all(dropRecoveryCodes(transaction.subject))
  if (removed) {
    const contacts = yield* all(findContacts(transaction.subject))
    const notice = { kind: transaction.kind, details: { type: removed.kind, name: removed.name } }
    yield* tellEverybody(deps, transaction, contacts, notice, occasion)
  }
  return yield* finish(transaction, occasion)
}

function* finish(transaction: Transaction, occasion: Occasion): Unit<Transaction> {
  const [row] = yield* all(finishEnrolment(transaction.id, occasion))
  return row ? transactionOf(row) : transaction
}

/** Gives up the subject's pending transactions that would enrol another first address than this one. */
export function* supersede(subject: string, addressRef: string, occasion: Occasion): Unit<void> {
  for (const { id } of yield* all(supersedeOthers(subject, addressRef, occasion))) yield* all(closeChallenges(id))
}

/** Gives up the other changes of contacts that are under way: they were composed for another set of contacts. */
function* supersedeChanges({ id, subject }: Transaction, occasion: Occasion): Unit<void> {
  for (const other of yield* all(supersedeContactChanges(subject, id, occasion))) yield* all(closeChallenges(other.id))
}

interface Address {
  kind: ContactKind
  ref: string
  sealed: string
  mask: string
}

function firstAddress(t: Transaction): Address | undefined {
  if (t.phoneRef && t.phoneSealed && t.phoneMask)
    return { kind: 'phone', ref: t.phoneRef, sealed: t.phoneSealed, mask: t.phoneMask }
  if (t.emailRef && t.emailSealed && t.emailMask)
    return { kind: 'email', ref: t.emailRef, sealed: t.emailSealed, mask: t.emailMask }
  return undefined
}

function contactOf(
  { random }: EffectDeps,
  transaction: Transaction,
  address: Address,
  enrolledAt: number,
  usableAt: number,
): Omit<ContactRow, 'ended_at'> {
  return {
    id: newId('con', enrolledAt, random),
    subject: transaction.subject,
    kind: address.kind,
    key_id: transaction.keyId,
    address_ref: address.ref,
    address_sealed: address.sealed,
    address_mask: address.mask,
    transaction_id: transaction.id,
    enrolled_at: enrolledAt,
    usable_at: usableAt,
  }
}
