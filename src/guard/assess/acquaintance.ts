import type { Instant } from '../../lib/clock.ts'
import type { KeyRing } from '../../lib/keyring.ts'
import { findAcquaintances, findPlace, putPlace } from '../../store/assessments.ts'
import { all, type Db } from '../../store/db.ts'
import { putKnown } from '../../store/guard-buckets.ts'
import { limitKey } from '../limit-keys.ts'
import type { Signals } from '../rules/signals.ts'

/** What a transaction says of who acts and whom it pays: keyed hashes, and two letters. */
export interface Acquaintances {
  deviceRef: string | null
  payeeRef: string | null
  ipCountry: string | null
}

const hourMs = 3_600_000
/** A device counts as known a day after its first release, so that one theft does not make the next one easier (OWASP ASVS 5.0, 6.3.7). */
const seasonedMs = 24 * hourMs
/** No two countries are nearer to each other from door to door. */
const travelMs = 2 * hourMs

/** What is known of these by what was released for the account before. An account without a past says nothing. */
export async function readAcquaintances(
  { db, keys }: { db: Db; keys: KeyRing },
  subject: string,
  { deviceRef, payeeRef, ipCountry }: Acquaintances,
  at: Instant,
): Promise<Pick<Signals, 'new_device' | 'payee_new' | 'payee_used_elsewhere' | 'new_country' | 'impossible_travel'>> {
  const of = keysOf(keys, subject, { deviceRef, payeeRef, ipCountry })
  const asked = Object.values(of).filter((key) => key !== undefined)
  const [rows, [place]] = await Promise.all([
    asked.length === 0 ? [] : db.read(findAcquaintances(db.dialect, JSON.stringify(asked))),
    ipCountry === null ? [] : db.read(findPlace(of.subject)),
  ])
  const since = new Map(rows.map((row) => [row.key, row.first_at]))
  const isKnown = (key: string | undefined) => key !== undefined && since.has(key)
  const firstDevice = since.get(of.device ?? '')
  const isElsewhere = place !== undefined && ipCountry !== null && place.country !== ipCountry
  return {
    new_device:
      deviceRef === null || !isKnown(of.anyDevice)
        ? undefined
        : firstDevice === undefined || firstDevice > at - seasonedMs,
    payee_new: payeeRef === null || !isKnown(of.anyPayee) ? undefined : !isKnown(of.payee),
    payee_used_elsewhere: payeeRef === null ? undefined : isKnown(of.payeeOfAnybody) && !isKnown(of.payee),
    new_country: ipCountry === null || place === undefined ? undefined : !isKnown(of.country),
    impossible_travel: place === undefined || ipCountry === null ? undefined : isElsewhere && at - place.at < travelMs,
  }
}

/** A release for this account: from now on its device, payee and country are known. */
export async function rememberAcquaintances(
  { db, keys }: { db: Db; keys: KeyRing },
  subject: string,
  seen: Acquaintances,
  at: Instant,
): Promise<void> {
  const { subject: place, ...of } = keysOf(keys, subject, seen)
  const known = Object.values(of).filter((key) => key !== undefined)
  if (known.length === 0) return
  await db.quick(function* () {
    for (const key of known) yield* all(putKnown(key, at))
    if (seen.ipCountry !== null) yield* all(putPlace(place, seen.ipCountry, at))
  })
}

/** The hash by which a device or a payee is known. */
export function acquaintanceRef(keys: KeyRing, what: 'device' | 'payee', value: string): string {
  return limitKey(keys, `release-${what}`, value)
}

function keysOf(keys: KeyRing, subject: string, { deviceRef, payeeRef, ipCountry }: Acquaintances) {
  const key = (scope: string, value: string | null, ...more: string[]) =>
    value === null ? undefined : limitKey(keys, scope, JSON.stringify([value, ...more]))
  return {
    subject: limitKey(keys, 'release-place', subject),
    device: key('release-device-of', deviceRef, subject),
    anyDevice: key('release-any-device', deviceRef && subject),
    payee: key('release-payee-of', payeeRef, subject),
    anyPayee: key('release-any-payee', payeeRef && subject),
    payeeOfAnybody: key('release-payee', payeeRef),
    country: key('release-country-of', ipCountry, subject),
  }
}
