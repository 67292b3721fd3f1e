import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, inject } from 'vitest'
import type { Db } from '../../src/store/db.ts'
import { type Location, openDb } from '../../src/store/open.ts'
import { createDatabase } from './postgres.ts'

export type StoreName = 'sqlite' | 'postgres'

/** A store that this test alone uses. It is closed and removed when the tests around it have ended. */
export interface TestStore {
  name: StoreName
  location: Location
  /** Aval's store, its tables made. */
  db: Db
  /** Opens the same place once more, as another node would. */
  another(): Promise<Db>
}

export type OpenStore = () => Promise<TestStore>

const names: readonly StoreName[] = ['sqlite', 'postgres']

/** Runs the same tests on SQLite and on a real PostgreSQL. Every call of `openStore` gives an empty store. */
export function describeStores(title: string, tests: (openStore: OpenStore, name: StoreName) => void): void {
  describe(title, () => forEachStore((name, openStore) => tests(openStore, name)))
}

/** As describeStores, for tests that give their own titles. Call it while tests are being collected. */
export function forEachStore(tests: (name: StoreName, openStore: OpenStore) => void): void {
  for (const name of names) {
    describe(name, () => {
      const leave: (() => Promise<void>)[] = []
      afterAll(async () => {
        for (const step of leave.reverse()) await step()
      })
      tests(name, () => openOn(name, leave))
    })
  }
}

/** An empty place of that kind, for tests that open the store themselves; `leave` removes what was made. */
export async function newLocation(name: StoreName): Promise<{ location: Location; leave: () => Promise<void> }> {
  if (name === 'postgres') return { location: { url: await newDatabase() }, leave: async () => {} }
  const folder = mkdtempSync(join(tmpdir(), 'aval-sqlite-'))
  return {
    location: { file: join(folder, 'aval.db') },
    leave: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** URL of an empty PostgreSQL database, on the server that serves this run. It goes when the server goes. */
export function newDatabase(): Promise<string> {
  return createDatabase(inject('postgres'))
}

/** One store; what removes it is added to `leave`. */
export async function openOn(name: StoreName, leave: (() => Promise<void>)[]): Promise<TestStore> {
  const place = await newLocation(name)
  leave.push(place.leave)
  async function another(): Promise<Db> {
    const db = await openDb(place.location)
    let open = true
    leave.push(async () => {
      if (open) await db.close()
    })
    return {
      ...db,
      close() {
        open = false
        return db.close()
      },
    }
  }
  return { name, location: place.location, db: await another(), another }
}
