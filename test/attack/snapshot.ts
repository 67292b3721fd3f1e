import { expect } from 'vitest'
import { type Db, sql } from '../../src/store/db.ts'

/** The rows that no refused request may change. Counters of rates are not among them: what is refused may be counted. */
export async function snapshot(db: Db): Promise<string> {
  const tables = await Promise.all([
    db.read(sql`select * from transactions order by id`),
    db.read(sql`select * from challenges order by id`),
    db.read(sql`select * from contacts order by subject`),
    db.read(sql`select * from services order by sid`),
    db.read(sql`select * from verifications order by sid`),
    db.read(sql`select * from attempts order by sid`),
    db.read(sql`select * from audit_events order by chain, seq`),
    db.read(sql`select * from idempotency_keys order by scope`),
  ])
  return JSON.stringify(tables)
}

/** Gives the answer, and fails if any row is another than before it was asked for. */
export async function unchanged<Answer>(db: Db, asking: () => Promise<Answer>): Promise<Answer> {
  const before = await snapshot(db)
  const answer = await asking()
  expect(await snapshot(db)).toBe(before)
  return answer
}
