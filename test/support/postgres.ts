import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort } from './free-port.ts'
import { findPostgresBinaries } from './postgres-binaries.ts'

/** How to reach a server and how to know that it is the one meant. It can be handed to other processes. */
export interface PostgresAddress {
  host: string
  port: number
  cluster: string
}

/** A PostgreSQL server that this process started, in a temporary folder. */
export interface PostgresServer extends PostgresAddress {
  binaries: string
  /** Ends the server at once, as a crash would: what was not yet durable is lost. */
  crash(): Promise<void>
  /** Starts it again on the same data and the same port. */
  start(): Promise<void>
  /** Stops it and removes its folder. */
  remove(): Promise<void>
}

const user = 'postgres'
const startTimeoutMs = 30_000
const forSpeed = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']

/**
 * Starts a real PostgreSQL server of its own. It is durable only when asked to be: most tests do not pull the plug.
 * Throws an error that says what to install when the machine has no server programs.
 */
export async function startPostgres({ durable = false } = {}): Promise<PostgresServer> {
  const binaries = findPostgresBinaries()
  if (!binaries) {
    throw new Error(
      'PostgreSQL is needed and not installed: run `apt-get install postgresql` (Debian) or put it on PATH',
    )
  }
  const owner = unprivilegedOwner()
  const folder = mkdtempSync(join(tmpdir(), 'aval-pg-'))
  const data = join(folder, 'data')
  if ('uid' in owner) chownSync(folder, owner.uid, owner.gid)
  const run = { cwd: folder, env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' }, ...owner }
  const cluster = `aval_test_${randomBytes(8).toString('hex')}`
  let port = 0
  let child: ChildProcess | undefined
  let said = ''

  async function start(): Promise<void> {
    port ||= await freePort()
    said = ''
    const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`]
    settings.push(`cluster_name=${cluster}`, 'max_connections=200', ...(durable ? [] : forSpeed))
    const started = spawn(
      join(binaries ?? '', 'postgres'),
      ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
      { ...run, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    child = started
    started.stderr?.on('data', (text) => {
      said = `${said}${text}`.slice(-8000)
    })
    const giveUpAt = performance.now() + startTimeoutMs
    while (!(await isOurs({ host: '127.0.0.1', port, cluster }))) {
      if (started.exitCode !== null || performance.now() > giveUpAt) {
        throw new Error(`PostgreSQL did not start\n${said}`)
      }
      await sleep(30)
    }
  }

  async function end(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child?.once('exit', resolve))
    child.kill(signal)
    await ended
  }

  function abandon(): void {
    child?.kill('SIGQUIT')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }

  process.once('exit', abandon)
  try {
    const initdb = ['-D', data, '-U', user, '--auth=trust', '--no-locale', '--encoding=UTF8', '--no-sync']
    await promisify(execFile)(join(binaries, 'initdb'), initdb, run)
    await start()
  } catch (error) {
    abandon()
    throw error
  }

  return {
    host: '127.0.0.1',
    port,
    cluster,
    binaries,
    start,
    crash: () => end('SIGQUIT'),
    async remove() {
      await end('SIGINT')
      process.off('exit', abandon)
      abandon()
    },
  }
}

/** Makes an empty database with a random name and gives its URL. Refuses when another server than the one meant answers. */
export async function createDatabase(address: PostgresAddress): Promise<string> {
  if (!(await isOurs(address))) throw new Error(`the server on port ${address.port} is not the one that was started`)
  const name = `t_${randomBytes(8).toString('hex')}`
  await withClient(address, (client) => client.query(`create database ${name} template template0`))
  return databaseUrl(address, name)
}

/** URL of a database on that server. */
function databaseUrl({ host, port }: PostgresAddress, name: string): string {
  return `postgres://${user}@${host}:${port}/${name}`
}

async function isOurs(address: PostgresAddress): Promise<boolean> {
  try {
    const { rows } = await withClient(address, (client) => client.query('show cluster_name'))
    return rows[0]?.cluster_name === address.cluster
  } catch {
    return false
  }
}

async function withClient<T>(address: PostgresAddress, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl(address, 'postgres'), connectionTimeoutMillis: 5000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return await use(client)
  } finally {
    await client.end().catch(() => {})
  }
}

/** PostgreSQL refuses to run as root: then it runs as the user `postgres`, or as `nobody` where there is none. */
function unprivilegedOwner(): { uid: number; gid: number } | Record<string, never> {
  if (process.getuid?.() !== 0) return {}
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const account = ['postgres', 'nobody']
    .map((name) => accounts.find((fields) => fields[0] === name))
    .find((fields) => fields !== undefined)
  if (!account) throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody')
  return { uid: Number(account[2]), gid: Number(account[3]) }
}
