import { describe, expect, it } from 'vitest'
import { newLocation } from '../../test/support/stores.ts'
import type { Db } from './db.ts'
import { migrate, SchemaMismatch } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { openStore } from './open.ts'

describe('migrations', () => {
  for (const name of ['sqlite', 'postgres'] as const) {
    describe(name, () => {
      async function open() {
        const { location, leave } = await newLocation(name)
        const db = openStore(location)
        const another = openStore(location)
        return { db, another, leave: () => Promise.all([db.close(), another.close()]).then(leave) }
      }
      const step = (id: number, text: string) => ({ id, name: `step ${id}`, sqlite: text, postgres: text })

      async function tablesOf(db: Db): Promise<string[]> {
        const listed =
          name === 'sqlite'
            ? `select name from sqlite_schema where type = 'table'`
            : `select tablename as name from pg_tables where schemaname = current_schema()`
        const rows = await db.exclusive((session) => session.rows<{ name: string }>(`${listed} order by 1`))
        return rows.map((row) => row.name)
      }

      const contentsOf = (db: Db) =>
        db.exclusive(async (session) => [
          await session.rows('select * from t order by a'),
          await session.rows('select * from schema_migrations order by id'),
        ])

      const steps = [step(1, 'create table t (a bigint)'), step(2, 'insert into t (a) values (1)')]

      it('run once, and not again at the next start', async () => {
        const { db, another, leave } = await open()
        await migrate(db, steps)
        await migrate(another, steps)
        expect(await db.exclusive((session) => session.rows('select a from t'))).toHaveLength(1)
        await leave()
      })

      // An embedded store has one node.
      if (name === 'postgres') {
        it('run once when two nodes start at the same time', async () => {
          const { db, another, leave } = await open()
          await Promise.all([migrate(db, steps), migrate(another, steps)])
          expect(await db.exclusive((session) => session.rows('select a from t'))).toHaveLength(1)
          await leave()
        })
      }

      it('change nothing when one of them fails', async () => {
        const { db, leave } = await open()
        const broken = step(3, 'create table u (a bigint); this is not SQL')
        await expect(migrate(db, [...steps, broken])).rejects.toThrow()
        expect(await tablesOf(db)).toEqual([])

        await migrate(db, steps)
        const before = await contentsOf(db)
        await expect(migrate(db, [...steps, step(3, 'insert into t (a) values (2)'), step(4, 'no')])).rejects.toThrow()
        await expect(migrate(db, [...steps, broken])).rejects.toThrow()
        expect(await tablesOf(db)).toEqual(['schema_migrations', 't'])
        expect(await contentsOf(db)).toEqual(before)
        await leave()
      })

      it('refuse a store that is newer, and a released step that was edited', async () => {
        const { db, leave } = await open()
        await migrate(db, [step(1, 'create table t (a bigint)'), step(2, 'create table u (a bigint)')])
        await expect(migrate(db, [step(1, 'create table t (a bigint)')])).rejects.toThrow(SchemaMismatch)
        await expect(
          migrate(db, [step(1, 'create table t (b bigint)'), step(2, 'create table u (a bigint)')]),
        ).rejects.toThrow(SchemaMismatch)
        await leave()
      })

      it('bring an empty store to the tables of today', async () => {
        const { db, leave } = await open()
        await migrate(db, migrations)
        await migrate(db, migrations)
        await leave()
      })
    })
  }
})
