import type { Migration } from '../migrate.ts'
import { firstTables } from './0001-first-tables.ts'

/** Every step since the first release, in order. New steps are added at the end. */
export const migrations: readonly Migration[] = [firstTables]
