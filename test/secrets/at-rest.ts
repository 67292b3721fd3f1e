import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'

/** Every file below a folder, by its path; what vanishes meanwhile is passed over. */
export function filesBelow(folder: string, leaveOut: (path: string) => boolean = () => false): [string, Buffer][] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => !leaveOut(path) && existsSync(join(folder, path)) && statSync(join(folder, path)).isFile())
    .map((path) => [path, readFileSync(join(folder, path))])
}

/** The name of the WAL file that PostgreSQL writes into at this moment. Names grow. */
export const walFileNow = (url: string): Promise<string> => withClient(url, currentWalFile)

/**
 * Every row of every table of a PostgreSQL database as text, and the bytes on disk of the database and of its WAL from the file
 * `firstWalFile` to the current one: other databases of the server fill the files before, and those after are old ones to be used again.
 */
export function dumpPostgres(url: string, firstWalFile: string): Promise<[string, Buffer | string][]> {
  return withClient(url, async (client) => {
    await client.query('checkpoint')
    const lastWalFile = await currentWalFile(client)
    const tables = await client.query("select tablename from pg_tables where schemaname = 'public'")
    const found: [string, Buffer | string][] = []
    for (const { tablename } of tables.rows) {
      const { rows } = await client.query(`select t::text as row from ${pg.escapeIdentifier(tablename)} t`)
      found.push([`table ${tablename}`, rows.map(({ row }) => row).join('\n')])
    }
    const { rows } = await client.query(
      "select current_setting('data_directory') as folder, oid from pg_database where datname = current_database()",
    )
    const { folder, oid } = rows[0]
    const isOtherWal = (name: string) => name < firstWalFile || name > lastWalFile
    found.push(...filesBelow(join(folder, 'base', String(oid))), ...filesBelow(join(folder, 'pg_wal'), isOtherWal))
    return found
  })
}

async function currentWalFile(client: pg.Client): Promise<string> {
  const { rows } = await client.query('select pg_walfile_name(pg_current_wal_lsn()) as name')
  return rows[0].name
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
