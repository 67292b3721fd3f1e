import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { newDatabase, type StoreName } from './stores.ts'

/** What opens the doors of a server, known to the test because the test made it up. */
export interface Credentials {
  apiKey: string
  accountSid: string
  authToken: string
  serviceSid: string
  keys: string
}

export interface ServerOptions {
  store: StoreName
  /** More settings, or others than the usual ones. */
  env?: Record<string, string>
  /** Another node of the same: on its database, with its credentials and keys. PostgreSQL only. */
  besides?: TestServer
}

/** What a request answered. `body` is the parsed JSON, or the text where it is none. */
export interface Answer<Body> {
  status: number
  headers: Headers
  body: Body
}

export interface RequestOptions {
  /** Bearer of this request: the API key unless said otherwise; null sends none. */
  key?: string | null
  method?: string
  headers?: Record<string, string>
}

/** The real program, in a process of its own. */
export interface TestServer {
  origin: string
  port: number
  credentials: Credentials
  /** Folder of the embedded store and of what the first start makes. */
  dataDir: string
  databaseUrl: string | undefined
  /** All that the program has printed since the first start. */
  output(): string
  /** Ends it as a crash would, and waits until it is gone. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>
  /** Starts it again on the same data, port and settings, and waits until it is ready. */
  restart(env?: Record<string, string>): Promise<void>
  /** Stops it and removes what it made. */
  stop(): Promise<void>
  /** Speaks to the API: POST where there is a body, else GET. */
  api<Body = unknown>(path: string, body?: unknown, options?: RequestOptions): Promise<Answer<Body>>
  /** The code of the newest message to this address; waits for one up to ten seconds. */
  latestCode(to: string): Promise<string>
  latestMessage(to: string): Promise<InboxMessage>
  /** Sends a form to the first Verify service: POST below /v2/Services/<sid>. */
  verify<Body = unknown>(path: string, form: Record<string, string>): Promise<Answer<Body>>
  /** Turns the server's clock forward. */
  advanceClock(ms: number): Promise<void>
}

export interface InboxMessage {
  to: string
  channel: string
  body: string
  code: string
  segments: number
  encoding: string
  sent_at: string
}

const program = new URL('../../dist/main.js', import.meta.url).pathname
const readyTimeoutMs = 40_000
const drainTimeoutMs = 15_000

/** Starts the built program with settings of its own, and waits until it is ready. Call `stop` when the test ends. */
export async function startServer({ store, env = {}, besides }: ServerOptions): Promise<TestServer> {
  if (!existsSync(program)) throw new Error('dist/main.js is missing: run `npm run build` first')
  const dataDir = mkdtempSync(join(tmpdir(), 'aval-server-'))
  const databaseUrl = store === 'postgres' ? (besides?.databaseUrl ?? (await newDatabase())) : undefined
  const credentials = besides?.credentials ?? newCredentials()
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const settings = {
    PORT: String(port),
    AVAL_DATA_DIR: dataDir,
    AVAL_API_KEY: credentials.apiKey,
    AVAL_ACCOUNT_SID: credentials.accountSid,
    AVAL_AUTH_TOKEN: credentials.authToken,
    AVAL_SERVICE_SID: credentials.serviceSid,
    AVAL_KEYS: credentials.keys,
    ...(databaseUrl ? { AVAL_DATABASE_URL: databaseUrl } : {}),
    ...env,
  }
  let child: ChildProcess | undefined
  let said = ''

  async function run(more: Record<string, string> = {}): Promise<void> {
    const now = { ...settings, ...more }
    // Nothing of the developer's own environment or secrets file may leak into a test.
    const started = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
      cwd: dataDir,
      env: { PATH: process.env.PATH ?? '', HOME: dataDir, ...now },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = started
    for (const stream of [started.stdout, started.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
    }
    await untilReady(started, now.AVAL_API_KEY)
  }

  /** Whether it is this program that answers, and not another that has the port: only this one takes its API key. */
  async function answers(configuredKey: string): Promise<boolean> {
    const ready = await api('/readyz').catch(() => undefined)
    if (ready?.status !== 200) return false
    const key = configuredKey || madeApiKey(dataDir)
    const listed = await api('/v1/transactions?limit=1', undefined, { key }).catch(() => undefined)
    return listed?.status === 200
  }

  async function untilReady(started: ChildProcess, configuredKey: string): Promise<void> {
    const giveUpAt = performance.now() + readyTimeoutMs
    while (!(await answers(configuredKey))) {
      if (hasEnded(started)) throw new Error(`the server ended before it was ready\n${said}`)
      if (performance.now() > giveUpAt) throw new Error(`the server is not ready after ${readyTimeoutMs} ms\n${said}`)
      await sleep(20)
    }
  }

  async function kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const running = child
    if (!running || hasEnded(running)) return
    const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()))
    running.kill(signal)
    const late = setTimeout(() => running.kill('SIGKILL'), drainTimeoutMs)
    await ended
    clearTimeout(late)
  }

  async function api<Body>(path: string, body?: unknown, options: RequestOptions = {}): Promise<Answer<Body>> {
    const { key = credentials.apiKey, method = body === undefined ? 'GET' : 'POST', headers = {} } = options
    const response = await fetch(`${origin}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    return { status: response.status, headers: response.headers, body: parse(await response.text()) as Body }
  }

  async function verify<Body>(path: string, form: Record<string, string>): Promise<Answer<Body>> {
    const { accountSid, authToken, serviceSid } = credentials
    const response = await fetch(`${origin}/v2/Services/${serviceSid}${path}`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}` },
      body: new URLSearchParams(form),
    })
    return { status: response.status, headers: response.headers, body: parse(await response.text()) as Body }
  }

  async function latestMessage(to: string): Promise<InboxMessage> {
    const query = new URLSearchParams({ to, wait: '10' })
    const { status, body } = await api<InboxMessage>(`/dev/api/messages/latest?${query}`, undefined, { key: null })
    if (status !== 200) throw new Error(`the inbox has no message to ${to} (${status})`)
    return body
  }

  process.once('exit', () => child?.kill('SIGKILL'))
  try {
    await run()
  } catch (error) {
    await kill()
    rmSync(dataDir, { recursive: true, force: true })
    throw error
  }

  return {
    origin,
    port,
    credentials,
    dataDir,
    databaseUrl,
    output: () => said,
    kill,
    async restart(more) {
      await kill()
      await run(more)
    },
    async stop() {
      await kill('SIGTERM')
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
    },
    api,
    verify,
    latestMessage,
    latestCode: async (to) => (await latestMessage(to)).code,
    async advanceClock(ms) {
      const { status } = await api('/dev/api/clock', { advance_ms: ms }, { key: null })
      if (status >= 300) throw new Error(`the clock was not turned (${status})`)
    },
  }
}

/** Fresh credentials and a fresh key ring. */
export function newCredentials(): Credentials {
  const hex = () => randomBytes(16).toString('hex')
  return {
    apiKey: `SK${hex()}:${hex()}`,
    accountSid: `AC${hex()}`,
    authToken: hex(),
    serviceSid: `VA${hex()}`,
    keys: `k1:${randomBytes(32).toString('base64')}`,
  }
}

/** The API key that the first start made where none was set; null while there is none. */
function madeApiKey(dataDir: string): string | null {
  const file = join(dataDir, 'credentials.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).apiKey : null
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
