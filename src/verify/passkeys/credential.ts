import { InvalidJson, parseJson } from '../../lib/json.ts'
import { invalidParameter } from '../../model/twilio-error.ts'

/** No authenticator may make a longer credential id (WebAuthn Level 3, section 4). */
export const idBytesMax = 1023

/** What a browser answered to navigator.credentials, as parsed at the edge: bytes in canonical base64url. */
export interface AnswerOf<Response> {
  /** The credential id, in every way that the caller's text can be read: two at most. None where an enrolment leaves it out. */
  ids: readonly string[]
  response: Response
}

export interface Attestation {
  clientDataJSON: string
  attestationObject: string
  transports: readonly string[]
}

export interface Assertion {
  clientDataJSON: string
  authenticatorData: string
  signature: string
  /** Names the entity, in every way that the text can be read; undefined where the authenticator keeps none. */
  userHandle: readonly string[] | undefined
}

/** Reads a text as bytes in base64url, or in hexadecimal where it could be that as well; canonical base64url comes back. */
export function readingsOf(text: string): string[] {
  const readings = isBase64url(text) ? [canonical(text)] : []
  if (/^([0-9a-f]{2})+$/i.test(text)) readings.push(Buffer.from(text, 'hex').toString('base64url'))
  return readings
}

/** Whether `text` is base64url; padding may stand at the end. */
export function isBase64url(text: string): boolean {
  return /^[A-Za-z0-9_-]*={0,2}$/.test(text) && text.replace(/=+$/, '').length % 4 !== 1
}

/** The one way to write these bytes in base64url. */
export function canonical(text: string): string {
  return Buffer.from(text, 'base64url').toString('base64url')
}

/** The challenge that the answer is to. Throws 60200 where the bytes are no client data. */
export function challengeOf({ clientDataJSON }: { clientDataJSON: string }): string {
  const challenge = readClientData(clientDataJSON)?.challenge
  if (typeof challenge !== 'string') throw invalidParameter('response.clientDataJSON')
  // None of ours has another form, and the store cannot look every text up.
  return /^[A-Za-z0-9_-]{1,128}$/.test(challenge) ? challenge : ''
}

/**
 * Whether a page asked that stands in a frame of another site. No setting says that one is expected, so it is refused
 * (WebAuthn Level 3, sections 7.1 and 7.2).
 */
export function isFramed({ clientDataJSON }: { clientDataJSON: string }): boolean {
  const { crossOrigin = false, topOrigin } = readClientData(clientDataJSON) ?? {}
  return crossOrigin !== false || topOrigin !== undefined
}

function readClientData(clientDataJSON: string): Record<string, unknown> | undefined {
  let data: unknown
  try {
    data = parseJson(Buffer.from(clientDataJSON, 'base64url'))
  } catch (error) {
    if (error instanceof InvalidJson) return undefined
    throw error
  }
  return data !== null && typeof data === 'object' ? (data as Record<string, unknown>) : undefined
}
