/** What a parameter or a column can hold. Instants are whole milliseconds, flags 0 or 1, JSON and sealed bytes text. */
export type Value = string | number | null

/** One SQL statement with its parameters, and the type of the rows that it answers with. */
export interface Statement<Row> {
  readonly shape: TemplateStringsArray
  readonly values: readonly Value[]
  readonly row?: Row
  /** Nothing follows in its unit: it may travel together with the commit. */
  readonly isLast?: true
}

/** Several statements that commit together or not at all. Between two of them it may compute, and must not wait. */
export type Unit<T> = Generator<Statement<unknown>, T, unknown[]>

/**
 * The store. `write` and `unit` resolve when the change is durable, and reject with nothing changed.
 * A write is one statement: it decides in its where clause, and no row back means that it did not apply.
 */
export interface Db {
  readonly dialect: 'sqlite' | 'postgres'
  read<Row>(statement: Statement<Row>): Promise<Row[]>
  write<Row>(statement: Statement<Row>): Promise<Row[]>
  /** May run the generator function more than once (after a deadlock), so it must have no effects of its own. */
  unit<T>(steps: () => Unit<T>): Promise<T>
  /**
   * As unit, for counts that may be lost: it does not wait for the disk. A kill of the process takes nothing back, a power cut may take the
   * last moments. The first statement and the last, where it is marked as such, travel together with the transaction's begin and end.
   */
  quick<T>(steps: () => Unit<T>): Promise<T>
  /** Runs `steps` alone: no other node or process is inside an exclusive section of this store. For migrations. */
  exclusive<T>(steps: (session: Session) => Promise<T>): Promise<T>
  ping(): Promise<void>
  close(): Promise<void>
}

/** A transaction that takes plain SQL text: tables are made here, never from what a request says. */
export interface Session {
  rows<Row>(text: string): Promise<Row[]>
  execute(text: string): Promise<void>
}

/** The store did not answer, or answered that it cannot. Nothing is known to have changed; trying later may help. */
export class StoreUnavailable extends Error {
  constructor(cause: unknown) {
    super('the store is unavailable', { cause })
    this.name = 'StoreUnavailable'
  }
}

/** Whether a row was refused because what it belongs to is gone: PostgreSQL's foreign_key_violation, SQLite's extended code 787. */
export function isOwnerGone(error: unknown): boolean {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown }
  return code === '23503' || errcode === 787
}

/** A statement from a template: sql<Row>`select a from t where id = ${id}`. Values travel as parameters, always. */
export function sql<Row = unknown>(shape: TemplateStringsArray, ...values: Value[]): Statement<Row> {
  return { shape, values }
}

/** The statement as the last of its unit. */
export function last<Row>(statement: Statement<Row>): Statement<Row> {
  return { ...statement, isLast: true }
}

/** Inside a unit: runs a statement and gives its rows. */
export function* all<Row>(statement: Statement<Row>): Generator<Statement<unknown>, Row[], unknown[]> {
  return (yield statement) as Row[]
}

const texts = {
  sqlite: new WeakMap<TemplateStringsArray, string>(),
  postgres: new WeakMap<TemplateStringsArray, string>(),
}

/** The text of a statement with the numbered parameters of the dialect: ?1 or $1. */
export function textOf(shape: TemplateStringsArray, dialect: 'sqlite' | 'postgres'): string {
  const known = texts[dialect].get(shape)
  if (known !== undefined) return known
  const mark = dialect === 'sqlite' ? '?' : '$'
  const text = shape.reduce((joined, part, i) => (i === 0 ? part : `${joined}${mark}${i}${part}`), '')
  texts[dialect].set(shape, text)
  return text
}
