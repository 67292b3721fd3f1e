import pg from 'pg'
import { type Db, type Statement, StoreUnavailable, textOf, type Unit } from './db.ts'

// Any number that no other program on this database takes for its own advisory lock.
const advisoryLock = 4_202_611_232
const connectionsMax = 12
const quickConnectionsMax = 4
const triesMax = 3

/**
 * Opens a PostgreSQL store. Statements are prepared once a connection; a lost connection, a time-out or a full pool
 * reject with StoreUnavailable. What PostgreSQL broke off for a deadlock or a conflict is run again, thrice at most.
 */
export function openPostgres(url: string, onError: (error: Error) => void): Db {
  const pool = createPool(url, onError, { max: connectionsMax, idle_in_transaction_session_timeout: 10_000 })
  // Of their own, for they wait for no disk. A node that stands still must not hold up the others for longer than they wait for a lock.
  const quickPool = createPool(url, onError, {
    max: quickConnectionsMax,
    idle_in_transaction_session_timeout: 2000,
    options: '-c synchronous_commit=off',
    pipeline: true,
  })

  const names = new WeakMap<TemplateStringsArray, string>()
  let named = 0
  function query(statement: Statement<unknown>) {
    let name = names.get(statement.shape)
    if (!name) {
      name = `aval_${++named}`
      names.set(statement.shape, name)
    }
    return { name, text: textOf(statement.shape, 'postgres'), values: statement.values as unknown[] }
  }

  async function once<Row>(statement: Statement<Row>): Promise<Row[]> {
    for (let tries = 1; ; tries++) {
      try {
        return (await pool.query(query(statement))).rows
      } catch (error) {
        if (isConflict(error) && tries < triesMax) continue
        throw isOutage(error) || isConflict(error) ? new StoreUnavailable(error) : withoutRow(error)
      }
    }
  }

  async function unitOnce<T>(steps: () => Unit<T>): Promise<T> {
    const client = await pool.connect().catch((error: unknown) => {
      throw new StoreUnavailable(error)
    })
    let broken: Error | undefined
    try {
      await client.query('begin')
      const unit = steps()
      let step = unit.next([])
      while (!step.done) step = unit.next((await client.query(query(step.value))).rows)
      await client.query('commit')
      return step.value
    } catch (error) {
      await client.query('rollback').catch((lost: Error) => {
        broken = lost
      })
      throw isOutage(error) ? new StoreUnavailable(error) : withoutRow(error)
    } finally {
      client.release(broken)
    }
  }

  async function quickOnce<T>(steps: () => Unit<T>): Promise<T> {
    const client = await quickPool.connect().catch((error: unknown) => {
      throw new StoreUnavailable(error)
    })
    let broken: Error | undefined
    // Sent without waiting for the answer to what was sent before; whoever fails is waited for in its turn.
    const send = (text: string | ReturnType<typeof query>) => {
      const answer = typeof text === 'string' ? client.query(text) : client.query(text)
      answer.catch(() => {})
      return answer
    }
    try {
      const begun = send('begin')
      let ended: Promise<unknown> | undefined
      const unit = steps()
      let step = unit.next([])
      while (!step.done) {
        if (ended) throw new TypeError('a statement after the last of its unit')
        const answer = send(query(step.value))
        // After a statement that failed this is a rollback.
        if (step.value.isLast) ended = send('commit')
        await begun
        step = unit.next((await answer).rows)
      }
      await (ended ?? client.query('commit'))
      return step.value
    } catch (error) {
      await client.query('rollback').catch((lost: Error) => {
        broken = lost
      })
      throw isOutage(error) ? new StoreUnavailable(error) : withoutRow(error)
    } finally {
      client.release(broken)
    }
  }

  async function retried<T>(once: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await once()
      } catch (error) {
        if (tries === triesMax || !isConflict(error)) throw isConflict(error) ? new StoreUnavailable(error) : error
      }
    }
  }

  return {
    dialect: 'postgres',
    read: once,
    write: once,
    unit: (steps) => retried(() => unitOnce(steps)),
    quick: (steps) => retried(() => quickOnce(steps)),
    async exclusive(steps) {
      const client = await pool.connect()
      try {
        // Another node may be migrating for minutes: waiting is right here, a time-out is not.
        await client.query('begin; set local lock_timeout = 0; set local statement_timeout = 0')
        await client.query(`select pg_advisory_xact_lock(${advisoryLock})`)
        const value = await steps({
          rows: async (text) => (await client.query(text)).rows,
          execute: async (text) => void (await client.query(text)),
        })
        await client.query('commit')
        return value
      } catch (error) {
        await client.query('rollback').catch(() => {})
        throw error
      } finally {
        client.release()
      }
    },
    async ping() {
      await once({ shape: pingShape, values: [] })
    },
    async close() {
      await Promise.all([pool.end(), quickPool.end()])
    },
  }
}

function createPool(
  url: string,
  onError: (error: Error) => void,
  settings: pg.PoolConfig & { pipeline?: true },
): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: 2000,
    idleTimeoutMillis: 30_000,
    statement_timeout: 5000,
    lock_timeout: 3000,
    application_name: 'aval',
    types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
    ...settings,
  })
  pool.on('error', onError)
  // A connection that is lent out has no listener of the pool's, and an error that nobody hears ends the process. Its statement rejects.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

const pingShape = Object.assign(['select 1'], { raw: ['select 1'] }) as unknown as TemplateStringsArray

const int8 = 20

// Our bigint columns hold instants and counters below 2^53: numbers, not the strings that pg gives by default.
function parserOf(oid: number, format?: 'text' | 'binary'): unknown {
  return oid === int8 ? Number : pg.types.getTypeParser(oid, format as 'text')
}

const codeOf = (error: unknown) => String((error as { code?: unknown }).code ?? '')

/** The error without the row that PostgreSQL quotes in it: errors are logged, and rows are not for logs. */
function withoutRow(error: unknown): unknown {
  if (error instanceof pg.DatabaseError) {
    error.detail = undefined
    error.where = undefined
  }
  return error
}

/** Serialization failure or deadlock: PostgreSQL undid everything and asks for another try. */
function isConflict(error: unknown): boolean {
  return codeOf(error) === '40001' || codeOf(error) === '40P01'
}

/** SQLSTATE classes 08, 53, 57, 58 and 25006 (read-only), lock and statement time-outs; anything that is no SQLSTATE is the network. */
function isOutage(error: unknown): boolean {
  const code = codeOf(error)
  if (isConflict(error) || error instanceof StoreUnavailable) return false
  if (!/^[0-9A-Z]{5}$/.test(code) || code.startsWith('E'))
    return !(error instanceof TypeError || error instanceof RangeError) && isTransport(error, code)
  return /^(08|53|57|58)/.test(code) || code === '55P03' || code === '55000' || code === '25006'
}

function isTransport(error: unknown, code: string): boolean {
  return code.startsWith('E') || /timeout|terminated|connection|end on the pool/i.test((error as Error).message ?? '')
}
