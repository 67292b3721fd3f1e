import type { TransactionState } from './deps.ts'

/** How long the browser waits for its user, in milliseconds. */
const timeoutMs = 300_000

/**
 * What navigator.credentials.get() is asked, as JSON, for the passkey challenge of this state: the challenge binds the transaction, the
 * user must be verified, and only the subject's own passkeys are asked for (WebAuthn Level 3, 5.5).
 */
export function requestOptions({ challenge, passkeys, relyingPartyId }: TransactionState) {
  return {
    challenge: challenge?.codeMac ?? '',
    rpId: relyingPartyId,
    timeout: timeoutMs,
    userVerification: 'required',
    allowCredentials: passkeys.map((one) => ({
      id: one.credential_id ?? '',
      type: 'public-key',
      transports: JSON.parse(one.transports ?? '[]') as string[],
    })),
  }
}
