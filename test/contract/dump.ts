import type { Db, Statement } from '../../src/store/db.ts'
import { sql } from '../../src/store/db.ts'

// Refusals are audited and counted, a forged answer among the tries; how a message fared is written down after the answer.
const aside = new Set([
  'audit_events',
  'audit_heads',
  'audit_head_entries',
  'rate_counters',
  // What a refused start took is put back; the bucket is not as it was to the last digit. Decisions are a record of what was asked.
  'guard_buckets',
  'guard_decisions',
  'guard_tries',
])
const columnsAside = new Set([
  'verifications.delivery',
  'attempts.delivery',
  'attempts.error_code',
  'factors.checks',
  'factor_challenges.checks',
])

/** Reads every row of every table, without what a refusal may leave behind. */
export async function dumper(db: Db): Promise<() => Promise<Set<string>>> {
  const listed =
    db.dialect === 'sqlite'
      ? sql<{ name: string }>`select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`
      : sql<{
          name: string
        }>`select table_name as name from information_schema.tables where table_schema = current_schema()`
  const names = (await db.read(listed)).map(({ name }) => name).filter((name) => !aside.has(name))
  const statements = names.map((name) => ({ name, statement: everything(name) }))
  return async () => {
    const tables = await Promise.all(statements.map(({ statement }) => db.read(statement)))
    return new Set(tables.flatMap((rows, i) => rows.map((row) => textOf(statements[i]?.name ?? '', row))))
  }
}

/** The rows that came, and those that went or were another before. */
export function changes(before: Set<string>, after: Set<string>): string[] {
  return [
    ...[...after].filter((row) => !before.has(row)).map((row) => `+ ${row}`),
    ...[...before].filter((row) => !after.has(row)).map((row) => `- ${row}`),
  ]
}

/** The names come from the store itself, so they may stand in the text. */
function everything(table: string): Statement<Record<string, unknown>> {
  const texts = [`select * from ${table}`]
  return { shape: Object.assign(texts, { raw: texts }) as unknown as TemplateStringsArray, values: [] }
}

function textOf(table: string, row: Record<string, unknown>): string {
  const kept = Object.entries(row).filter(([name]) => !columnsAside.has(`${table}.${name}`))
  return `${table} ${JSON.stringify(Object.fromEntries(kept))}`
}
