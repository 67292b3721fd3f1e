import type { Carriers } from '../channel/carrier.ts'
import { noticeMessage } from '../channel/notice-message.ts'
import { openAddress } from '../lib/address.ts'
import { claimNotices, endNotice, type NoticeRow, postponeNotice } from '../store/notices.ts'
import type { GateDeps } from './deps.ts'

const batch = 20
const claimMs = 60_000
const triesMax = 8
const waitMs = 30_000

/**
 * Sends the notices that are owed: what changed of the things a subject approves with, to every address that it has. One that does not
 * leave is tried again, later each time, and given up after eight tries. Any number of nodes may do it.
 */
export async function sendNotices(
  deps: Pick<GateDeps, 'db' | 'clock' | 'keys' | 'log'>,
  carriers: Carriers,
  brand: string,
): Promise<void> {
  const at = deps.clock.now()
  let due: NoticeRow[]
  do {
    due = await deps.db.write(claimNotices(at, at + claimMs, batch))
    for (const notice of due) await send(deps, carriers, brand, notice)
  } while (due.length === batch)
}

async function send(
  { db, clock, keys, log }: Pick<GateDeps, 'db' | 'clock' | 'keys' | 'log'>,
  carriers: Carriers,
  brand: string,
  notice: NoticeRow,
): Promise<void> {
  const { id, channel, locale, kind, tries } = notice
  const carrier = carriers[channel]
  try {
    if (!carrier) throw new Error('no carrier')
    const to = openAddress(keys, notice.key_id, id, notice.address_sealed)
    const words = noticeMessage(channel, { brand, locale, kind, ...JSON.parse(notice.details) })
    await carrier.send({ id, to, channel, ...words, code: '', locale })
    await db.write(endNotice(id))
  } catch {
    const lost = tries >= triesMax
    log.warn({ channel, kind, tries, lost }, 'a notice did not leave')
    await db.write(lost ? endNotice(id) : postponeNotice(id, clock.now() + waitMs * 2 ** tries))
  }
}
