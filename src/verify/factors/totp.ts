import { Secret, TOTP } from 'otpauth'
import { openBytes, sealBytes } from '../../lib/aead.ts'
import { frame } from '../../lib/frame.ts'
import type { KeyRing } from '../../lib/keyring.ts'
import type { Random } from '../../lib/random.ts'
import { invalidParameter } from '../../model/twilio-error.ts'
import type { FactorRow } from '../../store/factors.ts'

/** How codes of one authenticator app are made (RFC 6238). `time_step` in seconds, `skew` in steps to either side. */
export interface TotpConfig {
  alg: 'sha1' | 'sha256' | 'sha512'
  skew: number
  code_length: number
  time_step: number
}

// RFC 4226, R6: 128 bits at least, 160 recommended.
const secretBytesMin = 16
const secretBytes = 20

/** The secret that the caller brings in base32, or a new one of 160 bits. Throws 60200 for one that is none or is too short. */
export function totpSecret(random: Random, given: string | undefined): Uint8Array<ArrayBuffer> {
  if (given === undefined) return new Uint8Array(random.bytes(secretBytes))
  const text = given.replace(/=+$/, '').toUpperCase()
  if (!/^[A-Z2-7]{1,128}$/.test(text)) throw invalidParameter('Binding.Secret')
  const bytes = new Uint8Array(Secret.fromBase32(text).bytes)
  if (bytes.length < secretBytesMin) throw invalidParameter('Binding.Secret')
  return bytes
}

/** What an authenticator app is given once: the secret in base32, and the address that a QR code holds. */
export function totpBinding(
  secret: Uint8Array<ArrayBuffer>,
  config: TotpConfig,
  names: { issuer: string; label: string },
): { secret: string; uri: string } {
  const totp = totpOf(secret, config, names)
  return { secret: totp.secret.base32, uri: totp.toString() }
}

export function sealTotpSecret(
  keys: KeyRing,
  { sid, key_id }: Pick<FactorRow, 'sid' | 'key_id'>,
  secret: Uint8Array,
  random: Random,
): string {
  return sealBytes(keys.key(key_id, 'factor'), secret, sealContext(sid, key_id), random)
}

/**
 * The time step, by its beginning in seconds, that a code belongs to; undefined for a wrong code. Steps of the factor's skew around now
 * are tried, and compared in constant time. Whoever believes it must use the step up (RFC 6238, 5.2: a code is accepted once).
 */
export function stepOf(
  keys: KeyRing,
  row: Pick<FactorRow, 'sid' | 'key_id' | 'secret_sealed' | 'config'>,
  code: string,
  at: number,
): number | undefined {
  if (row.secret_sealed === null || !/^\d{3,8}$/.test(code)) return undefined
  const config: TotpConfig = JSON.parse(row.config)
  const secret = openBytes(keys.key(row.key_id, 'factor'), row.secret_sealed, sealContext(row.sid, row.key_id))
  const totp = totpOf(new Uint8Array(secret), config)
  const delta = totp.validate({ token: code, timestamp: at, window: config.skew })
  if (delta === null) return undefined
  return (Math.floor(at / 1000 / config.time_step) + delta) * config.time_step
}

/** The secret that sealTotpSecret sealed for this row. */
export function openTotpSecret(
  keys: KeyRing,
  { sid, key_id, secret_sealed }: Pick<FactorRow, 'sid' | 'key_id' | 'secret_sealed'>,
): Uint8Array<ArrayBuffer> {
  const secret = openBytes(keys.key(key_id, 'factor'), secret_sealed ?? '', sealContext(sid, key_id))
  return new Uint8Array(secret)
}

function totpOf(secret: Uint8Array<ArrayBuffer>, config: TotpConfig, names?: { issuer: string; label: string }): TOTP {
  return new TOTP({
    ...names,
    algorithm: config.alg.toUpperCase(),
    digits: config.code_length,
    period: config.time_step,
    secret: new Secret({ buffer: secret.buffer }),
  })
}

function sealContext(sid: string, keyId: string): Buffer {
  return frame('aval/totp/v1', keyId, sid)
}
