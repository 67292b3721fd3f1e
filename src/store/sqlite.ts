import { hash } from 'node:crypto'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { type Db, type Statement, StoreUnavailable, textOf, type Unit } from './db.ts'

interface Job {
  /** Runs it inside the shared transaction: done whole, or nothing of it. */
  run: () => unknown
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}

/**
 * Opens the embedded store: one file, one writer. Writes that arrive within two turns of the event loop share one commit,
 * so that one fsync makes all of them durable; each still applies or fails alone.
 */
export function openSqlite(file: string): Db {
  // FULL: with NORMAL a power cut may take back committed transactions, and with them counted guesses (sqlite.org/pragma).
  const { database, execute } = connect(file)

  // Prepared once: parsing these texts anew would cost as much as the statements between them.
  const [begin, commit, savepoint, release, undo] = [
    'begin immediate',
    'commit',
    'savepoint job',
    'release job',
    'rollback to job',
  ].map((text) => database.prepare(text)) as [StatementSync, StatementSync, StatementSync, StatementSync, StatementSync]

  let queue: Job[] = []

  function commitQueue(): void {
    if (queue.length === 0) return
    const jobs = queue
    queue = []
    const settled: (() => void)[] = []
    try {
      begin.run()
      for (const job of jobs) settled.push(runAlone(job))
      commit.run()
    } catch (error) {
      for (const { reject } of jobs) reject(new StoreUnavailable(error))
      if (database.isOpen && database.isTransaction) database.exec('rollback')
      return
    }
    for (const settle of settled) settle()
  }

  function runAlone({ run, resolve, reject }: Job): () => void {
    try {
      const value = run()
      return () => resolve(value)
    } catch (error) {
      // A full or failing disk rolls the whole transaction back: then nobody's write stands.
      if (!database.isTransaction) throw error
      return () => reject(isOutage(error) ? new StoreUnavailable(error) : error)
    }
  }

  function runSteps<T>(steps: () => Unit<T>): T {
    const unit = steps()
    let step = unit.next([])
    while (!step.done) step = unit.next(execute(step.value))
    return step.value
  }

  function runUnit<T>(steps: () => Unit<T>): T {
    savepoint.run()
    try {
      const value = runSteps(steps)
      release.run()
      return value
    } catch (error) {
      if (database.isTransaction) {
        undo.run()
        release.run()
      }
      throw error
    }
  }

  function runQuickly<T>(steps: () => Unit<T>): T {
    database.exec('pragma synchronous = normal')
    try {
      begin.run()
      try {
        const value = runSteps(steps)
        commit.run()
        return value
      } catch (error) {
        if (database.isTransaction) database.exec('rollback')
        throw error
      }
    } finally {
      database.exec('pragma synchronous = full')
    }
  }

  function enqueue<T>(run: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      // One turn more: what arrived while the last commit was on its way to the disk is read first, and shares this one.
      if (queue.length === 0) setImmediate(() => setImmediate(commitQueue))
      queue.push({ run, resolve: resolve as (value: unknown) => void, reject })
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
    // One statement fails alone without a savepoint: SQLite takes back what it did (sqlite.org/lang_conflict, ABORT).
    write: <Row>(statement: Statement<Row>) => enqueue(() => execute(statement) as Row[]),
    unit: (steps) => enqueue(() => runUnit(steps)),
    // Never in the midst of a shared commit, which is one turn of the event loop. On the same connection, for what another one writes
    // would cost this one all the pages that it keeps.
    async quick(steps) {
      try {
        return runQuickly(steps)
      } catch (error) {
        throw isOutage(error) ? new StoreUnavailable(error) : error
      }
    },
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
      commitQueue()
      database.close()
    },
  }
}

/** One connection, and what runs statements on it. */
function connect(file: string) {
  const database = new DatabaseSync(file, { timeout: 3000 })
  database.exec(
    'pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma secure_delete = on',
  )
  // 16 MB of log: pages that are written often reach the database file once for many commits. 8 MB of pages stay in memory.
  database.exec('pragma wal_autocheckpoint = 4000; pragma cache_size = -8000')
  database.function('sha256_hex', { deterministic: true }, (text) => hash('sha256', String(text)))
  const prepared = new WeakMap<TemplateStringsArray, StatementSync>()
  return {
    database,
    execute(statement: Statement<unknown>): unknown[] {
      let ready = prepared.get(statement.shape)
      if (!ready) {
        ready = database.prepare(textOf(statement.shape, 'sqlite'))
        prepared.set(statement.shape, ready)
      }
      return ready.all(...statement.values)
    },
  }
}

// SQLite's own codes: busy, locked, no memory, read-only, I/O error, corrupt, full, cannot open, not a database.
const outages = new Set([5, 6, 7, 8, 10, 11, 13, 14, 26])

function isOutage(error: unknown): boolean {
  const { errcode: code, code: invalid } = error as { errcode?: unknown; code?: unknown }
  // Node's own code for a database that was closed.
  if (invalid === 'ERR_INVALID_STATE') return true
  return typeof code === 'number' && outages.has(code & 0xff)
}
