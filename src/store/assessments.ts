import type { Instant } from '../lib/clock.ts'
import { firstIdAt } from '../lib/ids.ts'
import type { AssessmentOutcome, Review } from '../model/assessment.ts'
import type { Assurance } from '../model/assurance.ts'
import { type Db, sql } from './db.ts'

/** What was seen of one version of a transaction, and what it has to go through for it. Figures, no words, and nobody's data. */
export interface AssessmentRow {
  id: string
  at: Instant
  transaction_id: string
  version: number
  kind: string
  outcome: AssessmentOutcome
  /** 1: it was carried out; 0: it was only noted. */
  enforced: number
  decibans: number
  assurance: Assurance
  hold_ms: number
  review: Review
  /** JSON. */
  reasons: string
  /** JSON: what each outside system said. */
  said: string
  /** JSON: what was seen, for the next version. */
  signals: string
}

/** Notes an assessment; it stays as it is. */
export function insertAssessment(a: AssessmentRow) {
  return sql`
    insert into assessments (id, at, transaction_id, version, kind, outcome, enforced, decibans, assurance, hold_ms, review, reasons, said, signals)
    values (${a.id}, ${a.at}, ${a.transaction_id}, ${a.version}, ${a.kind}, ${a.outcome}, ${a.enforced}, ${a.decibans}, ${a.assurance},
      ${a.hold_ms}, ${a.review}, ${a.reasons}, ${a.said}, ${a.signals})
    on conflict (id) do nothing`
}

/** The assessments of a transaction, the newest first. */
export function findAssessments(transactionId: string) {
  return sql<AssessmentRow>`select * from assessments where transaction_id = ${transactionId} order by id desc limit 100`
}

/** All assessments, the newest first; null filters nothing. */
export function listAssessments(f: { outcome: string | null; before: string | null; limit: number }) {
  return sql<AssessmentRow>`
    select * from assessments
    where id < ${f.before ?? 'asm~'} and (cast(${f.outcome} as text) is null or outcome = ${f.outcome})
    order by id desc limit ${f.limit}`
}

/** Removes assessments from before `before`, `limit` at a time. */
export function forgetAssessments(before: Instant, limit: number) {
  return sql<{ id: string }>`
    delete from assessments where id in (select id from assessments where id <= ${firstIdAt('asm', before)} order by id limit ${limit}) returning id`
}

/** Which of these keys are known, and since when; `keys` is a JSON list. */
export function findAcquaintances(dialect: Db['dialect'], keys: string) {
  return dialect === 'sqlite'
    ? sql<{
        key: string
        first_at: Instant
      }>`select key, first_at from guard_known where key in (select value from json_each(${keys}))`
    : sql<{ key: string; first_at: Instant }>`
        select key, first_at from guard_known where key in (select jsonb_array_elements_text(cast(${keys} as jsonb)))`
}

/** Where an account was last. */
export function findPlace(key: string) {
  return sql<{ country: string; at: Instant }>`select country, at from guard_places where key = ${key}`
}

/** An account was here. */
export function putPlace(key: string, country: string, at: Instant) {
  return sql`
    insert into guard_places (key, country, at) values (${key}, ${country}, ${at})
    on conflict (key) do update set country = excluded.country, at = excluded.at where guard_places.at <= excluded.at`
}

/** Forgets places from before `before`, `limit` at a time. */
export function forgetPlaces(before: Instant, limit: number) {
  return sql<{
    key: string
  }>`delete from guard_places where key in (select key from guard_places where at <= ${before} limit ${limit}) returning key`
}
