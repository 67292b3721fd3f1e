import type { Instant } from '../lib/clock.ts'
import { sql } from './db.ts'

/** Tries at codes in one stretch of five minutes, over the whole service. */
export interface TriesRow {
  /** When it began. */
  slot: Instant
  right_codes: number
  wrong_codes: number
  /** 1: guesses were being sprayed. */
  sprayed: number
}

/** Counts tries. Adds up, however many nodes do it. */
export function addTries(slot: Instant, right: number, wrong: number) {
  return sql`
    insert into guard_tries (slot, right_codes, wrong_codes) values (${slot}, ${right}, ${wrong})
    on conflict (slot) do update set right_codes = guard_tries.right_codes + excluded.right_codes,
      wrong_codes = guard_tries.wrong_codes + excluded.wrong_codes`
}

/** The stretches since `from`. */
export function findTries(from: Instant) {
  return sql<TriesRow>`select slot, right_codes, wrong_codes, sprayed from guard_tries where slot >= ${from} order by slot`
}

/** Marks a stretch. No row back: another node did. */
export function markSprayed(slot: Instant) {
  return sql<TriesRow>`update guard_tries set sprayed = 1 where slot = ${slot} and sprayed = 0 returning *`
}

/** Removes stretches from before `before`, `limit` at a time. */
export function forgetTries(before: Instant, limit: number) {
  return sql<TriesRow>`
    delete from guard_tries where slot in (select slot from guard_tries where slot < ${before} order by slot limit ${limit}) returning *`
}
