import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'
import { phoneNumber } from 'better-auth/plugins'
import pg from 'pg'
import { createCodeWriter, reportReady } from './serve.ts'

/**
 * better-auth with its phone-number plugin on the store that BENCH_URL or BENCH_DIR names, as durable as ours.
 * Whatever would slow it and is no part of the comparison is off: rate limit, telemetry, logging.
 */
export async function serveBetterAuth(): Promise<void> {
  const writeCode = createCodeWriter()
  const { BENCH_URL: url, BENCH_DIR: folder = '.' } = process.env
  const options = {
    baseURL: 'http://localhost',
    secret: 'bench-secret-of-more-than-32-characters',
    database: url ? new pg.Pool({ connectionString: url, max: 12 }) : openSqlite(join(folder, 'better-auth.db')),
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
    plugins: [
      phoneNumber({
        sendOTP: ({ phoneNumber: to, code }) => writeCode(to, code),
        signUpOnVerification: { getTempEmail: (to) => `${to.slice(1)}@example.com` },
      }),
    ],
  }
  const { runMigrations } = await getMigrations(options)
  await runMigrations()
  const server = createServer(toNodeHandler(betterAuth(options)))
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1', () => reportReady((server.address() as AddressInfo).port))
}

function openSqlite(file: string): DatabaseSync {
  const database = new DatabaseSync(file)
  database.exec('pragma journal_mode = wal; pragma synchronous = full')
  return database
}
