import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { forEachStore, newLocation } from '../../test/support/stores.ts'
import { all, StoreUnavailable, sql } from './db.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'

describe('the store', () => {
  forEachStore((_name, openStore) => {
    const service = (sid: string) =>
      sql<{ sid: string }>`insert into services (sid, account_sid, friendly_name, settings, created_at, updated_at)
        values (${sid}, 'AC', 'x', '{}', 1, 1) returning sid`
    const sids = sql<{ sid: string }>`select sid from services order by sid`

    it('commits a unit whole or not at all, and the writes beside it alone', async () => {
      const { db } = await openStore()
      const failing = db.unit(function* () {
        yield* all(service('a'))
        yield* all(service('b'))
        throw new Error('no')
      })
      const twice = db.write(service('c'))
      const beside = db.unit(function* () {
        yield* all(service('d'))
        return 'done'
      })
      await expect(failing).rejects.toThrow('no')
      await twice
      expect(await beside).toBe('done')
      await expect(db.write(service('c'))).rejects.toThrow()
      expect((await db.read(sids)).map((row) => row.sid)).toEqual(['c', 'd'])
    })

    it('tells nothing of the row that it refuses, for errors are logged', async () => {
      const { db } = await openStore()
      const unknown = sql`insert into services (sid, friendly_name, settings, created_at, updated_at)
        values ('a', 'CANARY-3141', '{}', 1, 1)`
      for (const refused of [
        db.write(unknown),
        db.unit(function* () {
          yield* all(unknown)
        }),
      ]) {
        const error = await refused.catch((reason: unknown) => reason)
        expect(error).toBeInstanceOf(Error)
        expect(inspect(error, { showHidden: true })).not.toContain('CANARY')
      }
    })

    it('shows another node what was committed', async () => {
      const { db, another } = await openStore()
      const other = await another()
      await db.write(service('a'))
      expect(await other.read(sids)).toHaveLength(1)
    })

    it('answers writes after its end with an outage, and nothing breaks', async () => {
      const { db, another } = await openStore()
      const leaving = await another()
      await leaving.close()
      await expect(leaving.write(service('a'))).rejects.toThrow(StoreUnavailable)
      await expect(leaving.read(sids)).rejects.toThrow(StoreUnavailable)
      await db.write(service('b'))
      expect((await db.read(sids)).map((row) => row.sid)).toEqual(['b'])
    })

    it('refuses a move without its audit event, and any change of an event', async () => {
      const { db } = await openStore()
      await db.write(sql`insert into verifications (sid, service_sid, account_sid, to_ref, to_sealed, key_id, channel, status, live, sends, checks,
        code_seed, code_mac, code_length, attempt_sid, created_at, updated_at, expires_at, event_no, event_type, event_at, event_ip)
        values ('VE1', 'VA', 'AC', 'ref', 's', 'k1', 'sms', 'pending', 1, 1, 0, '', '', 6, 'VL1', 1, 1, 2, 1, 'verification.sent', 1, '')`)
      await expect(db.write(sql`update verifications set status = 'approved' where sid = 'VE1'`)).rejects.toThrow(
        'no audit event, no move',
      )
      await expect(db.write(sql`delete from verifications`)).rejects.toThrow('stay')
      await expect(db.write(sql`update audit_events set ip = 'x'`)).rejects.toThrow('never changed')
      await expect(db.write(sql`delete from audit_events`)).rejects.toThrow('never')
      expect(await db.read(sql`select * from audit_events`)).toHaveLength(1)
    })
  })

  it('lives through a connection that PostgreSQL ends in the middle of a unit', async () => {
    const { location, leave } = await newLocation('postgres')
    const db = openPostgres('url' in location ? location.url : '', () => {})
    const ended = db.unit(function* () {
      yield* all(sql`select pg_terminate_backend(pg_backend_pid())`)
    })
    await expect(ended).rejects.toThrow(StoreUnavailable)
    const idle = db.unit(function* () {
      const [mine] = yield* all(sql<{ pid: number }>`select pg_backend_pid() as pid`)
      void db.read(sql`select pg_terminate_backend(${mine?.pid ?? 0})`)
      yield* all(sql`select pg_sleep(1)`)
    })
    await expect(idle).rejects.toThrow(StoreUnavailable)
    expect(await db.read(sql`select 1 as one`)).toEqual([{ one: 1 }])
    await db.close()
    await leave()
  })

  it('keeps what it answered through a power cut: SQLite runs with WAL and synchronous = FULL', async () => {
    const { location, leave } = await newLocation('sqlite')
    const db = openSqlite('file' in location ? location.file : '')
    expect(await db.read(sql`pragma synchronous`)).toEqual([{ synchronous: 2 }])
    expect(await db.read(sql`pragma journal_mode`)).toEqual([{ journal_mode: 'wal' }])
    await db.close()
    await leave()
  })
})
