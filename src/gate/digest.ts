import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { frame } from '../lib/frame.ts'
import { hmac, type KeyRing } from '../lib/keyring.ts'
import { minorUnits } from '../lib/money.ts'
import type { Summary } from '../model/transaction.ts'

/** What an approval is of. Any difference in any member gives another digest. */
export interface DigestInput {
  id: string
  version: number
  kind: string
  subject: string
  summary: Summary
  payload: unknown
}

/**
 * The keyed digest of a transaction (PSD2 RTS art. 5: the code is specific to amount and payee; security cases A26 and A27).
 * Keyed, because payee and amount can be guessed and an open hash would confirm the guess.
 */
export function digestOf(keys: KeyRing, keyId: string, input: DigestInput): string {
  const { summary } = input
  const framed = frame(
    'aval/tx/v1',
    input.id,
    input.version,
    input.kind,
    input.subject,
    summary.payee,
    summary.amount ? minorUnits(summary.amount) : '',
    summary.amount?.currency ?? '',
    sha256(canonicalJson(summary.fields)),
    sha256(canonicalJson(input.payload)),
  )
  return hmac(keys.key(keyId, 'tx-digest'), framed).toString('base64url')
}

/** JSON in the one form of RFC 8785. */
export function canonicalJson(value: unknown): string {
  return canonicalize(value) ?? 'null'
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
