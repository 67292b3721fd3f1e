import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { compactVerify } from 'jose'
import { TwilioError } from '../../model/twilio-error.ts'

/** How an app on a phone is reached. */
export interface PushConfig {
  sdk_version: string | null
  app_id: string
  notification_platform: 'apn' | 'fcm' | 'none'
  notification_token: string | null
}

/** The members of a pending challenge that a phone signs, as the header of its answer names them. */
export const signedMembers = [
  'sid',
  'account_sid',
  'service_sid',
  'entity_sid',
  'identity',
  'factor_sid',
  'date_created',
  'expiration_date',
  'details',
  'hidden_details',
  'factor_type',
] as const

/** The public key of a phone: base64 of the SPKI of a P-256 key, for ES256. Throws 60314 for anything else. */
export function pushKey(alg: string | undefined, publicKey: string | undefined): string {
  const text = publicKey ?? ''
  if (alg !== 'ES256' || !/^[A-Za-z0-9+/]{1,400}={0,2}$/.test(text)) throw new TwilioError(60314)
  try {
    const key = readKey(text)
    // Of what else the bytes may hold, nothing would be signed: one key has one form here.
    const isWhole = key.export({ type: 'spki', format: 'der' }).equals(Buffer.from(text, 'base64'))
    if (!isWhole || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new TwilioError(60314)
  } catch {
    throw new TwilioError(60314)
  }
  return text
}

/** Whether `signature` is the phone's DER signature in base64 over the SID of its own factor. */
export function signsFactor(publicKey: string, factorSid: string, signature: string): boolean {
  if (!/^[A-Za-z0-9+/_-]{1,200}={0,2}$/.test(signature)) return false
  return verify('sha256', Buffer.from(factorSid), readKey(publicKey), Buffer.from(signature, 'base64'))
}

/**
 * What a phone answered to a challenge: a JWT over the signed members as they were shown, and its decision. Undefined when the signature
 * does not hold, when a member is another one or missing, or when it decides nothing. ES256 alone (RFC 8725, 3.1).
 */
export async function readDecision(
  publicKey: string,
  jwt: string,
  shown: Record<string, unknown>,
): Promise<'approved' | 'denied' | undefined> {
  let payload: Record<string, unknown>
  try {
    const verified = await compactVerify(jwt, readKey(publicKey), { algorithms: ['ES256'] })
    payload = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(verified.payload))
  } catch {
    return undefined
  }
  if (payload === null || typeof payload !== 'object') return undefined
  if (!signedMembers.every((name) => isDeepStrictEqual(payload[name], shown[name]))) return undefined
  const { status } = payload
  return status === 'approved' || status === 'denied' ? status : undefined
}

function readKey(publicKey: string): KeyObject {
  return createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })
}
