import type { KeyRing } from '../lib/keyring.ts'
import type { AuthenticatorRow } from '../store/authenticators.ts'
import { openTotpSecret, stepOf, type TotpConfig, totpBinding } from '../verify/factors/totp.ts'

/** What every authenticator app understands (RFC 6238: SHA-1, six digits, thirty seconds); one step of skew to either side. */
const appConfig: TotpConfig = { alg: 'sha1', skew: 1, code_length: 6, time_step: 30 }

/**
 * The time step that a code of this app belongs to; undefined for a wrong one. Only six ASCII digits are looked at, so that there are no
 * two ways to write one code (CVE-2025-55000). Whoever believes it must use the step up.
 */
export function appStepOf(keys: KeyRing, app: AuthenticatorRow, code: string, at: number): number | undefined {
  if (!/^[0-9]{6}$/.test(code)) return undefined
  return stepOf(keys, { ...sealedIn(app), config: JSON.stringify(appConfig) }, code, at)
}

/** What an app is given once: the secret in base32, and the address that its QR code holds. */
export function appBinding(keys: KeyRing, app: AuthenticatorRow, issuer: string): { secret: string; uri: string } {
  return totpBinding(openTotpSecret(keys, sealedIn(app)), appConfig, { issuer, label: app.name })
}

/** The app's record as its seal knows it. */
function sealedIn({ id, key_id, secret_sealed }: AuthenticatorRow) {
  return { sid: id, key_id, secret_sealed }
}
