import { randomUUID } from 'node:crypto'
import { type Db, sql } from '../../src/index.ts'
import { type Draft, type DraftFields, readDraftFields, sameFields } from '../model/draft.ts'
import { openJson, sealJson } from './seal.ts'

export interface DraftDeps {
  db: Db
  key: Uint8Array
  clock: { now(): number }
}

interface Row {
  id: string
  version: number
  renewed: number
  sealed: string
}

const placeOf = (organizer: string) => `draft ${organizer}`

/** The organizer's payout in progress; there is one at most, in every tab and on every device. */
export async function readDraft(
  { db, key }: Pick<DraftDeps, 'db' | 'key'>,
  organizer: string,
): Promise<Draft | undefined> {
  const [row] = await db.read(
    sql<Row>`select id, version, renewed, sealed from sympla_drafts where organizer = ${organizer}`,
  )
  if (!row) return undefined
  const fields = (await openJson(key, placeOf(organizer), row.sealed)) as Record<string, unknown>
  return { id: row.id, version: row.version, renewed: Number(row.renewed) === 1, fields: readDraftFields(fields) }
}

/** Keeps what was typed. Fields that say what is kept already make no new version, so sending a form twice changes nothing. */
export async function saveDraft(deps: DraftDeps, organizer: string, fields: DraftFields): Promise<Draft> {
  const kept = await readDraft(deps, organizer)
  if (kept && sameFields(kept.fields, fields)) return kept
  const sealed = await sealJson(deps.key, placeOf(organizer), fields)
  const now = deps.clock.now()
  const [row] = await deps.db.write(sql<Row>`
    insert into sympla_drafts (organizer, id, version, sealed, updated_at)
    values (${organizer}, ${randomUUID()}, 1, ${sealed}, ${now})
    on conflict (organizer) do update
      set version = sympla_drafts.version + 1, renewed = 0, sealed = excluded.sealed, updated_at = excluded.updated_at
    returning id, version, renewed, sealed`)
  if (!row) throw new Error('a saved draft came back as no row')
  return { id: row.id, version: row.version, renewed: false, fields }
}

/** Makes a new version of unchanged fields, for a confirmation that starts again. False when the version is another by now. */
export async function renewDraft({ db, clock }: Pick<DraftDeps, 'db' | 'clock'>, draft: Draft): Promise<boolean> {
  const rows = await db.write(sql`
    update sympla_drafts set version = version + 1, renewed = 1, updated_at = ${clock.now()}
    where id = ${draft.id} and version = ${draft.version}
    returning id`)
  return rows.length === 1
}

/** Throws the payout in progress away. */
export async function discardDraft({ db }: Pick<DraftDeps, 'db'>, organizer: string): Promise<void> {
  await db.write(sql`delete from sympla_drafts where organizer = ${organizer}`)
}
