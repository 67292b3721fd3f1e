import type { Db } from './db.ts'
import { migrate } from './migrate.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'

/** Where data live: a PostgreSQL URL, or a file of the embedded store. */
export type Location = { url: string } | { file: string }

/** Opens a store as it is. `onError` hears of connections that broke while idle. */
export function openStore(location: Location, onError: (error: Error) => void = () => {}): Db {
  return 'url' in location ? openPostgres(location.url, onError) : openSqlite(location.file)
}

/** Opens Aval's own store and brings its tables up to date; throws SchemaMismatch when they are of a newer Aval. */
export async function openDb(location: Location, onError?: (error: Error) => void): Promise<Db> {
  const db = openStore(location, onError)
  try {
    await migrate(db)
  } catch (error) {
    await db.close()
    throw error
  }
  return db
}
