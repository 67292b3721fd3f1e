import { CarrierRefusal, type Carriers } from '../channel/carrier.ts'
import { noticeMessage } from '../channel/notice-message.ts'
import { openAddress } from '../lib/address.ts'
import { claimNotices, endNotice, type NoticeRow, postponeNotice } from '../store/notices.ts'
import type { GateDeps } from './deps.ts'
import { callOffKeyOf } from './page-key.ts'

/** Few at a time, and all of them at once, so that each has left long before its claim ends. */
const batch = 5
const claimMs = 120_000
const triesMax = 8
const waitMs = 30_000
/** It may have left already. */
const doubtfulTriesMax = 2

/** Whose notices they are, and where their links lead. */
export interface NoticePages {
  brand: string
  publicUrl: string
}

/**
 * Sends the notices that are owed: what changed of the things a subject approves with, to every address that it has. One that does not
 * leave is tried again, later each time, and given up after eight tries, or when its address does not exist. Any number of nodes may do it.
 */
export async function sendNotices(
  deps: Pick<GateDeps, 'db' | 'clock' | 'keys' | 'log'>,
  carriers: Carriers,
  pages: NoticePages,
): Promise<void> {
  let due: NoticeRow[]
  do {
    const at = deps.clock.now()
    due = await deps.db.write(claimNotices(at, at + claimMs, batch))
    await Promise.all(due.map((notice) => send(deps, carriers, pages, notice)))
  } while (due.length === batch)
}

async function send(
  { db, clock, keys, log }: Pick<GateDeps, 'db' | 'clock' | 'keys' | 'log'>,
  carriers: Carriers,
  { brand, publicUrl }: NoticePages,
  notice: NoticeRow,
): Promise<void> {
  const { id, channel, locale, kind, tries } = notice
  const carrier = carriers[channel]
  try {
    if (!carrier) throw new Error('no carrier')
    const to = openAddress(keys, notice.key_id, id, notice.address_sealed)
    const { transaction, keyId, ...details } = JSON.parse(notice.details)
    const link =
      transaction && `${publicUrl}/t/${transaction}/call-off?k=${callOffKeyOf(keys, { id: transaction, keyId })}`
    const words = noticeMessage(channel, { brand, locale, kind, ...details, link })
    await carrier.send({ id, to, channel, ...words, code: '', locale })
  } catch (error) {
    const lost = tries >= triesFor(error)
    log.warn({ channel, kind, tries, lost }, 'a notice did not leave')
    await db.write(lost ? endNotice(id) : postponeNotice(id, clock.now() + waitMs * 2 ** tries))
    return
  }
  await db.write(endNotice(id))
}

function triesFor(error: unknown): number {
  if (!(error instanceof CarrierRefusal)) return triesMax
  if (error.kind === 'permanent') return 1
  return error.code === 'timeout' || error.code === 'answer_too_long' ? doubtfulTriesMax : triesMax
}
