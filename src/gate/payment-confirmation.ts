import { InvalidJson, parseJson } from '../lib/json.ts'
import type { Transaction } from '../model/transaction.ts'
import type { RelyingParty, TransactionState } from './deps.ts'

/** What the browser itself shows before a passkey signs a payment (W3C Secure Payment Confirmation). */
export interface PaymentShown {
  payeeName: string
  total: { value: string; currency: string }
  instrument: { displayName: string; icon: string }
}

// One pixel: the browser asks for a picture, and the page has none that says anything.
const icon =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** What a browser is to show of this transaction; undefined where no amount is paid. The digest covers all of it. */
export function paymentShown({ summary, digest }: Pick<Transaction, 'summary' | 'digest'>): PaymentShown | undefined {
  const { payee, amount, fields } = summary
  if (!amount) return undefined
  const [first] = fields
  const displayName = first ? `${first.label} ${first.value}` : digest.slice(0, 8)
  return {
    payeeName: payee,
    total: { value: amount.value, currency: amount.currency },
    instrument: { displayName, icon },
  }
}

/** What a page hands to PaymentRequest for the passkey challenge of this state, beside the request for a plain passkey. */
export function paymentRequest(state: TransactionState) {
  const shown = paymentShown(state.transaction)
  const { challenge, passkeys, relyingPartyId } = state
  if (!shown || challenge?.channel !== 'passkey' || passkeys.length === 0) return undefined
  return {
    ...shown,
    rpId: relyingPartyId,
    challenge: challenge.codeMac,
    credentialIds: passkeys.map(({ credential_id }) => credential_id ?? ''),
  }
}

/** The ceremony that client data are of; undefined for what are none. */
export function ceremonyOf(clientDataJSON: string): 'webauthn.get' | 'payment.get' | undefined {
  const { type } = readClientData(clientDataJSON)
  return type === 'webauthn.get' || type === 'payment.get' ? type : undefined
}

/**
 * Whether the browser showed exactly this transaction: every member of the payment in the client data is compared, and there is no other
 * (Secure Payment Confirmation, "Verifying an Authentication Assertion"; security case A139).
 */
export function showedThis(clientDataJSON: string, transaction: Transaction, { id, origins }: RelyingParty): boolean {
  const shown = paymentShown(transaction)
  const { payment } = readClientData(clientDataJSON)
  if (!shown || payment === null || typeof payment !== 'object') return false
  const told = payment as Record<string, unknown>
  const { rpId, rp, topOrigin, payeeName, total, instrument, ...others } = told
  // `rp` is how the first drafts called `rpId`. What is undefined, or a list of nothing, says nothing.
  const unknown = Object.values(others).filter((value) => !(Array.isArray(value) && value.length === 0))
  return (
    (rpId ?? rp) === id &&
    (rp === undefined || rp === id) &&
    typeof topOrigin === 'string' &&
    origins.includes(topOrigin) &&
    payeeName === shown.payeeName &&
    same(total, shown.total) &&
    same(instrument, shown.instrument) &&
    unknown.length === 0
  )
}

/** Whether a value is an object of exactly these texts. */
function same(value: unknown, texts: Record<string, string>): boolean {
  if (value === null || typeof value !== 'object') return false
  const given = Object.entries(value)
  return (
    given.length === Object.keys(texts).length &&
    given.every(([name, text]) => Object.hasOwn(texts, name) && text === texts[name])
  )
}

function readClientData(clientDataJSON: string): Record<string, unknown> {
  try {
    const data: unknown = parseJson(Buffer.from(clientDataJSON, 'base64url'))
    return data !== null && typeof data === 'object' ? (data as Record<string, unknown>) : {}
  } catch (error) {
    if (error instanceof InvalidJson) return {}
    throw error
  }
}
