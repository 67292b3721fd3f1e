import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabase, type PostgresServer, startPostgres } from '../test/support/postgres.ts'
import type { Decisions } from './decisions.ts'
import { access, betterAuthDoor, type Door, gateDoor, twilioDoor } from './doors.ts'
import { measureLoad } from './load.ts'
import { type MeasuredServer, startRole, startRoleOnce } from './measured-server.ts'
import { resultsFolder } from './paths.ts'
import { runPgbench, writeScripts } from './pgbench.ts'
import { type Entry, floorLines, floorsOf, type Results, type Round, tableOf } from './report.ts'
import { measureStartUp } from './start-up.ts'

interface Subject {
  name: Entry['name']
  store: Entry['store']
  doors: readonly Door[]
  connections: readonly number[]
}

/** A subject whose server is up. */
interface Running extends Subject {
  server: MeasuredServer
}

// Everything is measured in every round, so that a machine that slows down for a minute slows all that is compared.
const fullRun = { rounds: 5, times: { warmUpMs: 500, measureMs: 1500 }, pgbenchSeconds: 3 }
const quickRun = { rounds: 1, times: { warmUpMs: 500, measureMs: 1000 }, pgbenchSeconds: 2 }

const subjects: readonly Subject[] = [
  { name: 'bare', store: 'none', doors: [twilioDoor, gateDoor], connections: [1, 16, 64] },
  { name: 'aval', store: 'sqlite', doors: [twilioDoor, gateDoor], connections: [1, 16, 64] },
  { name: 'better-auth', store: 'sqlite', doors: [betterAuthDoor], connections: [16, 64] },
  { name: 'better-auth', store: 'postgres', doors: [betterAuthDoor], connections: [16, 64] },
  { name: 'aval', store: 'postgres', doors: [twilioDoor, gateDoor], connections: [1, 16, 64] },
  { name: 'guarded', store: 'sqlite', doors: [twilioDoor, gateDoor], connections: [16, 64] },
  { name: 'guarded', store: 'postgres', doors: [twilioDoor, gateDoor], connections: [16, 64] },
]

const stores = ['sqlite', 'postgres'] as const

export interface BenchOptions {
  /** A short run: enough to see that it works, too short to be believed. */
  quick: boolean
  /** Only these, for example `aval/sqlite/v2`, `bare`, `decisions` or `pgbench`; all when empty. */
  only: readonly string[]
}

/** Measures everything in one run, prints the table and the floors, and keeps them in test-results/bench/. */
export async function runBench({ quick, only }: BenchOptions): Promise<void> {
  const { rounds, times, pgbenchSeconds } = quick ? quickRun : fullRun
  const isWanted = (title: string) => only.length === 0 || only.some((part) => title.startsWith(part))
  const loadBefore = loadavg()[0] ?? 0
  const folder = mkdtempSync(join(tmpdir(), 'aval-bench-'))
  const postgres = await startPostgres({ durable: true })
  const running: Running[] = []
  const found: Round[] = []

  async function environment(store: Entry['store']): Promise<Record<string, string>> {
    if (store === 'none') return {}
    const own = mkdtempSync(join(folder, `${store}-`))
    return settingsFor(own, store === 'postgres' ? await createDatabase(postgres) : undefined)
  }

  async function measure({ name, store, doors, connections, server }: Running): Promise<Entry[]> {
    const entries: Entry[] = []
    for (const door of doors) {
      await measureLoad({ server, door, connections: 16, warmUpMs: 0, measureMs: times.warmUpMs })
      for (const count of connections) {
        const load = await measureLoad({ server, door, connections: count, ...times })
        entries.push({ name, store, door: door.name, ...load })
        process.stderr.write('.')
      }
    }
    return entries
  }

  try {
    const startUp = isWanted('start') ? await measureStartUp() : undefined
    for (const { doors, ...subject } of subjects) {
      const wanted = doors.filter((door) => isWanted(`${subject.name}/${subject.store}/${door.name}`))
      if (wanted.length === 0) continue
      const guards = subject.name === 'guarded' ? { AVAL_GUARD_MODE: 'enforce', AVAL_GUARD_BUCKETS: 'enforce' } : {}
      const role = subject.name === 'guarded' ? 'aval' : subject.name
      const server = await startRole(role, { ...(await environment(subject.store)), ...guards })
      running.push({ ...subject, doors: wanted, server })
    }
    const pgbench = isWanted('pgbench') ? await preparePgbench(postgres, await environment('postgres')) : undefined
    for (let round = 0; round < rounds; round++) {
      const entries: Entry[] = []
      for (const one of running) entries.push(...(await measure(one)))
      const decisions: Decisions[] = []
      for (const store of stores)
        if (isWanted(`decisions/${store}`)) decisions.push(await startRoleOnce('decisions', await environment(store)))
      found.push({ entries, pgbench: await pgbench?.(pgbenchSeconds), decisions })
    }
    report({ rounds: found, startUp, loadBefore })
  } finally {
    await Promise.all(running.map(({ server }) => server.stop()))
    await postgres.remove()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Both scripts of one database, to be run for so many seconds each. */
async function preparePgbench({ binaries }: PostgresServer, env: Record<string, string>) {
  const scripts = await writeScripts(env, resultsFolder)
  return async (seconds: number) => {
    const run = (door: 'v1' | 'v2') =>
      runPgbench({ binaries, url: env.AVAL_DATABASE_URL ?? '', door, script: scripts[door], seconds })
    return { v2: await run('v2'), v1: await run('v1') }
  }
}

function settingsFor(folder: string, url: string | undefined): Record<string, string> {
  return {
    AVAL_DATA_DIR: folder,
    AVAL_ACCOUNT_SID: access.accountSid,
    AVAL_AUTH_TOKEN: access.authToken,
    AVAL_SERVICE_SID: access.serviceSid,
    AVAL_API_KEY: access.apiKey,
    AVAL_GUARD_MODE: 'off',
    AVAL_LOG_LEVEL: 'warn',
    BENCH_DIR: folder,
    ...(url ? { AVAL_DATABASE_URL: url, BENCH_URL: url } : {}),
  }
}

function report(results: Results): void {
  const floors = floorsOf(results)
  console.log(`\n${tableOf(results)}\n\n${floorLines(floors)}`)
  mkdirSync(resultsFolder, { recursive: true })
  writeFileSync(join(resultsFolder, 'last.json'), `${JSON.stringify({ ...results, floors }, null, 2)}\n`)
}
