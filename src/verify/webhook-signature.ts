import { createHmac } from 'node:crypto'
import type { Secret } from '../lib/secret.ts'

/**
 * X-Twilio-Signature of a form: base64 of HMAC-SHA1, under the auth token, over the URL as the customer wrote it and every name with
 * its value, sorted by name (Twilio, Webhooks Security). SHA-1 because clients verify that; HMAC does not need its collision resistance.
 */
export function webhookSignature(authToken: Secret, url: string, form: Record<string, string>): string {
  const signed = Object.keys(form)
    .sort()
    .reduce((text, name) => text + name + form[name], url)
  return createHmac('sha1', authToken.reveal()).update(signed).digest('base64')
}
