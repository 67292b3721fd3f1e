import type { TestProject } from 'vitest/node'
import { type PostgresAddress, startPostgres } from './postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgres: PostgresAddress
  }
}

/** One PostgreSQL serves the whole run; every test makes databases of its own in it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres()
  const { host, port, cluster } = server
  project.provide('postgres', { host, port, cluster })
  return () => server.remove()
}
