import { addressRef, sealAddress } from '../lib/address.ts'
import type { Instant } from '../lib/clock.ts'
import { maskPhone, type Phone } from '../lib/e164.ts'
import type { Assurance } from '../model/assurance.ts'
import type { Factor } from '../model/factor.ts'
import { nearestLocale } from '../model/locale.ts'
import type { FallbackStep, Summary, Transaction } from '../model/transaction.ts'
import type { GateDeps } from './deps.ts'
import { digestOf } from './digest.ts'
import { seal } from './seal.ts'
import { maskEmail } from './subject-contacts.ts'
import { maskSummary } from './summary.ts'

/** Everything that a transaction is made of, checked. */
export interface NewTransaction {
  id: string
  kind: string
  subject: string
  summary: Summary
  payload: unknown
  factors: readonly Factor[]
  assurance: Assurance
  codeLength: number
  codeTtlMs: number
  fallback: readonly FallbackStep[]
  contacts: { phone: Phone | undefined; email: string | undefined; enrolls: boolean }
  /** What it is to enrol, in clear; or the id of what it is to remove. */
  target?: { phone: Phone } | { email: string } | { id: string; mask: string } | undefined
  targetDelayMs?: number
  /** Keyed hash of the device that it was asked for from. */
  deviceRef?: string | undefined
  /** What evidence asks for; nothing where nobody weighed any. */
  assessed?: Pick<Transaction, 'holdMs' | 'review' | 'deviceRef' | 'payeeRef' | 'ipCountry'> | undefined
  locale?: string | undefined
  returnUrl?: string | undefined
  metadata?: Transaction['metadata'] | undefined
  expiresInS: number
  at: Instant
}

const unassessed = { holdMs: 0, review: 'none', payeeRef: null, ipCountry: null } as const

/** The pending transaction: its contents sealed, its addresses sealed and hashed, everything bound by its digest. */
export function newTransaction({ keys, random }: Pick<GateDeps, 'keys' | 'random'>, made: NewTransaction): Transaction {
  const { id, kind, subject, summary, payload, contacts, at } = made
  const keyId = keys.activeId
  const version = 1
  const digest = digestOf(keys, keyId, { id, version, kind, subject, summary, payload })
  const seen = (address: string) => ({
    ref: addressRef(keys, address),
    sealed: sealAddress(keys, keyId, subject, address, random),
  })
  const phone = contacts.phone && seen(contacts.phone.e164)
  const email = contacts.email === undefined ? undefined : seen(contacts.email)
  return {
    id,
    kind,
    subject,
    status: 'pending',
    version,
    keyId,
    digest,
    summary: maskSummary(summary),
    sealed: seal(keys, keyId, { id, kind, subject, version, digest }, { payload, summary }, random),
    factors: [...made.factors],
    assurance: made.assurance,
    codeLength: made.codeLength,
    codeTtlMs: made.codeTtlMs,
    phoneRef: phone?.ref ?? null,
    phoneSealed: phone?.sealed ?? null,
    phoneMask: contacts.phone ? maskPhone(contacts.phone.e164) : null,
    emailRef: email?.ref ?? null,
    emailSealed: email?.sealed ?? null,
    emailMask: contacts.email === undefined ? null : maskEmail(contacts.email),
    enrolls: contacts.enrolls,
    ...targetOf(made.target, seen),
    targetDelayMs: made.targetDelayMs ?? 0,
    ...(made.assessed ?? { ...unassessed, deviceRef: made.deviceRef ?? null }),
    proven: 0,
    provenBy: [],
    fallback: [...made.fallback],
    sends: 0,
    checks: 0,
    lastSentAt: null,
    locale: nearestLocale(made.locale) ?? 'pt-BR',
    returnUrl: made.returnUrl ?? null,
    metadata: made.metadata ?? {},
    createdAt: at,
    expiresAt: at + made.expiresInS * 1000,
    approvedAt: null,
    approvedBy: null,
    binding: null,
    releaseId: null,
    leaseExpiresAt: null,
    finishedAt: null,
  }
}

function targetOf(
  target: NewTransaction['target'],
  seen: (address: string) => { ref: string; sealed: string },
): Pick<Transaction, 'targetRef' | 'targetSealed' | 'targetMask'> {
  if (!target) return { targetRef: null, targetSealed: null, targetMask: null }
  if ('id' in target) return { targetRef: target.id, targetSealed: null, targetMask: target.mask }
  const address = 'phone' in target ? target.phone.e164 : target.email
  const { ref, sealed } = seen(address)
  return {
    targetRef: ref,
    targetSealed: sealed,
    targetMask: 'phone' in target ? maskPhone(address) : maskEmail(address),
  }
}
