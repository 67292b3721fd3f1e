import { generateKeyPairSync, sign } from 'node:crypto'

/** A phone with an enrolled key, as the official push SDKs are one: P-256, ES256. */
export function createDevice() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    /** DER of the public key's SubjectPublicKeyInfo, in base64. */
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    /** What verifies the factor: a DER signature over its SID, in base64. */
    proof: (factorSid: string) => sign('sha256', Buffer.from(factorSid), privateKey).toString('base64'),
    /** What answers a challenge: an ES256 JWT over the members that the header of its fetch names, and the answer. */
    answer(challenge: Record<string, unknown>, fields: string, status: 'approved' | 'denied'): string {
      const members = Object.fromEntries(fields.split(',').map((name) => [name, challenge[name]]))
      const signed = [
        { typ: 'JWT', alg: 'ES256' },
        { ...members, status },
      ]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.')
      const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
      return `${signed}.${signature.toString('base64url')}`
    },
  }
}
