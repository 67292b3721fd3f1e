import { createHash } from 'node:crypto'
import type { Db, Session } from './db.ts'
import { migrations } from './migrations/index.ts'
import type { Migration } from './migrations/migration.ts'

/** The tables in the store and the steps that this program knows do not fit each other. Nothing was changed. */
export class SchemaMismatch extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'SchemaMismatch'
  }
}

interface Applied {
  id: number
  name: string
  checksum: string
}

/**
 * Applies the steps that are missing, in order and in one transaction, while every other node waits.
 * Refuses with SchemaMismatch when the store is newer than this program or a released step was edited.
 */
export async function migrate(db: Db, steps: readonly Migration[] = migrations): Promise<void> {
  await db.exclusive(async (session) => {
    await session.execute(
      'create table if not exists schema_migrations (id bigint primary key, name text not null, checksum text not null)',
    )
    const applied = await session.rows<Applied>('select id, name, checksum from schema_migrations order by id')
    for (const { id, name, checksum } of applied) {
      const known = steps.find((step) => step.id === Number(id))
      if (!known)
        throw new SchemaMismatch(
          `the store has step ${id} (${name}), which this version does not know: run a newer Aval`,
        )
      if (checksumOf(known, db.dialect) !== checksum) {
        throw new SchemaMismatch(
          `step ${id} (${name}) was applied in another form: restore the released text of the migration`,
        )
      }
    }
    for (const step of steps.slice(applied.length)) await apply(session, step, db.dialect)
  })
}

async function apply(session: Session, step: Migration, dialect: Db['dialect']): Promise<void> {
  await session.execute(step[dialect])
  await session.execute(
    `insert into schema_migrations (id, name, checksum) values (${step.id}, '${step.name}', '${checksumOf(step, dialect)}')`,
  )
}

function checksumOf(step: Migration, dialect: Db['dialect']): string {
  return createHash('sha256').update(step[dialect]).digest('hex')
}
