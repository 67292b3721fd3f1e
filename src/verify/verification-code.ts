import { openBytes, sealBytes } from '../lib/aead.ts'
import { frame } from '../lib/frame.ts'
import type { KeyRing } from '../lib/keyring.ts'
import type { Random } from '../lib/random.ts'
import { customCodeMark, type VerificationRow } from '../store/verifications.ts'
import { type CodeContext, codeMac, deriveCode } from './code.ts'

/** What a code of the Twilio door is bound to: service, address, amount and payee. Its sid is not in it, so a check needs no look-up. */
export function dealContext({
  service_sid,
  to_ref,
  amount,
  payee,
}: Pick<VerificationRow, 'service_sid' | 'to_ref' | 'amount' | 'payee'>): CodeContext {
  return { scope: service_sid, digest: JSON.stringify([amount, payee]), addressRef: to_ref, channel: 'verify' }
}

type Coded = Pick<
  VerificationRow,
  'sid' | 'service_sid' | 'to_ref' | 'amount' | 'payee' | 'key_id' | 'code_seed' | 'code_length'
>

/** A code for a new verification, and what the store keeps of it: the caller's own code sealed, any other as the seed it is derived from. */
export function newCode(
  { keys, random }: { keys: KeyRing; random: Random },
  deal: Omit<Coded, 'code_seed' | 'code_length'>,
  wanted: { length: number; customCode?: string | undefined },
): { code: string; code_seed: string; code_mac: string; code_length: number } {
  const { customCode } = wanted
  const code_length = customCode?.length ?? wanted.length
  const code_seed =
    customCode === undefined
      ? random.bytes(16).toString('base64url')
      : customCodeMark + sealBytes(sealKey(keys, deal), Buffer.from(customCode), sealContext(deal), random)
  const code = customCode ?? deriveCode(keys, deal.key_id, code_seed, dealContext(deal), code_length)
  return { code, code_seed, code_mac: codeMac(keys, deal.key_id, code, dealContext(deal)), code_length }
}

/** The code of a verification that was there already: the same for every resend. */
export function codeOf(keys: KeyRing, row: Coded): string {
  const { code_seed, code_length } = row
  return code_seed.startsWith(customCodeMark)
    ? openBytes(sealKey(keys, row), code_seed.slice(customCodeMark.length), sealContext(row)).toString()
    : deriveCode(keys, row.key_id, code_seed, dealContext(row), code_length)
}

function sealKey(keys: KeyRing, { key_id }: Pick<Coded, 'key_id'>) {
  return keys.key(key_id, 'custom-code')
}

function sealContext({ sid, key_id }: Pick<Coded, 'sid' | 'key_id'>): Buffer {
  return frame('aval/custom-code/v1', key_id, sid)
}
