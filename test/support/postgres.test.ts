import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { createDatabase, startPostgres } from './postgres.ts'
import { describeStores, newDatabase } from './stores.ts'

test('every database of a test is new and empty', async () => {
  const urls = await Promise.all([newDatabase(), newDatabase()])
  expect(urls[0]).not.toBe(urls[1])
  const client = new pg.Client({ connectionString: urls[0] })
  await client.connect()
  const { rows } = await client.query("select count(*)::int as tables from pg_tables where schemaname = 'public'")
  await client.end()
  expect(rows).toEqual([{ tables: 0 }])
})

test('no database is made on a server that is not the one started', async () => {
  await expect(createDatabase({ ...inject('postgres'), cluster: 'another' })).rejects.toThrow(/not the one/)
})

test('a durable server keeps what was committed through a crash', async () => {
  const server = await startPostgres({ durable: true })
  try {
    const url = await createDatabase(server)
    const query = async (text: string) => {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      try {
        return (await client.query(text)).rows
      } finally {
        await client.end()
      }
    }
    await query('create table kept (value text not null)')
    await query("insert into kept values ('committed')")
    await server.crash()
    await server.start()
    expect(await query('select value from kept')).toEqual([{ value: 'committed' }])
    expect(await query('show fsync')).toEqual([{ fsync: 'on' }])
  } finally {
    await server.remove()
  }
})

describeStores('a store of a test', (openStore, name) => {
  test('has its tables and can be opened once more', async () => {
    const { db, another } = await openStore()
    expect(db.dialect).toBe(name)
    const second = await another()
    await second.ping()
    await second.close()
    await db.ping()
  })
})
