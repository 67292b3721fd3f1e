import { afterAll, describe, expect, it } from 'vitest'
import { sweep } from '../../src/gate/sweep.ts'
import { type Db, type Statement, sql, textOf, type Unit } from '../../src/store/db.ts'
import { listEntities } from '../../src/store/entities.ts'
import { findFactor, listFactors } from '../../src/store/factors.ts'
import { findPasskeyOf, listPasskeys } from '../../src/store/passkeys.ts'
import { openDoors } from '../support/doors.ts'
import { openOn } from '../support/stores.ts'

describe('no table is read from its beginning to its end', () => {
  const leave: (() => Promise<void>)[] = []
  afterAll(async () => {
    for (const step of leave.reverse()) await step()
  })

  it('by what is done every few seconds', async () => {
    const { db } = await openOn('sqlite', leave)
    const { clock } = await openDoors(db)
    const heard: Statement<unknown>[] = []
    await sweep({ db: listening(db, heard), clock })
    expect(heard.length).toBeGreaterThan(8)
    for (const statement of heard) expect(await planOf(db, statement)).not.toMatch(/^SCAN /m)
  })

  it('by what answers a request about one identity', async () => {
    const { db } = await openOn('sqlite', leave)
    await openDoors(db)
    const tenant = { account_sid: 'AC1', service_sid: 'VA1' }
    for (const statement of [
      listPasskeys(tenant, 'organizer-1'),
      findPasskeyOf(tenant, 'YF1'),
      findFactor(tenant, 'organizer-1', 'YF1'),
      listFactors(tenant, 'YE1', 0, 50),
      listEntities(tenant, 0, 50),
    ])
      expect(await planOf(db, statement)).not.toMatch(/^SCAN /m)
  })
})

/** How SQLite would run it, a line a step. */
async function planOf(db: Db, { shape, values }: Statement<unknown>): Promise<string> {
  const text = textOf(shape, 'sqlite')
  const explained = Object.assign([`explain query plan ${shape[0]}`, ...shape.slice(1)], { raw: shape.raw })
  const rows = await db.read(sql<{ detail: string }>(explained, ...values))
  return [...rows.map(({ detail }) => detail), `of ${text}`].join('\n')
}

/** The store, with everything that it is asked noted. */
function listening(db: Db, heard: Statement<unknown>[]): Db {
  const note = <Row>(statement: Statement<Row>) => {
    heard.push(statement)
    return statement
  }
  function* noted<T>(steps: Unit<T>): Unit<T> {
    for (let answer: unknown[] | undefined; ; ) {
      const { done, value } = steps.next(answer as unknown[])
      if (done) return value
      answer = yield note(value)
    }
  }
  return {
    ...db,
    read: (statement) => db.read(note(statement)),
    write: (statement) => db.write(note(statement)),
    unit: (steps) => db.unit(() => noted(steps())),
  }
}
