import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { Secret } from './lib/secret.ts'

/** One thing that is wrong with one setting. */
export interface Fault {
  name: string
  from: string
  wrong: string
  fix: string
}

/** One setting: what it means, and how its text is read. `fallback` is what documentation says of the default. */
interface Setting<T> {
  about: string
  fallback: string
  read: z.ZodType<T, string | undefined>
  fix: string
}

function setting<T>(about: string, fallback: string, fix: string, read: z.ZodType<T, string | undefined>): Setting<T> {
  return { about, fallback, fix, read }
}

const secret = (check: z.ZodType<string, string>) => check.transform((text) => new Secret(text)).optional()
const sid = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}[0-9a-fA-F]{32}$`), `is not ${prefix} and 32 hexadecimal digits`)
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
)
const cidrs = list.refine((parts) => parts.every(isCidr), 'holds something that is no network')
const url = z.string().refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
  error: 'is no http or https address',
  // What follows reads the address, and zod runs later checks of a failed value otherwise.
  abort: true,
})
const keyRing = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((entry) => entry.trim())
      .map((entry) => ({ id: entry.slice(0, entry.indexOf(':')), text: entry.slice(entry.indexOf(':') + 1) })),
  )
  .refine((ring) => ring.every(({ id }) => /^[A-Za-z0-9_-]{1,32}$/.test(id)), 'has an entry without an id')
  .refine((ring) => new Set(ring.map(({ id }) => id)).size === ring.length, 'has an id twice')
  .refine(
    (ring) => ring.every(({ text }) => Buffer.from(text, 'base64').length >= 32),
    'has a key of fewer than 32 bytes',
  )
  .refine((ring) => new Set(ring.map(({ text }) => text)).size === ring.length, 'has the same key twice')
  .transform((ring) => ring.map(({ id, text }) => ({ id, root: new Secret(text) })))

const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/, 'is no number in international form')
const visible = z.string().regex(/^[\x21-\x7e]{1,1000}$/, 'is not visible ASCII')
/** A service that is spoken to over https; plain http is for this machine only. */
const serviceUrl = url
  .refine(isHttpsOrLoopback, 'is neither https nor loopback')
  .refine((text) => !/[?#@]/.test(text), 'has more than host and path')
  .transform((text) => text.replace(/\/+$/, ''))
const templateSids = list
  .refine(
    (parts) => parts.length > 0 && parts.every((part) => /^(pt-BR|en|es):HX[0-9a-f]{32}$/.test(part)),
    'holds something that is no language and Content SID',
  )
  .transform(
    (parts) =>
      Object.fromEntries(parts.map((part) => part.split(':'))) as Partial<Record<'pt-BR' | 'en' | 'es', string>>,
  )

/** Every setting that Aval knows. docs/configuration.md is made from this table. */
export const settings = {
  PORT: setting(
    'Port to listen on.',
    '4000',
    'use a number from 0 to 65535',
    z
      .string()
      .regex(/^\d{1,5}$/, 'is no port')
      .transform(Number)
      .refine((port) => port <= 65535, 'is no port')
      .default(4000),
  ),
  HOST: setting(
    'Address to listen on.',
    '127.0.0.1',
    'use an address of this machine',
    z.string().default('127.0.0.1'),
  ),
  AVAL_PUBLIC_URL: setting(
    'The address that people and SDKs use, without a path.',
    'http://localhost:PORT; required in production',
    'use a form like https://aval.example.com',
    url
      .refine((text) => new URL(text).pathname === '/' && !new URL(text).search, 'has a path')
      .transform((text) => new URL(text).origin)
      .optional(),
  ),
  AVAL_ENV: setting(
    '`local` has the dev inbox and makes its own keys; `production` refuses defaults.',
    '`local` without Twilio credentials, else `production`',
    'use local or production',
    z.enum(['local', 'production'], 'is neither local nor production').optional(),
  ),
  AVAL_DATABASE_URL: setting(
    'PostgreSQL 15 or newer.',
    'SQLite in AVAL_DATA_DIR',
    'use a form like postgres://user:password@host/database',
    secret(z.string().refine((text) => /^postgres(ql)?:\/\//.test(text), 'is no postgres:// address')),
  ),
  AVAL_DATA_DIR: setting(
    'Folder of the embedded store and of what the first start makes.',
    '.aval',
    'name a folder',
    z.string().default('.aval'),
  ),
  AVAL_KEYS: setting(
    'Key ring `id:base64,...`; the first key is active, the others still open what they sealed.',
    'made at first start in local mode; required in production',
    'write id:base64 of 32 random bytes, for example k1:$(openssl rand -base64 32)',
    keyRing.optional(),
  ),
  AVAL_API_KEY: setting(
    'Key of the gate’s API: 16 to 200 visible ASCII characters. In the form `SK<32 hex>:<secret>` it opens the Twilio door too.',
    'made at first start',
    'use 16 to 200 visible ASCII characters',
    secret(z.string().regex(/^[\x21-\x7e]{16,200}$/, 'is not 16 to 200 visible ASCII characters')),
  ),
  AVAL_ACCOUNT_SID: setting(
    'Account of the Twilio door.',
    'made at first start',
    'use AC and 32 hexadecimal digits',
    sid('AC').optional(),
  ),
  AVAL_AUTH_TOKEN: setting(
    'Auth token of the Twilio door.',
    'made at first start',
    'use 16 or more visible ASCII characters',
    secret(z.string().regex(/^[\x21-\x7e]{16,200}$/, 'is not 16 to 200 visible ASCII characters')),
  ),
  AVAL_SERVICE_SID: setting(
    'The first Verify service of the Twilio door.',
    'made at first start',
    'use VA and 32 hexadecimal digits',
    sid('VA').optional(),
  ),
  AVAL_BRAND: setting(
    'Name in messages and on pages, at most 20 characters.',
    'Sympla',
    'use 1 to 20 letters, digits, spaces or hyphens',
    z
      .string()
      .regex(/^[\p{L}\p{N}][\p{L}\p{N} -]{0,19}$/u, 'is no short name')
      .default('Sympla'),
  ),
  AVAL_GUARD_MODE: setting(
    '`enforce`; `shadow` decides and records but never blocks; `off` is for load tests in local mode.',
    'enforce',
    'use enforce, shadow or off',
    z.enum(['enforce', 'shadow', 'off'], 'is no guard mode').default('enforce'),
  ),
  AVAL_GUARD_BUCKETS: setting(
    'The part of the guard against pumping: `enforce`; `shadow` decides and records but never diverts; `off`.',
    '`shadow` in local mode, where messages cost nothing, `enforce` in production',
    'use enforce, shadow or off',
    z.enum(['enforce', 'shadow', 'off'], 'is no mode').optional(),
  ),
  AVAL_GUARD_POLICY: setting(
    'A TOML file of how the guard is cut: budgets in USD, tolerances, prices. docs/guard.md explains it.',
    'the built-in cuts and prices',
    'name a file that this user may read',
    z.string().min(1).optional(),
  ),
  AVAL_PROOF_OF_WORK: setting(
    'What a proof of work costs a browser: PBKDF2 iterations with SHA-256, on the average. `0` offers none.',
    '500000, about a second on a cheap phone (docs/guard.md)',
    'use 0, or a number from 1000 to 50000000',
    z
      .string()
      .regex(/^\d{1,8}$/, 'is no such number')
      .transform(Number)
      .refine((count) => count === 0 || (count >= 1_000 && count <= 50_000_000), 'is too little or too much')
      .default(500_000),
  ),
  AVAL_IP_COUNTRY_FILE: setting(
    'MMDB file that says which country an address is in (GeoLite2 Country or City, DB-IP and the like); `none` for no such file.',
    'the set of iptoasn.com that comes along',
    'name a file that this user may read, or none',
    z.string().min(1).optional(),
  ),
  AVAL_IP_ASN_FILE: setting(
    'MMDB file that says which autonomous system an address is of (GeoLite2 ASN and the like).',
    'none',
    'name a file that this user may read',
    z.string().min(1).optional(),
  ),
  AVAL_FRAUD_SOURCES: setting(
    'A TOML file of the outside systems that are asked about fraud (Twilio Lookup, minFraud, CAMARA, a signed hook). It holds secrets. docs/releases.md explains it.',
    'none is asked',
    'name a file that this user may read',
    z.string().min(1).optional(),
  ),
  AVAL_ALARM_URL: setting(
    'Where it is posted that a cap of spending is reached by 50, 80 or 100 percent, or that guesses are sprayed; signed by Standard Webhooks. Must be https, or loopback.',
    'none: the log alone says it',
    'use a form like https://ops.example.com/aval',
    serviceUrl.optional(),
  ),
  AVAL_ALARM_SECRET: setting(
    'Secret that signs those alarms.',
    'none',
    'use whsec_ and base64 of 24 to 64 random bytes',
    secret(z.string().refine(isHookSecret, 'is not whsec_ and base64 of 24 to 64 bytes')),
  ),
  AVAL_HOME_COUNTRY: setting(
    'Country of most users: strangers there share two buckets, those of each other country have one.',
    'BR',
    'use a two-letter code such as BR',
    z
      .string()
      .regex(/^[A-Z]{2}$/, 'is no two-letter code')
      .default('BR'),
  ),
  AVAL_COUNTRIES: setting(
    'Countries that messages may go to: `BR,PT`, or `*`.',
    '`*` in local mode, BR in production',
    'use two-letter codes such as BR,PT, or *',
    list
      .refine(
        (parts) => parts.length > 0 && (parts.join() === '*' || parts.every((part) => /^[A-Z]{2}$/.test(part))),
        'holds something that is no country code',
      )
      .optional(),
  ),
  AVAL_RETURN_ORIGINS: setting(
    'Exact origins that a return_url may have.',
    'any in local mode; the public address alone in production',
    'use origins such as https://shop.example.com',
    list
      .refine(
        (parts) => parts.every((part) => URL.canParse(part) && new URL(part).origin === part),
        'holds something that is no origin',
      )
      .optional(),
  ),
  AVAL_WEBHOOK_NETWORKS: setting(
    'Private networks that webhooks may reach; never the addresses where a cloud hands out credentials.',
    'none in production, loopback in local mode',
    'use networks such as 10.1.0.0/16',
    cidrs.optional(),
  ),
  AVAL_TRUSTED_PROXIES: setting(
    'Networks of proxies whose X-Forwarded-For is believed.',
    'none',
    'use networks such as 10.1.0.0/16',
    cidrs.optional(),
  ),
  AVAL_LOOKUP_URL: setting(
    'Base address of a service that speaks Lookup v2, such as https://lookups.twilio.com, for what the numbering plan does not say. Must be https, or loopback.',
    'none: such packages are null',
    'use a form like https://lookups.twilio.com',
    url
      .refine(isHttpsOrLoopback, 'is neither https nor loopback')
      .refine((text) => !/[?#@]/.test(text), 'has more than host and path')
      .transform((text) => text.replace(/\/+$/, ''))
      .optional(),
  ),
  AVAL_LOOKUP_USERNAME: setting(
    'User at that service: for Twilio an account SID or API key SID.',
    'none',
    'use visible ASCII characters without a colon',
    z
      .string()
      .regex(/^[\x21-\x39\x3b-\x7e]{1,200}$/, 'is not visible ASCII without a colon')
      .optional(),
  ),
  AVAL_LOOKUP_PASSWORD: setting(
    'Auth token of that user, or secret of the key.',
    'none',
    'use visible ASCII characters',
    secret(z.string().regex(/^[\x21-\x7e]{1,200}$/, 'is not visible ASCII')),
  ),
  AVAL_POLICIES: setting(
    'A TOML file of rules by kind: factors, assurance, amounts, fallback, waits. docs/policies.md explains it.',
    'the built-in rules',
    'name a file that this user may read',
    z.string().min(1).optional(),
  ),
  AVAL_TEMPLATES: setting(
    'A TOML file of texts for verifications, beside the built-in ones. docs/policies.md explains it.',
    'the built-in texts',
    'name a file that this user may read',
    z.string().min(1).optional(),
  ),
  AVAL_SMS_CARRIER: setting(
    'Who carries text messages: `twilio` (Programmable Messaging) or `http` (a signed hook).',
    'the inbox in local mode; none in production',
    'use twilio or http',
    z.enum(['twilio', 'http'], 'is neither twilio nor http').optional(),
  ),
  AVAL_WHATSAPP_CARRIER: setting(
    'Who carries WhatsApp messages: `meta` (Cloud API), `twilio` or `http`.',
    'the inbox in local mode; none in production',
    'use meta, twilio or http',
    z.enum(['meta', 'twilio', 'http'], 'is none of meta, twilio, http').optional(),
  ),
  AVAL_CALL_CARRIER: setting(
    'Who makes calls: `twilio` or `http`.',
    'the inbox in local mode; none in production',
    'use twilio or http',
    z.enum(['twilio', 'http'], 'is neither twilio nor http').optional(),
  ),
  AVAL_EMAIL_CARRIER: setting(
    'Who carries e-mail: `smtp` or `http`.',
    'the inbox in local mode; none in production',
    'use smtp or http',
    z.enum(['smtp', 'http'], 'is neither smtp nor http').optional(),
  ),
  AVAL_TWILIO_ACCOUNT_SID: setting(
    'Account whose numbers carry messages, where a carrier is `twilio`. (The TWILIO_ settings are those of Twilio Verify.)',
    'none',
    'copy it from the Twilio Console (AC and 32 hexadecimal digits)',
    sid('AC').optional(),
  ),
  AVAL_TWILIO_AUTH_TOKEN: setting(
    'Auth token of that account; it signs what Twilio reports, too.',
    'none',
    'copy it from the Twilio Console',
    secret(z.string().min(1)),
  ),
  AVAL_TWILIO_SMS_FROM: setting(
    'Number or messaging service that texts come from.',
    'none',
    'use a form like +5511987654321, or MG and 32 hexadecimal digits',
    z
      .string()
      .regex(/^(\+[1-9]\d{6,14}|MG[0-9a-f]{32})$/, 'is neither a number nor a messaging service')
      .optional(),
  ),
  AVAL_TWILIO_CALL_FROM: setting(
    'Number that calls come from.',
    'none',
    'use a form like +5511987654321',
    e164.optional(),
  ),
  AVAL_TWILIO_WHATSAPP_FROM: setting(
    'Number that WhatsApp messages come from.',
    'none',
    'use a form like +5511987654321',
    e164.optional(),
  ),
  AVAL_TWILIO_WHATSAPP_TEMPLATES: setting(
    'Content SIDs of the approved authentication template, by language.',
    'none',
    'use a form like pt-BR:HX...,en:HX...,es:HX...',
    templateSids.optional(),
  ),
  AVAL_TWILIO_BASE_URL: setting(
    'Where the messaging API is, for tests against a stand-in. Must be https, or loopback.',
    'https://api.twilio.com',
    'use https, or an address of this machine',
    serviceUrl.optional(),
  ),
  AVAL_META_TOKEN: setting(
    'Access token of the WhatsApp business account.',
    'none',
    'copy it from Meta',
    secret(visible),
  ),
  AVAL_META_PHONE_NUMBER_ID: setting(
    'The business number, by its id at Meta.',
    'none',
    'use the digits that Meta shows as phone number ID',
    z
      .string()
      .regex(/^\d{5,32}$/, 'is no id of a number')
      .optional(),
  ),
  AVAL_META_APP_SECRET: setting(
    'Secret of the app; it signs what Meta reports.',
    'none',
    'copy it from Meta',
    secret(visible),
  ),
  AVAL_META_VERIFY_TOKEN: setting(
    'What Meta says when it subscribes to our hook.',
    'none',
    'make up 16 or more visible characters',
    secret(z.string().regex(/^[\x21-\x7e]{16,200}$/, 'is not 16 to 200 visible ASCII characters')),
  ),
  AVAL_META_TEMPLATE: setting(
    'Name of the authentication template.',
    'aval_code',
    'use small letters, digits and underscores',
    z
      .string()
      .regex(/^[a-z0-9_]{1,512}$/, 'is no name of a template')
      .default('aval_code'),
  ),
  AVAL_META_BASE_URL: setting(
    'The Graph API with its version. Must be https, or loopback.',
    'https://graph.facebook.com/v23.0',
    'use a form like https://graph.facebook.com/v23.0',
    serviceUrl.default('https://graph.facebook.com/v23.0'),
  ),
  AVAL_SMTP_URL: setting(
    'Mail server, with user and password. Anything but this machine is spoken to encrypted.',
    'none',
    'use a form like smtps://user:password@mail.example.com',
    secret(
      z
        .string()
        .refine(
          isMailServer,
          'is no smtp:// or smtps:// address of a server alone, or has a % that stands for nothing',
        ),
    ),
  ),
  AVAL_SMTP_FROM: setting(
    'Sender of e-mail.',
    'none',
    'use a form like Sympla <codes@example.com>',
    z
      .string()
      .regex(/^([^<>@\r\n"]{1,60} <[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/, 'is no sender')
      .optional(),
  ),
  AVAL_CARRIER_HOOK_URL: setting(
    'Where messages of a carrier `http` are posted. Must be https, or loopback.',
    'none',
    'use a form like https://gateway.example.com/messages',
    serviceUrl.optional(),
  ),
  AVAL_CARRIER_HOOK_SECRET: setting(
    'Secret of that hook, and of reports and bounces that are posted to /hooks/carrier (Standard Webhooks).',
    'none',
    'use whsec_ and base64 of 24 to 64 random bytes',
    secret(z.string().refine(isHookSecret, 'is not whsec_ and base64 of 24 to 64 bytes')),
  ),
  AVAL_TEST_NUMBERS: setting(
    'Local mode: addresses whose messages come to a chosen end, such as `+5511988880001=undelivered:30003`.',
    'none',
    'use address=outcome with delivered, undelivered:<code>, slow:<seconds>, drop, duplicate, 429 or 500',
    z.string().optional(),
  ),
  AVAL_LOG_LEVEL: setting(
    'How much is logged.',
    'info',
    'use fatal, error, warn, info, debug, trace or silent',
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'is no log level').default('info'),
  ),
  TWILIO_ACCOUNT_SID: setting(
    'Account SID. With it, credentials and a Verify service, codes go through Twilio Verify.',
    'local mode',
    'copy it from the Twilio Console (AC and 32 hexadecimal digits)',
    sid('AC').optional(),
  ),
  TWILIO_AUTH_TOKEN: setting(
    'Auth token of the account.',
    'local mode',
    'copy it from the Twilio Console',
    secret(z.string().min(1)),
  ),
  TWILIO_API_KEY: setting(
    'API key SID, instead of the auth token.',
    'none',
    'copy it from the Twilio Console (SK and 32 hexadecimal digits)',
    sid('SK').optional(),
  ),
  TWILIO_API_SECRET: setting(
    'Secret of the API key.',
    'none',
    'copy it from the Twilio Console',
    secret(z.string().min(1)),
  ),
  TWILIO_VERIFY_SERVICE_SID: setting(
    'Verify service.',
    'local mode',
    'copy it from the Twilio Console, Verify > Services (VA and 32 hexadecimal digits)',
    sid('VA').optional(),
  ),
  TWILIO_VERIFY_CHANNELS: setting(
    'The channels that the Verify service has: `sms,whatsapp,call,email`.',
    'sms',
    'use some of sms, whatsapp, call, email',
    list
      .refine(
        (parts) => parts.length > 0 && parts.every((part) => /^(sms|whatsapp|call|email)$/.test(part)),
        'holds something that is no channel',
      )
      .transform((parts) => parts as ('sms' | 'whatsapp' | 'call' | 'email')[])
      .default(['sms']),
  ),
  TWILIO_VERIFY_BASE_URL: setting(
    'Where the Verify API is, for tests against a stand-in. Must be https, or loopback.',
    'https://verify.twilio.com',
    'use https, or an address of this machine',
    url
      .refine(isHttpsOrLoopback, 'is neither https nor loopback')
      .transform((text) => new URL(text).origin)
      .optional(),
  ),
} as const

export type SettingName = keyof typeof settings
export type Settings = { -readonly [Name in SettingName]: z.output<(typeof settings)[Name]['read']> }

/** What the text of a setting comes to, or what is wrong with it. The text itself is never repeated: it may be a secret. */
export function parseSetting(
  name: SettingName,
  text: string | undefined,
): { value: unknown } | { wrong: string; fix: string } {
  const outcome = settings[name].read.safeParse(text)
  if (outcome.success) return { value: outcome.data }
  return { wrong: outcome.error.issues[0]?.message ?? 'is not valid', fix: settings[name].fix }
}

function isCidr(text: string): boolean {
  return ipaddr.isValid(text) || ipaddr.isValidCIDR(text)
}

/** An http address is for this machine only; `localhost.` and what merely begins so are other machines. */
function isHttpsOrLoopback(text: string): boolean {
  const { protocol, hostname } = new URL(text)
  return (
    protocol === 'https:' || hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
  )
}

/** A mail server alone: what else the address holds would be read by nobody. */
function isMailServer(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, pathname, search, hash, username, password } = new URL(text)
  if (!/^smtps?:$/.test(protocol) || hostname === '' || !['', '/'].includes(pathname) || search + hash !== '')
    return false
  try {
    decodeURIComponent(username + password)
    return true
  } catch {
    return false
  }
}

function isHookSecret(text: string): boolean {
  if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text)) return false
  const { length } = Buffer.from(text.slice(6), 'base64')
  return length >= 24 && length <= 64
}
