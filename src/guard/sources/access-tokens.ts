import { createPrivateKey, type KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import { z } from 'zod'
import type { Clock, Instant } from '../../lib/clock.ts'
import { newHex } from '../../lib/ids.ts'
import type { Random } from '../../lib/random.ts'
import type { Secret } from '../../lib/secret.ts'
import { post, readAnswer, serviceUrl } from './exchange.ts'
import { orTimeout } from './or-timeout.ts'
import { SourceFault } from './source.ts'

/** Who we are at an authorization server. */
export interface TokenClient {
  tokenUrl: string
  clientId: string
  scope: string
  /**
   * A key in PEM (PKCS #8) for private_key_jwt, which CAMARA's Security and Interoperability Profile asks for; or a client secret for
   * Basic authentication (RFC 6749, 2.3.1), which many resellers ask for.
   */
  credential: { privateKey: Secret; keyId: string | undefined } | { clientSecret: Secret }
}

/** Access tokens of the client credentials grant (RFC 6749, 4.4), each used until shortly before it ends. */
export interface AccessTokens {
  /** Rejects with a SourceFault whose code begins with `token_`, or with `timeout` as soon as `signal` says so. */
  get(signal: AbortSignal): Promise<string>
  /** Not to be used any more: the API refused it. */
  forget(token: string): void
}

const fetchMs = 5_000
const marginMs = 30_000
const assertionS = 60
const lifeSMax = 86_400

const granted = z.looseObject({
  access_token: z.string().regex(/^[\x21-\x7e]{1,8192}$/),
  token_type: z.string().regex(/^bearer$/i),
  // Left out, it means what the documentation of the server says, which we cannot read: such a token serves for one request.
  expires_in: z.coerce.number().min(0).optional().catch(undefined),
})

export function createAccessTokens(
  client: TokenClient,
  { clock, random }: { clock: Pick<Clock, 'now'>; random: Random },
): AccessTokens {
  const url = serviceUrl(client.tokenUrl)
  const authenticate = authenticator(client)
  let held: { token: string; until: Instant } | undefined
  let fetching: Promise<string> | undefined

  async function fetchToken(): Promise<string> {
    const askedAt = clock.now()
    const { headers, parameters } = await authenticate(askedAt, newHex(askedAt, random))
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      scope: client.scope,
      ...parameters,
    }).toString()
    const answer = await post(url, {
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
      signal: AbortSignal.timeout(fetchMs),
      // Whatever is wrong with our request is wrong with the next one too.
      ownStatuses: [],
    })
    const { access_token: token, expires_in: lifeS = 0 } = readAnswer(answer, granted)
    held = { token, until: askedAt + Math.min(lifeS, lifeSMax) * 1000 - marginMs }
    return token
  }

  return {
    async get(signal) {
      if (held && clock.now() < held.until) return held.token
      // One request for all who wait; it goes on when one of them has no more time, so that the next ones find the token.
      fetching ??= fetchToken()
        .catch((error: unknown) => {
          throw new SourceFault(`token_${error instanceof SourceFault ? error.why : 'odd_answer'}`)
        })
        .finally(() => {
          fetching = undefined
        })
      return orTimeout(fetching, signal)
    },
    forget(token) {
      if (held?.token === token) held = undefined
    },
  }
}

type Authenticate = (
  at: Instant,
  id: string,
) => Promise<{ headers: Record<string, string>; parameters: Record<string, string> }>

/** How the client proves who it is. Throws for a key that cannot sign. */
function authenticator({ tokenUrl, clientId, credential }: TokenClient): Authenticate {
  if ('clientSecret' in credential) {
    const pair = `${formEncoded(clientId)}:${formEncoded(credential.clientSecret.reveal())}`
    const headers = { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
    return async () => ({ headers, parameters: {} })
  }
  const key = createPrivateKey(credential.privateKey.reveal())
  const header = { alg: algorithmOf(key), ...(credential.keyId ? { kid: credential.keyId } : {}) }
  return async (at, id) => {
    const seconds = Math.floor(at / 1000)
    const assertion = await new SignJWT()
      .setProtectedHeader(header)
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(tokenUrl)
      .setJti(id)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + assertionS)
      .sign(key)
    const parameters = {
      client_id: clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }
    return { headers: {}, parameters }
  }
}

/** As application/x-www-form-urlencoded has it, which Basic authentication of clients asks for. */
function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  if (asymmetricKeyType === 'rsa') return 'RS256'
  if (asymmetricKeyType === 'ed25519') return 'EdDSA'
  if (asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ES256'
  throw new RangeError('a key of a client is RSA, P-256 or Ed25519')
}
