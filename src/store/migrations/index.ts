import { firstTables } from './0001-first-tables.ts'
import { verifyV2 } from './0002-verify-v2.ts'
import { everyFactor } from './0003-every-factor.ts'
import { guards } from './0004-guards.ts'
import { assessments } from './0005-assessments.ts'
import { guardSpeed } from './0006-guard-speed.ts'
import { guardTries } from './0007-guard-tries.ts'
import type { Migration } from './migration.ts'

/** Every step since the first release, in order. New steps are added at the end. */
export const migrations: readonly Migration[] = [
  firstTables,
  verifyV2,
  everyFactor,
  guards,
  assessments,
  guardSpeed,
  guardTries,
]
