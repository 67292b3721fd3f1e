import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { AvalConfig } from './config.ts'
import { createKeyRing, type KeyRing } from './lib/keyring.ts'
import { Secret } from './lib/secret.ts'

/** What opens Aval's own doors, and the keys that seal its data. */
export interface Credentials {
  accountSid: string
  authToken: Secret
  serviceSid: string
  apiKey: Secret
  keys: KeyRing
  /** What this start made and now uses, to be printed this once. What was configured is not in it. */
  made: [name: string, value: string][]
}

const kept = z.object({
  accountSid: z.string(),
  authToken: z.string(),
  serviceSid: z.string(),
  apiKey: z.string(),
  key: z.string(),
})

/**
 * The configured credentials; what is not configured comes from the data dir, and is made there at the first start
 * (a file that only this user can read). Throws when that file is damaged, rather than making keys that open nothing.
 */
export function loadCredentials(config: AvalConfig): Credentials {
  const file = join(config.dataDir, 'credentials.json')
  keepToOwner(config.dataDir)
  const fresh = !existsSync(file) && write(file, make())
  const made = read(file)
  const roots = config.AVAL_KEYS?.map(({ id, root }) => ({ id, root: Buffer.from(root.reveal(), 'base64') }))
  return {
    accountSid: config.AVAL_ACCOUNT_SID ?? made.accountSid,
    authToken: config.AVAL_AUTH_TOKEN ?? new Secret(made.authToken),
    serviceSid: config.AVAL_SERVICE_SID ?? made.serviceSid,
    apiKey: config.AVAL_API_KEY ?? new Secret(made.apiKey),
    keys: createKeyRing(roots ?? [{ id: 'k1', root: Buffer.from(made.key, 'base64') }]),
    made: fresh ? madeAndUsed(config, made) : [],
  }
}

function madeAndUsed(config: AvalConfig, made: z.output<typeof kept>): [string, string][] {
  const all = [
    [config.AVAL_API_KEY, 'API key', made.apiKey],
    [config.AVAL_ACCOUNT_SID, 'Account SID', made.accountSid],
    [config.AVAL_AUTH_TOKEN, 'Auth token', made.authToken],
    [config.AVAL_SERVICE_SID, 'Service SID', made.serviceSid],
  ] as const
  return all.filter(([configured]) => configured === undefined).map(([, name, value]) => [name, value])
}

function make(): z.output<typeof kept> {
  const hex = (count: number) => randomBytes(count).toString('hex')
  return {
    accountSid: `AC${hex(16)}`,
    authToken: hex(16),
    serviceSid: `VA${hex(16)}`,
    apiKey: `SK${hex(16)}:${hex(24)}`,
    key: randomBytes(32).toString('base64'),
  }
}

function read(file: string): z.output<typeof kept> {
  try {
    return kept.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    throw new Error(`${file} is damaged: restore it, for without its key nothing that was sealed can be opened`, {
      cause,
    })
  }
}

const ours = /^(credentials\.json|aval\.db|platform\.db|inbox\.jsonl|clock\.json|intercept|lost\+found)/
const [othersMayEnter, sticky] = [0o077, 0o1000]

/**
 * Makes the folder, for its owner alone. One that was there is closed to others where this user owns it and it holds nothing but what
 * Aval made; any other is left as it is, with a warning, for a folder that is shared must not be taken from those who share it.
 */
function keepToOwner(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { mode, uid } = statSync(folder)
  // Windows has no such modes.
  if ((mode & othersMayEnter) === 0 || process.getuid === undefined) return
  const mine = uid === process.getuid() && (mode & sticky) === 0
  if (mine && readdirSync(folder).every((name) => ours.test(name))) chmodSync(folder, 0o700)
  else process.emitWarning(`AVAL_DATA_DIR ${folder} is open to other users of this machine: give Aval one of its own`)
}

/** False when another process was first. */
function write(file: string, made: z.output<typeof kept>): boolean {
  const draft = `${file}.${process.pid}`
  const handle = openSync(draft, 'wx', 0o600)
  writeSync(handle, JSON.stringify(made, null, 2))
  // The keys must be on the disk before anything is sealed with them.
  fsyncSync(handle)
  closeSync(handle)
  try {
    // Of several first starts at once, one makes what all of them use.
    linkSync(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  } finally {
    unlinkSync(draft)
  }
}
