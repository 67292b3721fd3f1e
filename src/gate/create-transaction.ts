import { acquaintanceRef } from '../guard/assess/acquaintance.ts'
import type { AccountContext } from '../guard/assess/assessor.ts'
import { AvalError } from '../model/error.ts'
import { type Factor, isToPhone } from '../model/factor.ts'
import type { Transaction } from '../model/transaction.ts'
import { type AssessedTerms, assessTransaction, type Client } from './assess-transaction.ts'
import { readWays, refuseUnreachable } from './available-factors.ts'
import { refuseDestination, refuseFactor } from './challenge-transaction.ts'
import { codeLengthFor } from './code-length.ts'
import type { Caller, GateDeps, TransactionState } from './deps.ts'
import { digestOf } from './digest.ts'
import { newTransaction } from './new-transaction.ts'
import { openTransaction } from './open-transaction.ts'
import { refusePayload } from './payload.ts'
import { factorsOf, isEnrolmentKind, policyFor, termsFor } from './policy.ts'
import { resolveContacts } from './resolve-contacts.ts'
import { refuseReturnUrl } from './return-url.ts'
import { normaliseSummary, type SummaryInput } from './summary.ts'
import { offeredFactors } from './ways.ts'

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
  /** Who acts, and what the platform knows of the account. */
  client?: Client | undefined
  context?: AccountContext | undefined
}

/**
 * Seals the payload and opens a transaction; with `factor`, sends a code too. Refuses, with nothing left open: payload_invalid,
 * contact_required, contact_invalid, contact_mismatch, destination_not_allowed, factor_*, return_url_not_allowed, transaction_refused, invalid_request.
 */
export async function createTransaction(deps: GateDeps, command: CreateTransaction): Promise<TransactionState> {
  const id = `tx_${command.operation}`
  const { transaction, record, isFactorOpen } = await composeTransaction(deps, id, command)
  // A way that evidence has closed is not asked for; the page offers the others.
  const factor = isFactorOpen ? command.factor : undefined
  if (factor) refuseFactor(transaction, offeredFactors(transaction, deps.verifier.channels), factor)
  return openTransaction(deps, transaction, { factor, caller: command.caller }, record)
}

async function composeTransaction(
  deps: GateDeps,
  id: string,
  command: CreateTransaction,
): Promise<{ transaction: Transaction; record: AssessedTerms['record'] | undefined; isFactorOpen: boolean }> {
  const { kind, subject } = command
  if (isEnrolmentKind(kind)) {
    throw new AvalError('invalid_request', `Transactions of the kind ${kind} are made by /v1/subjects.`, {
      faults: [{ path: 'kind', message: "is one of Aval's own" }],
    })
  }
  const policy = policyFor(deps.policies, kind)
  refusePayload(kind, policy, command.payload)
  const ofPolicy = factorsOf(policy)
  const asked = ofPolicy.filter((factor) => !command.channels || command.channels.includes(factor))
  if (asked.length === 0) {
    throw new AvalError(
      'factor_not_allowed',
      `None of these channels may approve this kind. Allowed: ${ofPolicy.join(', ')}.`,
      { faults: [{ path: 'channels', message: `use one of: ${ofPolicy.join(', ')}` }] },
    )
  }
  refuseReturnUrl(deps, command.returnUrl)
  const summary = normaliseSummary(command.summary, policy.shown.amount === 'required')
  const terms = termsFor(policy, summary.amount)
  const at = deps.clock.now()
  const contacts = await resolveContacts(deps, subject, command.contact, asked, at)
  const ways = await readWays(deps, subject, contacts, asked, at)
  const factors = ways(terms.assurance)
  refuseUnreachable(deps, contacts, asked, terms.assurance, factors)
  if (command.factor && contacts.phone && isToPhone(command.factor))
    refuseDestination(deps, contacts.phone, command.factor)
  const { client = {}, context = {} } = command
  const weighed = await assessTransaction(deps, {
    ...{ id, kind, subject, contacts, client, context, ways, at },
    digest: digestOf(deps.keys, deps.keys.activeId, {
      id,
      version: 1,
      kind,
      subject,
      summary,
      payload: command.payload,
    }),
    amount: summary.amount,
    assurance: terms.assurance,
    byRulesAlone: !policy.assessed,
  })
  const transaction = newTransaction(deps, {
    ...command,
    id,
    summary,
    codeLength: await codeLengthFor(deps, terms.codeLength),
    ...weighed,
    deviceRef: client.deviceId === undefined ? undefined : acquaintanceRef(deps.keys, 'device', client.deviceId),
    contacts,
    codeTtlMs: policy.codeTtlMs,
    fallback: policy.fallback,
    expiresInS: command.expiresInS ?? policy.expiresInS,
    at,
  })
  const { factor } = command
  const isFactorOpen = factor === undefined || !factors.includes(factor) || transaction.factors.includes(factor)
  return { transaction, record: weighed.record, isFactorOpen }
}
