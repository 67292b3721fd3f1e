import type { AuthenticatorTransport } from '@simplewebauthn/server'
import { type AnswerOf, type Assertion, type Attestation, idBytesMax, isFramed } from './credential.ts'
import type { PasskeyConfig } from './relying-party.ts'

/** A credential that is enrolled: what a new answer is checked against. Ids and keys in base64url. */
export interface EnrolledCredential {
  id: string
  publicKey: string
  signCount: number
  transports: readonly string[]
}

/** What navigator.credentials.get() is asked, as JSON. */
export interface RequestOptions {
  challenge: string
  rpId: string
  timeout: number
  allowCredentials: { id: string; type: string; transports?: string[] }[]
  userVerification: PasskeyConfig['user_verification']
}

// Loaded with the first passkey: a quarter of a second and 26 MB that a server without passkeys need not spend.
const load = () => import('@simplewebauthn/server')
const loadHelpers = () => import('@simplewebauthn/server/helpers')

const timeoutMs = 600_000
// ES256, EdDSA, RS256: what authenticators in use have.
const algorithms = [-7, -8, -257]

/** JSON for navigator.credentials.create(). */
export async function creationOptions(given: {
  config: PasskeyConfig
  challenge: Uint8Array
  userId: string
  userName: string
  exclude: readonly EnrolledCredential[]
}) {
  const { config, userName } = given
  const { generateRegistrationOptions } = await load()
  return generateRegistrationOptions({
    rpID: config.relying_party.id,
    rpName: config.relying_party.name,
    userID: new Uint8Array(Buffer.from(given.userId, 'base64url')),
    userName,
    userDisplayName: userName,
    challenge: new Uint8Array(given.challenge),
    timeout: timeoutMs,
    attestationType: 'none',
    excludeCredentials: given.exclude.map(descriptor),
    authenticatorSelection: {
      ...(config.authenticator_attachment !== 'any' && { authenticatorAttachment: config.authenticator_attachment }),
      residentKey: config.discoverable_credentials,
      userVerification: config.user_verification,
    },
    supportedAlgorithmIDs: algorithms,
  })
}

/** JSON for navigator.credentials.get(). No credentials to allow: any that the authenticator discovers. */
export async function requestOptions(given: {
  config: PasskeyConfig
  challenge: Uint8Array
  allow: readonly EnrolledCredential[]
}): Promise<RequestOptions> {
  const { generateAuthenticationOptions } = await load()
  const rpId = given.config.relying_party.id
  const userVerification = given.config.user_verification
  const { challenge, allowCredentials = [] } = await generateAuthenticationOptions({
    rpID: rpId,
    challenge: new Uint8Array(given.challenge),
    allowCredentials: given.allow.map(descriptor),
  })
  return { challenge, rpId, timeout: timeoutMs, allowCredentials, userVerification }
}

/** The credential that a good answer to creationOptions brings (WebAuthn Level 3, 7.1). Undefined for a bad one, whatever its bytes. */
export async function readAttestation(
  answer: AnswerOf<Attestation>,
  config: PasskeyConfig,
  challenge: string,
): Promise<EnrolledCredential | undefined> {
  const { response } = answer
  const [{ verifyRegistrationResponse }, helpers] = await Promise.all([load(), loadHelpers()])
  try {
    if (isFramed(response)) return undefined
    // Others were not asked for: they are certificates, worth nothing without their makers' roots and revocation lists.
    const object = helpers.decodeAttestationObject(new Uint8Array(Buffer.from(response.attestationObject, 'base64url')))
    const format = object.get('fmt')
    const selfSigned = format === 'packed' && object.get('attStmt').get('x5c') === undefined
    if (format !== 'none' && !selfSigned) return undefined
    // What was signed names the credential; the answer may name no other.
    const { credentialID } = helpers.parseAuthenticatorData(object.get('authData'))
    if (!credentialID?.length || credentialID.length > idBytesMax) return undefined
    const id = Buffer.from(credentialID).toString('base64url')
    if (answer.ids.length > 0 && !answer.ids.includes(id)) return undefined
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: { clientDataJSON: response.clientDataJSON, attestationObject: response.attestationObject },
      },
      expectedChallenge: challenge,
      expectedOrigin: config.relying_party.origins,
      expectedRPID: config.relying_party.id,
      requireUserVerification: config.user_verification === 'required',
      supportedAlgorithmIDs: algorithms,
    })
    const credential = registrationInfo?.credential
    if (!verified || !credential) return undefined
    return {
      id: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      signCount: credential.counter,
      transports: response.transports,
    }
  } catch {
    return undefined
  }
}

/**
 * The new signature counter, when the answer to requestOptions is the credential's (WebAuthn Level 3, 7.2). Undefined for a bad answer,
 * whatever its bytes, and for a counter that went back.
 */
export async function readAssertion(
  answer: AnswerOf<Assertion>,
  credential: EnrolledCredential,
  expected: {
    challenge: string
    origins: string[]
    rpId: string
    userVerified: boolean
    /** The ceremony; of a payment its caller compares what was shown. */
    type?: 'webauthn.get' | 'payment.get'
  },
): Promise<number | undefined> {
  const { response } = answer
  const { verifyAuthenticationResponse } = await load()
  try {
    if (isFramed(response)) return undefined
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        id: credential.id,
        rawId: credential.id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: response.clientDataJSON,
          authenticatorData: response.authenticatorData,
          signature: response.signature,
        },
      },
      expectedChallenge: expected.challenge,
      expectedOrigin: expected.origins,
      expectedRPID: expected.rpId,
      expectedType: expected.type ?? 'webauthn.get',
      requireUserVerification: expected.userVerified,
      credential: {
        id: credential.id,
        publicKey: new Uint8Array(Buffer.from(credential.publicKey, 'base64url')),
        counter: credential.signCount,
      },
    })
    return verified ? authenticationInfo.newCounter : undefined
  } catch {
    return undefined
  }
}

function descriptor({ id, transports }: EnrolledCredential) {
  return { id, transports: [...transports] as AuthenticatorTransport[] }
}
