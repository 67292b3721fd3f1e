import { type Db, sql } from '../../src/store/db.ts'

/** Everything that the store holds but claims on idempotency keys: what no refused request may change. */
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
