import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'

/** Every file below a folder, by its path; what vanishes meanwhile is passed over. */
export function filesBelow(folder: string, leaveOut: (path: string) => boolean = () => false): [string, Buffer][] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => !leaveOut(path) && existsSync(join(folder, path)) && statSync(join(folder, path)).isFile())
    .map((path) => [path, readFileSync(join(folder, path))])
}

/** Every row of every table of a PostgreSQL database as text, and the bytes of the database and its WAL on disk. */
export async function dumpPostgres(url: string): Promise<[string, Buffer | string][]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('checkpoint')
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
    for (const part of [join('base', String(oid)), 'pg_wal']) found.push(...filesBelow(join(folder, part)))
    return found
  } finally {
    await client.end()
  }
}
