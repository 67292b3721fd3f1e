import { appCodeDigits } from '../../gate/check-authenticator.ts'
import type { TransactionState } from '../../gate/deps.ts'
import { clientSecretOf, pageKeyOf } from '../../gate/page-key.ts'
import { requestOptions } from '../../gate/passkey-options.ts'
import { paymentRequest } from '../../gate/payment-confirmation.ts'
import { addressAt, addressFor } from '../../gate/ways.ts'
import type { KeyRing } from '../../lib/keyring.ts'
import { isLive } from '../../model/challenge.ts'
import { isChannel } from '../../model/factor.ts'
import { checksMax, releasableAt, sendsMax, type Transaction } from '../../model/transaction.ts'

/** A transaction as /v1 answers it. Only the holder of the API key gets the secrets that open it, and the metadata. */
export function transactionBody(
  state: TransactionState,
  options: { keys: KeyRing; publicUrl: string; secrets: boolean },
) {
  const { transaction } = state
  const open = options.secrets && options.keys.ids.includes(transaction.keyId)
  return {
    id: transaction.id,
    object: 'transaction',
    kind: transaction.kind,
    subject: transaction.subject,
    status: transaction.status,
    version: transaction.version,
    summary: transaction.summary,
    digest: transaction.digest,
    ...(open && {
      client_secret: clientSecretOf(options.keys, transaction),
      url: `${options.publicUrl}/t/${transaction.id}?k=${pageKeyOf(options.keys, transaction)}`,
    }),
    ...(options.secrets && { metadata: transaction.metadata, return_url: transaction.returnUrl }),
    locale: transaction.locale,
    next_action: nextAction(state),
    created_at: iso(transaction.createdAt),
    expires_at: iso(transaction.expiresAt),
    approved_at: transaction.approvedAt === null ? null : iso(transaction.approvedAt),
    approved_by: transaction.status === 'pending' ? [] : approvers(transaction),
    assurance: transaction.assurance,
    hold: holdOf(state),
  }
}

/** What the release waits for, or will wait for once it is approved. */
function holdOf({ transaction }: TransactionState) {
  const { holdMs, review } = transaction
  if (holdMs === 0 && review === 'none') return null
  const until = releasableAt(transaction)
  return { seconds: holdMs / 1000, until: until === undefined ? null : iso(until), review }
}

function nextAction(state: TransactionState) {
  const { transaction, challenge, resendAt, now, offered, message } = state
  const pending = transaction.status === 'pending'
  const left = {
    sends_left: pending ? sendsMax - transaction.sends : 0,
    checks_left: pending ? checksMax - transaction.checks : 0,
    factors: offered,
    proven: transaction.provenBy,
  }
  const live = pending && challenge !== undefined && isLive(challenge, now)
  if (live && challenge.channel === 'passkey') {
    return {
      type: 'webauthn',
      channel: 'passkey',
      public_key: requestOptions(state),
      payment: paymentRequest(state) ?? null,
      ...left,
    }
  }
  if (live && challenge.channel === 'totp') {
    return { type: 'enter_code', channel: 'totp', code_length: appCodeDigits, ...left }
  }
  if (live) {
    return {
      type: 'enter_code',
      channel: challenge.channel,
      to: addressAt(transaction, challenge.addressRef)?.mask ?? null,
      sent_at: iso(transaction.lastSentAt ?? challenge.createdAt),
      ...(message && { delivery: message.status }),
      resend_at: resendAt === null ? null : iso(resendAt),
      code_expires_at: iso(challenge.expiresAt),
      code_length: transaction.codeLength,
      ...left,
    }
  }
  if (pending && (left.sends_left > 0 || offered.some((factor) => !isChannel(factor)))) {
    const channel = offered.find(isChannel)
    return {
      type: 'choose_factor',
      to: (channel && addressFor(transaction, channel)?.mask) ?? null,
      resend_at: transaction.sends > 0 && resendAt !== null ? iso(resendAt) : null,
      ...left,
    }
  }
  const waits =
    transaction.status === 'approved' || transaction.status === 'releasing' || transaction.status === 'released'
  return { type: waits ? 'wait' : 'contact_support', ...left }
}

function approvers({ provenBy, approvedBy }: Transaction): string[] {
  return provenBy.length > 0 || approvedBy === null ? provenBy : [approvedBy]
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
