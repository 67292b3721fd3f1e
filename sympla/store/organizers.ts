import { type Db, sql } from '../../src/index.ts'

/** What the platform remembers of the mobile that Aval enrolled: that there is one, and its last four digits once it saw them. */
export interface PhoneNote {
  enrolled: boolean
  last4: string | undefined
}

/** What is known of the organizer's mobile. */
export async function readPhoneNote(db: Db, organizer: string): Promise<PhoneNote> {
  const [row] = await db.read(sql<{ phone_enrolled: number; phone_last4: string | null }>`
    select phone_enrolled, phone_last4 from sympla_organizers where organizer = ${organizer}`)
  return { enrolled: row?.phone_enrolled === 1, last4: row?.phone_last4 ?? undefined }
}

/** Notes it; last digits that are known stay when none are given. */
export async function notePhone(db: Db, organizer: string, { enrolled, last4 }: PhoneNote): Promise<void> {
  await db.write(sql`
    insert into sympla_organizers (organizer, phone_enrolled, phone_last4)
    values (${organizer}, ${enrolled ? 1 : 0}, ${last4 ?? null})
    on conflict (organizer) do update
      set phone_enrolled = excluded.phone_enrolled,
          phone_last4 = coalesce(excluded.phone_last4, sympla_organizers.phone_last4)`)
}
