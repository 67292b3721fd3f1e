import { addressRef, openAddress, sealAddress } from '../lib/address.ts'
import { maskPhone, type Phone } from '../lib/e164.ts'
import { AvalError } from '../model/error.ts'
import type { Factor } from '../model/factor.ts'
import { nearestLocale } from '../model/locale.ts'
import type { Transaction } from '../model/transaction.ts'
import { type ContactRow, findContact } from '../store/contacts.ts'
import { insertTransaction } from '../store/transactions.ts'
import { challengeKnown, phoneFrom, refuseDestination, refuseFactor } from './challenge-transaction.ts'
import type { Caller, GateDeps, TransactionState } from './deps.ts'
import { digestOf } from './digest.ts'
import { cancelTransaction } from './end-transaction.ts'
import { refusePayload } from './payload.ts'
import { policyFor } from './policy.ts'
import { requireTransaction, stateOf } from './read-transaction.ts'
import { seal } from './seal.ts'
import { maskSummary, normaliseSummary, type SummaryInput } from './summary.ts'

/** A sensitive act as the platform submits it. */
export interface CreateTransaction {
  kind: string
  subject: string
  contact?: { phone?: string | undefined; email?: string | undefined } | undefined
  summary: SummaryInput
  payload: unknown
  channels?: readonly Factor[] | undefined
  /** Start this challenge at once. */
  factor?: Factor | undefined
  locale?: string | undefined
  returnUrl?: string | undefined
  /** Seconds. */
  expiresInS?: number | undefined
  metadata?: Transaction['metadata'] | undefined
  /** 32 hexadecimal digits that name what this request makes: repeated after a crash, it makes the same transaction. */
  operation: string
  caller: Caller
}

/**
 * Seals the payload and opens a transaction; with `factor`, sends a code too. Refuses, with nothing left open: payload_invalid,
 * contact_required, contact_invalid, contact_mismatch, destination_not_allowed, factor_*, return_url_not_allowed, invalid_request.
 */
export async function createTransaction(deps: GateDeps, command: CreateTransaction): Promise<TransactionState> {
  const id = `tx_${command.operation}`
  const transaction = await composeTransaction(deps, id, command)
  if (command.factor) refuseFactor(transaction.factors, command.factor)
  const [row] = await deps.db.write(
    insertTransaction(transaction, { at: transaction.createdAt, ip: command.caller.ip }),
  )
  const state = row ? stateOf(deps, transaction, []) : await requireTransaction(deps, { id })
  if (!command.factor || state.transaction.sends > 0) return state
  try {
    return await challengeKnown(deps, state, { factor: command.factor, caller: command.caller })
  } catch (error) {
    if (!(error instanceof AvalError)) throw error
    // No code will ever reach this phone: nothing may be left open that nobody can approve.
    if (error.status === 422) {
      await cancelTransaction(deps, { id, caller: command.caller })
      throw error
    }
    // The transaction is open and says so; its code can be asked for again. A cause may quote the phone, so the code alone is logged.
    deps.log.error({ code: error.code, transaction: id }, 'the first code of a transaction was not sent')
    return requireTransaction(deps, { id })
  }
}

async function composeTransaction(deps: GateDeps, id: string, command: CreateTransaction): Promise<Transaction> {
  const { kind, subject } = command
  const policy = policyFor(kind)
  refusePayload(kind, policy, command.payload)
  const allowed = policy.factors.filter((factor) => !command.channels || command.channels.includes(factor))
  if (allowed.length === 0) {
    throw new AvalError(
      'factor_not_allowed',
      `None of these channels may approve this kind. Allowed: ${policy.factors.join(', ')}.`,
      {
        faults: [{ path: 'channels', message: `use one of: ${policy.factors.join(', ')}` }],
      },
    )
  }
  refuseReturnUrl(deps, command.returnUrl)
  const summary = normaliseSummary(command.summary, policy.shown.amount === 'required')
  const { phone, enrolls } = await resolvePhone(deps, subject, command.contact?.phone)
  refuseDestination(deps, phone)

  const keyId = deps.keys.activeId
  const createdAt = deps.clock.now()
  const version = 1
  const digest = digestOf(deps.keys, keyId, { id, version, kind, subject, summary, payload: command.payload })
  return {
    id,
    kind,
    subject,
    status: 'pending',
    version,
    keyId,
    digest,
    summary: maskSummary(summary),
    sealed: seal(
      deps.keys,
      keyId,
      { id, kind, subject, version, digest },
      { payload: command.payload, summary },
      deps.random,
    ),
    factors: allowed,
    codeLength: policy.codeLength,
    codeTtlMs: policy.codeTtlMs,
    phoneRef: addressRef(deps.keys, phone.e164),
    phoneSealed: sealAddress(deps.keys, keyId, subject, phone.e164, deps.random),
    phoneMask: maskPhone(phone.e164),
    enrolls,
    sends: 0,
    checks: 0,
    lastSentAt: null,
    locale: nearestLocale(command.locale) ?? 'pt-BR',
    returnUrl: command.returnUrl ?? null,
    metadata: command.metadata ?? {},
    createdAt,
    expiresAt: createdAt + (command.expiresInS ?? policy.expiresInS) * 1000,
    approvedAt: null,
    approvedBy: null,
    binding: null,
    releaseId: null,
    leaseExpiresAt: null,
    finishedAt: null,
  }
}

/** The phone is the subject's, not the form's: once one is enrolled, another one in a request is refused (OWASP Transaction Authorization Cheat Sheet; security case A29). */
async function resolvePhone(
  deps: GateDeps,
  subject: string,
  given: string | undefined,
): Promise<{ phone: Phone; enrolls: boolean }> {
  const parsed = given === undefined ? undefined : phoneFrom(given)
  const [contact] = await deps.db.read(findContact(subject, 'phone'))
  if (contact) return { phone: phoneFrom(enrolledPhone(deps, contact, parsed?.e164)), enrolls: false }
  if (!parsed) {
    throw new AvalError(
      'contact_required',
      'This subject has no phone yet: send contact.phone, which the first approval enrols.',
      {
        faults: [{ path: 'contact.phone', message: 'is required the first time' }],
      },
    )
  }
  return { phone: parsed, enrolls: true }
}

function enrolledPhone({ keys }: GateDeps, contact: ContactRow, given: string | undefined): string {
  const enrolled = openAddress(keys, contact.key_id, contact.subject, contact.address_sealed)
  if (given === undefined || given === enrolled) return enrolled
  const message = `The phone is not the one enrolled for this subject (${contact.address_mask}). Leave contact.phone out to use the enrolled one.`
  throw new AvalError('contact_mismatch', message, {
    faults: [{ path: 'contact.phone', message: 'is not the enrolled phone' }],
  })
}

function refuseReturnUrl({ returnOrigins }: GateDeps, returnUrl: string | undefined): void {
  if (returnUrl === undefined) return
  const refuse = (message: string): never => {
    throw new AvalError('return_url_not_allowed', `The return_url ${message}.`, {
      faults: [{ path: 'return_url', message }],
    })
  }
  if (/[\\\p{Cc}\s]/u.test(returnUrl) || !URL.canParse(returnUrl)) refuse('is not an absolute URL')
  const { protocol, username, password, origin } = new URL(returnUrl)
  if (!/^https?:\/\//i.test(returnUrl) || (protocol !== 'https:' && protocol !== 'http:'))
    refuse('must begin with https:// or http://')
  if (username || password || returnUrl.split('/')[2]?.includes('@')) refuse('must not hold a user name or password')
  if (returnOrigins && !returnOrigins.has(origin)) refuse('has an origin that is not on AVAL_RETURN_ORIGINS')
}
