import { addressRef, sealAddress } from '../lib/address.ts'
import { newSid } from '../lib/ids.ts'
import { TwilioError } from '../model/twilio-error.ts'
import { deleteSafeListed, findSafeListed, insertSafeListed, type SafeListRow } from '../store/safe-list.ts'
import type { VerifyDeps } from './deps.ts'

type Deps = Pick<VerifyDeps, 'db' | 'keys' | 'clock' | 'random'>

/** `phone` is an E.164 number, or a block of a thousand as "+18001234xxx". Refuses with 60411 what is listed. */
export async function addSafeListed(deps: Deps, accountSid: string, phone: string): Promise<SafeListRow> {
  const { db, keys, clock, random } = deps
  const at = clock.now()
  const sid = newSid('GN', at, random)
  const [made] = await db.write(
    insertSafeListed({
      sid,
      account_sid: accountSid,
      phone_ref: addressRef(keys, phone),
      key_id: keys.activeId,
      phone_sealed: sealAddress(keys, keys.activeId, sid, phone, random),
      created_at: at,
    }),
  )
  if (!made) throw new TwilioError(60411)
  return made
}

/** The entry for exactly this number or block; undefined where there is none. */
export async function readSafeListed(
  { db, keys }: Pick<Deps, 'db' | 'keys'>,
  accountSid: string,
  phone: string,
): Promise<SafeListRow | undefined> {
  const ref = addressRef(keys, phone)
  const [row] = await db.read(findSafeListed(accountSid, [ref, ref]))
  return row
}

/** Takes a number or block off the list; false when it was not on it. */
export async function removeSafeListed({ db, keys }: Pick<Deps, 'db' | 'keys'>, accountSid: string, phone: string) {
  return (await db.write(deleteSafeListed(accountSid, addressRef(keys, phone)))).length > 0
}

/** Whether the account answers for this number: no guard holds its messages up. */
export async function isSafeListed(
  { db, keys }: Pick<Deps, 'db' | 'keys'>,
  accountSid: string,
  e164: string,
): Promise<boolean> {
  const refs = [addressRef(keys, e164), addressRef(keys, `${e164.slice(0, -3)}xxx`)] as const
  return (await db.read(findSafeListed(accountSid, refs))).length > 0
}
