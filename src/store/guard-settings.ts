import type { Instant } from '../lib/clock.ts'
import { sql } from './db.ts'

/** One version of what operators set of a part of the guard. Old ones stay: they say who was held up by what. */
export interface SettingRow {
  part: string
  version: number
  /** JSON. */
  value: string
  why: string
  created_at: Instant
}

/** The newest version of every part. */
export function findSettings() {
  return sql<SettingRow>`
    select * from guard_settings s where version = (select max(version) from guard_settings other where other.part = s.part)`
}

/** The versions of one part, the newest first. */
export function findVersions(part: string, limit: number) {
  return sql<SettingRow>`select * from guard_settings where part = ${part} order by version desc limit ${limit}`
}

/** Adds a version that follows `after` (0: the first). No row back: another came in between. */
export function addSetting(s: Omit<SettingRow, 'version'>, after: number) {
  return sql<SettingRow>`
    insert into guard_settings (part, version, value, why, created_at)
    select ${s.part}, ${after} + 1, ${s.value}, ${s.why}, cast(${s.created_at} as bigint)
    where ${after} = (select coalesce(max(version), 0) from guard_settings where part = ${s.part})
    on conflict do nothing
    returning *`
}

/** Something on a list. `allow` lets past the guards and `block` keeps out; others are for rules. A number is a keyed hash. */
export interface ListItemRow {
  id: string
  list: string
  kind: 'number' | 'prefix' | 'country' | 'cidr' | 'ip_country' | 'asn'
  value: string
  label: string
  note: string
  created_at: Instant
  until_at: Instant | null
}

/** All items that are in force at `at`. */
export function findListItems(at: Instant) {
  return sql<ListItemRow>`select * from guard_list_items where until_at is null or until_at > ${at} order by created_at, id`
}

/** Puts an item on a list; what is there already gets the new end and note. */
export function putListItem(i: ListItemRow) {
  return sql<ListItemRow>`
    insert into guard_list_items (id, list, kind, value, label, note, created_at, until_at)
    values (${i.id}, ${i.list}, ${i.kind}, ${i.value}, ${i.label}, ${i.note}, ${i.created_at}, ${i.until_at})
    on conflict (kind, value, list) do update set until_at = excluded.until_at, note = excluded.note
    returning *`
}

/** Takes an item off. No row back: there is none. */
export function deleteListItem(id: string) {
  return sql<{ id: string }>`delete from guard_list_items where id = ${id} returning id`
}

/** Removes items whose end has passed. */
export function forgetListItems(at: Instant, limit: number) {
  return sql<{ id: string }>`
    delete from guard_list_items where id in (select id from guard_list_items where until_at <= ${at} limit ${limit}) returning id`
}
