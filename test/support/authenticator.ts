import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { type CBORType, encodeCBOR } from '@levischuck/tiny-cbor'

/** The options as the API answers them, for navigator.credentials.create() and get(). */
interface CreateOptions {
  publicKey: { challenge: string; user: { id: string }; excludeCredentials?: { id: string }[] }
}
interface GetOptions {
  publicKey: { challenge: string; allowCredentials?: { id: string }[] }
}

/** How one ceremony goes wrong. */
export interface Misbehaviour {
  /** The page's origin, as the browser reports it. */
  origin?: string
  /** What the authenticator hashes into its data. */
  rpId?: string
  /** Base64url, in place of the challenge that was asked. */
  challenge?: string
  type?: string
  crossOrigin?: boolean
  /** What the browser showed of a payment (Secure Payment Confirmation). */
  payment?: object
  /** The signature counter, in place of the next one. */
  counter?: number
  userPresent?: boolean
  userVerified?: boolean
  /** Signs with a key that was never enrolled. */
  otherKey?: boolean
  /** Base64url; null leaves it out, as authenticators without discoverable credentials do. */
  userHandle?: string | null
  /** Registers the credential of this id (base64url) instead of a new one. */
  credentialId?: string
  /** Makes a statement in place of none, over what such statements sign, with the key of the credential. */
  attestation?: (signed: Buffer, key: KeyObject) => Statement
}

interface Statement {
  fmt: string
  attStmt: Map<string, CBORType>
}

const noStatement: Statement = { fmt: 'none', attStmt: new Map() }

interface Credential {
  id: string
  key: KeyObject
  userHandle: string
  counter: number
}

/**
 * An authenticator and its browser in software (WebAuthn Level 3): ES256 alone, attestation `none`. It answers what VerifyFactor and
 * ApproveChallenge take as JSON, and misbehaves when told to.
 */
export function createAuthenticator(site: { rpId: string; origin: string }) {
  const credentials: Credential[] = []

  function register({ publicKey }: CreateOptions, wrong: Misbehaviour = {}) {
    const { privateKey, publicKey: verifier } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const id = wrong.credentialId ?? randomBytes(32).toString('base64url')
    const counter = wrong.counter ?? 0
    credentials.push({ id, key: privateKey, userHandle: publicKey.user.id, counter })
    const idBytes = Buffer.from(id, 'base64url')
    const authData = Buffer.concat([
      authenticatorData(site.rpId, wrong, counter, 0x40),
      Buffer.alloc(16),
      Buffer.from([idBytes.length >> 8, idBytes.length & 0xff]),
      idBytes,
      coseKey(verifier),
    ])
    const clientDataJSON = clientData('webauthn.create', publicKey.challenge, site.origin, wrong)
    const signed = Buffer.concat([authData, sha256(clientDataJSON)])
    const { fmt, attStmt } = wrong.attestation?.(signed, privateKey) ?? noStatement
    const attestationObject = encodeCBOR(
      new Map<string, CBORType>([
        ['fmt', fmt],
        ['attStmt', attStmt],
        ['authData', new Uint8Array(authData)],
      ]),
    )
    return {
      id,
      rawId: id,
      type: 'public-key',
      authenticatorAttachment: 'platform',
      response: {
        clientDataJSON: clientDataJSON.toString('base64url'),
        attestationObject: Buffer.from(attestationObject).toString('base64url'),
        transports: ['internal'],
      },
    }
  }

  function authenticate({ publicKey }: GetOptions, wrong: Misbehaviour = {}) {
    const allowed = publicKey.allowCredentials ?? []
    const credential = credentials.findLast(({ id }) => allowed.length === 0 || allowed.some((one) => one.id === id))
    if (!credential) throw new Error('the authenticator has no credential for this request')
    credential.counter += 1
    const authData = authenticatorData(site.rpId, wrong, wrong.counter ?? credential.counter, 0)
    const clientDataJSON = clientData('webauthn.get', publicKey.challenge, site.origin, wrong)
    const key = wrong.otherKey ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : credential.key
    const signature = sign('sha256', Buffer.concat([authData, sha256(clientDataJSON)]), key)
    const userHandle = wrong.userHandle === undefined ? credential.userHandle : wrong.userHandle
    return {
      id: credential.id,
      rawId: credential.id,
      type: 'public-key',
      authenticatorAttachment: 'platform',
      response: {
        clientDataJSON: clientDataJSON.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: signature.toString('base64url'),
        ...(userHandle !== null && { userHandle }),
      },
    }
  }

  return { register, authenticate }
}

export type Authenticator = ReturnType<typeof createAuthenticator>

function clientData(type: string, challenge: string, origin: string, wrong: Misbehaviour): Buffer {
  const { crossOrigin = false } = wrong
  return Buffer.from(
    JSON.stringify({
      type: wrong.type ?? type,
      challenge: wrong.challenge ?? challenge,
      origin: wrong.origin ?? origin,
      crossOrigin,
      ...(wrong.payment && { payment: wrong.payment }),
    }),
  )
}

/** Hash of the RP ID, flags, counter (WebAuthn Level 3, section 6.1). */
function authenticatorData(rpId: string, wrong: Misbehaviour, counter: number, moreFlags: number): Buffer {
  const data = Buffer.alloc(37)
  sha256(Buffer.from(wrong.rpId ?? rpId)).copy(data)
  data[32] = (wrong.userPresent === false ? 0 : 0x01) | (wrong.userVerified === false ? 0 : 0x04) | moreFlags
  data.writeUInt32BE(counter, 33)
  return data
}

/** An ES256 public key as COSE writes it (RFC 9053, section 7.1.1). */
function coseKey(key: KeyObject): Uint8Array {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'))
  return encodeCBOR(
    new Map<number, CBORType>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, bytes(x)],
      [-3, bytes(y)],
    ]),
  )
}

function sha256(data: Uint8Array): Buffer {
  return createHash('sha256').update(data).digest()
}
