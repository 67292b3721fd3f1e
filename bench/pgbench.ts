import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import type { CapturedPairs } from './capture-statements.ts'
import { startRoleOnce } from './measured-server.ts'
import { scriptOf } from './pgbench-script.ts'

/** A script of one door, and where to run it. */
interface PgbenchRun {
  /** Folder of PostgreSQL's programs. */
  binaries: string
  url: string
  door: 'v1' | 'v2'
  script: string
  seconds: number
}

const clients = 32

/** Writes one script a door, from what the server really says to PostgreSQL, into `folder`. */
export async function writeScripts(env: Record<string, string>, folder: string): Promise<Record<'v1' | 'v2', string>> {
  const captured = await startRoleOnce<CapturedPairs>('capture', env)
  mkdirSync(folder, { recursive: true })
  const write = (door: 'v1' | 'v2') => {
    const file = join(folder, `${door}.sql`)
    writeFileSync(file, scriptOf(captured[door]))
    return file
  }
  return { v1: write('v1'), v2: write('v2') }
}

/** Pairs a second that pgbench reaches with a script: the limit that PostgreSQL sets on this machine. */
export async function runPgbench({ binaries, url, door, script, seconds }: PgbenchRun): Promise<number> {
  const approvedBefore = await countApproved(url, door)
  const { stdout, stderr } = await promisify(execFile)(
    join(binaries, 'pgbench'),
    ['-n', '-M', 'prepared', '-c', String(clients), '-j', '2', '-T', String(seconds), '-f', script, url],
    { env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' } },
  )
  const rate = Number(/^tps = ([\d.]+)/m.exec(stdout)?.[1])
  const ran = Number(/^number of transactions actually processed: (\d+)/m.exec(stdout)?.[1])
  if (!(rate > 0) || /error|aborted/i.test(stderr)) throw new Error(`pgbench failed\n${stdout}\n${stderr}`)
  const approved = (await countApproved(url, door)) - approvedBefore
  // A script that approves nothing would be fast, and no limit for anybody.
  if (approved < ran) throw new Error(`pgbench ran ${ran} pairs and approved ${approved}: it ran something else`)
  return rate
}

async function countApproved(url: string, door: 'v1' | 'v2'): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const table = door === 'v2' ? 'verifications' : 'transactions'
    const { rows } = await client.query(`select count(*)::int as approved from ${table} where status = 'approved'`)
    return rows[0].approved
  } finally {
    await client.end()
  }
}
