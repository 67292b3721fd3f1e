import { hmac, type KeyRing } from './keyring.ts'

/** What our interceptor adds to a request for this host, so that addresses in the answer lead back through it. */
export function interceptToken(keys: KeyRing, host: string): string {
  return hmac(keys.key(keys.oldestId, 'intercept'), Buffer.from(host)).toString('base64url')
}
