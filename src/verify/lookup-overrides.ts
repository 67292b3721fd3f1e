import { addressRef, sealAddress } from '../lib/address.ts'
import type { Phone } from '../lib/e164.ts'
import { type LineType, lineTypeOf } from '../lib/line-type.ts'
import { TwilioError } from '../model/twilio-error.ts'
import {
  deleteLookupOverride,
  findLookupOverride,
  insertLookupOverride,
  type LookupOverrideRow,
  type OverrideKey,
  updateLookupOverride,
} from '../store/lookup-overrides.ts'
import type { VerifyDeps } from './deps.ts'

type Deps = Pick<VerifyDeps, 'db' | 'keys' | 'clock' | 'random'>
type Readers = Pick<Deps, 'db' | 'keys'>

/** What the account says of the number: its line type, and why. */
export interface OverrideChange {
  lineType: LineType
  reason: string
}

/** Overrides the line type of a number. Refuses with 60200 where that was done before. */
export async function createLookupOverride(
  { db, keys, clock, random }: Deps,
  accountSid: string,
  phone: Phone,
  { lineType, reason }: OverrideChange,
): Promise<LookupOverrideRow> {
  const at = clock.now()
  const key = keyOf({ keys }, accountSid, phone)
  const [made] = await db.write(
    insertLookupOverride({
      ...key,
      key_id: keys.activeId,
      phone_sealed: sealAddress(keys, keys.activeId, key.phone_ref, phone.e164, random),
      line_type: lineType,
      original_line_type: lineTypeOf(phone),
      reason,
      created_at: at,
      updated_at: at,
    }),
  )
  if (!made) throw new TwilioError(60200, 'Invalid parameter: the number has an override of this field')
  return made
}

/** Undefined where there is none. */
export async function readLookupOverride(
  { db, keys }: Readers,
  accountSid: string,
  phone: Phone,
): Promise<LookupOverrideRow | undefined> {
  const [one] = await db.read(findLookupOverride(keyOf({ keys }, accountSid, phone)))
  return one
}

/** Puts another line type and reason in place of those before; undefined where there is no override. */
export async function changeLookupOverride(
  { db, keys, clock }: Readers & Pick<Deps, 'clock'>,
  accountSid: string,
  phone: Phone,
  { lineType, reason }: OverrideChange,
): Promise<LookupOverrideRow | undefined> {
  const key = keyOf({ keys }, accountSid, phone)
  const [changed] = await db.write(updateLookupOverride(key, { line_type: lineType, reason }, clock.now()))
  return changed
}

/** Lookups of the number tell again what the numbering plan says; false when they did already. */
export async function removeLookupOverride({ db, keys }: Readers, accountSid: string, phone: Phone): Promise<boolean> {
  return (await db.write(deleteLookupOverride(keyOf({ keys }, accountSid, phone)))).length > 0
}

/** Of all packages, line type intelligence alone can be overridden. */
function keyOf({ keys }: Pick<Deps, 'keys'>, accountSid: string, { e164 }: Phone): OverrideKey {
  return { account_sid: accountSid, phone_ref: addressRef(keys, e164), field: 'line_type_intelligence' }
}
