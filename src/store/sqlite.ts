import { createHash } from 'node:crypto'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { type Db, type Statement, StoreUnavailable, textOf, type Unit } from './db.ts'

interface Job {
  steps: () => Unit<unknown>
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}

/**
 * Opens the embedded store: one file, one writer. Writes that arrive in the same turn of the event loop share one commit,
 * so that one fsync makes all of them durable; each still applies or fails alone.
 */
export function openSqlite(file: string): Db {
  const database = new DatabaseSync(file, { timeout: 3000 })
  // FULL: with NORMAL a power cut may take back committed transactions, and with them counted guesses (sqlite.org/pragma).
  database.exec(
    'pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma secure_delete = on',
  )
  database.function('sha256_hex', { deterministic: true }, (text) =>
    createHash('sha256').update(String(text)).digest('hex'),
  )

  const prepared = new WeakMap<TemplateStringsArray, StatementSync>()
  function execute(statement: Statement<unknown>): unknown[] {
    let ready = prepared.get(statement.shape)
    if (!ready) {
      ready = database.prepare(textOf(statement.shape, 'sqlite'))
      prepared.set(statement.shape, ready)
    }
    return ready.all(...statement.values)
  }

  let queue: Job[] = []

  function commitQueue(): void {
    const jobs = queue
    queue = []
    const settled: (() => void)[] = []
    try {
      database.exec('begin immediate')
      for (const job of jobs) settled.push(runAlone(job))
      database.exec('commit')
    } catch (error) {
      if (database.isTransaction) database.exec('rollback')
      for (const { reject } of jobs) reject(new StoreUnavailable(error))
      return
    }
    for (const settle of settled) settle()
  }

  function runAlone({ steps, resolve, reject }: Job): () => void {
    database.exec('savepoint job')
    try {
      const value = drive(steps())
      database.exec('release job')
      return () => resolve(value)
    } catch (error) {
      // A full or failing disk rolls the whole transaction back: then nobody's write stands.
      if (!database.isTransaction) throw error
      database.exec('rollback to job; release job')
      return () => reject(isOutage(error) ? new StoreUnavailable(error) : error)
    }
  }

  function drive<T>(unit: Unit<T>): T {
    let step = unit.next([])
    while (!step.done) step = unit.next(execute(step.value))
    return step.value
  }

  function enqueue<T>(steps: () => Unit<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (queue.length === 0) setImmediate(commitQueue)
      queue.push({ steps, resolve: resolve as (value: unknown) => void, reject })
    })
  }

  return {
    dialect: 'sqlite',
    async read<Row>(statement: Statement<Row>) {
      try {
        return execute(statement) as Row[]
      } catch (error) {
        throw isOutage(error) ? new StoreUnavailable(error) : error
      }
    },
    write<Row>(statement: Statement<Row>) {
      return enqueue(function* () {
        return (yield statement) as Row[]
      })
    },
    unit: enqueue,
    async exclusive(steps) {
      database.exec('begin exclusive')
      try {
        const value = await steps({
          rows: async (text) => database.prepare(text).all() as never[],
          execute: async (text) => database.exec(text),
        })
        database.exec('commit')
        return value
      } catch (error) {
        if (database.isTransaction) database.exec('rollback')
        throw error
      }
    },
    async ping() {
      database.prepare('select 1').get()
    },
    async close() {
      if (queue.length > 0) commitQueue()
      database.close()
    },
  }
}

// SQLite's own codes: busy, locked, no memory, read-only, I/O error, corrupt, full, cannot open, not a database.
const outages = new Set([5, 6, 7, 8, 10, 11, 13, 14, 26])

function isOutage(error: unknown): boolean {
  const code = (error as { errcode?: unknown }).errcode
  return typeof code === 'number' && outages.has(code & 0xff)
}
