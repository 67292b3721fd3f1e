import { createHash } from 'node:crypto'
import { TOTP, URI } from 'otpauth'
import type { Clock, Instant } from '../lib/clock.ts'
import { cleanLine } from '../lib/text.ts'
import { openLineFile, readLines } from './inbox-file.ts'

/** One account in the authenticator app of local mode. It holds a secret: it is for the inbox's page and file alone. */
export interface InboxApp {
  /** Computed from the URI, so that the same account is there once. */
  id: string
  /** "issuer: account", less what is missing. */
  name: string
  uri: string
  /** Base32. */
  secret: string
  periodMs: number
}

/** What an app shows at one instant. */
export interface AppCode {
  code: string
  expiresAt: Instant
}

/** The local authenticator apps, with which TOTP is tried without a phone. */
export interface InboxApps {
  /** In the order in which they were added. */
  list(): readonly InboxApp[]
  /** Adds an account by its otpauth URI (Google Authenticator's key URI format); one that is there already stays as it is. */
  add(uri: string): 'added' | 'unreadable' | 'full'
  /** Whether there was one. */
  remove(id: string): boolean
  /** Its code by the inbox's clock (RFC 6238). */
  codeOf(app: InboxApp): AppCode
  /** Resolves when everything is on disk. */
  flush(): Promise<void>
}

export const appsMax = 100
const uriMax = 1000

/** Makes the apps; with `file`, which only its owner may read, they survive a restart. Lines that cannot be read are skipped. */
export function createInboxApps({ file, clock }: { file?: string | undefined; clock: Clock }): InboxApps {
  const disk = file === undefined ? undefined : openLineFile(file)
  const apps = new Map<string, InboxApp>()
  for (const text of file ? readLines(file) : []) put(uriOf(text))

  function put(uri: string): 'added' | 'unreadable' | 'full' {
    const app = readApp(uri)
    if (!app) return 'unreadable'
    if (!apps.has(app.id) && apps.size >= appsMax) return 'full'
    apps.set(app.id, app)
    return 'added'
  }

  function save(): void {
    disk?.replace([...apps.values()].map(({ uri }) => JSON.stringify({ uri })))
  }

  return {
    list: () => [...apps.values()],
    add(uri) {
      const answer = put(uri.trim())
      if (answer === 'added') save()
      return answer
    },
    remove(id) {
      const known = apps.delete(id)
      if (known) save()
      return known
    },
    codeOf({ uri, periodMs }) {
      const now = clock.now()
      const totp = URI.parse(uri) as TOTP
      return { code: totp.generate({ timestamp: now }), expiresAt: now - (now % periodMs) + periodMs }
    },
    async flush() {
      await disk?.flush()
    },
  }
}

function uriOf(line: string): string {
  try {
    const { uri } = JSON.parse(line) as { uri?: unknown }
    return typeof uri === 'string' ? uri : ''
  } catch {
    return ''
  }
}

function readApp(uri: string): InboxApp | undefined {
  if (uri.length > uriMax) return undefined
  const totp = parseUri(uri)
  if (!totp) return undefined
  const { issuer, label, secret, period, digits } = totp
  // The format names 6 to 8 digits; a period beyond an hour is no one-time code any more.
  if (secret.bytes.length === 0 || digits < 6 || digits > 8 || period < 1 || period > 3600) return undefined
  return {
    id: createHash('sha256').update(uri).digest('hex').slice(0, 32),
    name: [issuer, label].map(cleanLine).filter(Boolean).join(': ') || 'TOTP',
    uri,
    secret: secret.base32,
    periodMs: period * 1000,
  }
}

function parseUri(uri: string): TOTP | undefined {
  try {
    const read = URI.parse(uri)
    return read instanceof TOTP ? read : undefined
  } catch {
    return undefined
  }
}
