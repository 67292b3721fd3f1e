import { createPrivateKey } from 'node:crypto'
import { z } from 'zod'
import { Secret } from '../../lib/secret.ts'
import type { SourceChoices } from './configured-sources.ts'
import { serviceUrl } from './exchange.ts'
import { lookupPackages } from './twilio-lookup.ts'

/** Which messages outside systems are asked about. Transactions always are: each asks once, and money hangs on it. */
export type AskedMessages = 'none' | 'abroad' | 'all'

/** What a file says of outside systems. */
export interface SourceFile {
  choices: SourceChoices
  /** How long all of them together are waited for, in milliseconds. */
  budgetMs: number
  messages: AskedMessages
  /** Whether one of them knows of SIM changes. */
  knowsSim: boolean
}

const secret = z
  .string()
  .regex(/^[\x21-\x7e]{1,1000}$/, 'is not visible ASCII')
  .transform((text) => new Secret(text))
const address = z.string().refine(isAddress, 'is neither https nor loopback, or has more than host and path')
const privateKey = z
  .string()
  .refine(canSign, { error: 'is no RSA, P-256 or Ed25519 key in PEM (PKCS #8)', abort: true })
  .transform((text) => new Secret(text))

const camaraSimSwap = z
  .strictObject({
    url: address,
    ask: z.enum(['check', 'retrieve-date'], 'is neither check nor retrieve-date').default('check'),
    max_age_h: z.int().min(1).max(2400).default(72),
    token_url: address,
    client_id: z.string().min(1).max(200),
    scope: z.string().min(1).max(500).default('sim-swap'),
    client_secret: secret.optional(),
    private_key: privateKey.optional(),
    key_id: z.string().min(1).max(200).optional(),
  })
  .refine(({ client_secret, private_key }) => (client_secret === undefined) !== (private_key === undefined), {
    path: ['private_key'],
    message: 'or client_secret is required, and only one of them',
  })

const file = z
  .strictObject({
    budget_ms: z.int().min(50).max(5000),
    messages: z.enum(['none', 'abroad', 'all'], 'is none of none, abroad, all'),
    twilio_lookup: z.strictObject({
      account_sid: z.string().regex(/^AC[0-9a-fA-F]{32}$/, 'is not AC and 32 hexadecimal digits'),
      auth_token: secret,
      packages: z.array(z.enum(lookupPackages, `is none of ${lookupPackages.join(', ')}`)).min(1),
      url: address.optional(),
    }),
    minfraud: z.strictObject({
      account_id: z.string().regex(/^\d{1,12}$/, 'is no account id'),
      license_key: secret,
      service: z.enum(['score', 'insights', 'factors'], 'is none of score, insights, factors').default('score'),
      url: address.default('https://minfraud.maxmind.com'),
    }),
    camara_sim_swap: camaraSimSwap,
    camara_number_verification: z.strictObject({ url: address }),
    hook: z.strictObject({
      url: address,
      secret: z
        .string()
        .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'is not whsec_ and base64 of 24 to 64 bytes')
        .transform((text) => new Secret(text)),
    }),
  })
  .partial()

/** The outside systems that this table (TOML) chooses, or every fault by its path. No fault quotes a value. */
export function readSourceTable(table: unknown): { value: SourceFile } | { faults: string[] } {
  const read = file.safeParse(table)
  if (!read.success) {
    return {
      faults: read.error.issues.flatMap((issue) =>
        issue.code === 'unrecognized_keys'
          ? issue.keys.map((key) => `${[...issue.path, key].join('.')} is no setting of an outside system`)
          : [
              `${issue.path.join('.') || 'the file'} ${issue.code === 'invalid_type' ? 'is missing or of another type' : issue.message}`,
            ],
      ),
    }
  }
  const { budget_ms, messages, twilio_lookup, minfraud, camara_sim_swap, camara_number_verification, hook } = read.data
  const choices: SourceChoices = {
    twilioLookup: twilio_lookup && {
      accountSid: twilio_lookup.account_sid,
      authToken: twilio_lookup.auth_token,
      packages: twilio_lookup.packages,
      baseUrl: twilio_lookup.url,
    },
    minfraud: minfraud && {
      accountId: minfraud.account_id,
      licenseKey: minfraud.license_key,
      service: minfraud.service,
      baseUrl: minfraud.url,
    },
    camaraSimSwap: camara_sim_swap && simSwapOf(camara_sim_swap),
    camaraNumberVerification: camara_number_verification && { baseUrl: camara_number_verification.url },
    signedHook: hook,
  }
  const knowsSim = camara_sim_swap !== undefined || twilio_lookup?.packages.includes('sim_swap') === true
  return { value: { choices, budgetMs: budget_ms ?? 800, messages: messages ?? 'none', knowsSim } }
}

function simSwapOf(given: z.output<typeof camaraSimSwap>): SourceChoices['camaraSimSwap'] {
  const { private_key, client_secret, key_id } = given
  const credential = private_key
    ? { privateKey: private_key, keyId: key_id }
    : { clientSecret: client_secret as Secret }
  return {
    baseUrl: given.url,
    ask: given.ask,
    maxAgeH: given.max_age_h,
    client: { tokenUrl: given.token_url, clientId: given.client_id, scope: given.scope, credential },
  }
}

/** Https, or this machine, and nothing behind the path. */
function isAddress(text: string): boolean {
  try {
    return serviceUrl(text) !== '' && !/[?#@]/.test(text)
  } catch {
    return false
  }
}

function canSign(pem: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem)
    if (asymmetricKeyType === 'ec') return asymmetricKeyDetails?.namedCurve === 'prime256v1'
    return asymmetricKeyType === 'rsa' || asymmetricKeyType === 'ed25519'
  } catch {
    return false
  }
}
