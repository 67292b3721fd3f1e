import { z } from 'zod'
import type { Clock, Instant } from '../lib/clock.ts'
import { locales } from '../model/locale.ts'
import type { Carrier, OutgoingMessage } from './carrier.ts'
import { openLineFile, readLines } from './inbox-file.ts'
import { countSegments, type Segments } from './segments.ts'

/** Which messages are meant; a member that is undefined leaves nothing out. */
export interface InboxFilter {
  to?: string | undefined
  channel?: string | undefined
}

/** A message that was sent, with what it would have cost. */
export interface InboxMessage extends OutgoingMessage, Segments {
  sentAt: Instant
}

/** The carrier of local mode: messages stay here, for the developer to read. */
export interface Inbox extends Carrier {
  /** The newest messages first, at most `limit` of them. */
  list(filter?: InboxFilter, limit?: number): Promise<InboxMessage[]>
  latest(filter?: InboxFilter): Promise<InboxMessage | undefined>
  /** Like latest, but when there is none it waits for one, at most `waitMs` of real time. */
  waitLatest(filter: InboxFilter, waitMs: number, signal?: AbortSignal): Promise<InboxMessage | undefined>
  /** Counts every send and every clear. */
  readonly revision: number
  /** Resolves with the revision once it is not `revision` any more, or after `waitMs` of real time. */
  waitChange(revision: number, waitMs: number, signal?: AbortSignal): Promise<number>
  clear(): void
  /** Resolves when everything is on disk. */
  flush(): Promise<void>
}

type Kept = OutgoingMessage & { sentAt: Instant }

const keptMax = 10_000
const compactAt = 2 * keptMax

const line = z.object({
  id: z.string().default(''),
  to: z.string(),
  channel: z.enum(['sms', 'whatsapp', 'call', 'email']),
  body: z.string(),
  code: z.string(),
  locale: z.enum(locales),
  sentAt: z.number(),
  call: z.object({ sendDigits: z.string().optional(), prompt: z.string().optional(), words: z.string() }).optional(),
  email: z.object({ subject: z.string(), html: z.string() }).optional(),
})

/** Makes an inbox of the 10,000 newest messages; with `file` it survives a restart. Lines that cannot be read are skipped. */
export function createInbox({ file, clock }: { file?: string | undefined; clock: Clock }): Inbox {
  const kept: Kept[] = file ? readLines(file).flatMap(parseLine).slice(-keptMax) : []
  const disk = file === undefined ? undefined : openLineFile(file)
  const waiting = new Set<() => void>()
  let linesOnDisk = kept.length
  let revision = 0

  function changed(): void {
    revision++
    for (const wake of waiting) wake()
  }

  function* newest(filter: InboxFilter): Generator<Kept> {
    for (let i = kept.length - 1; i >= 0; i--) {
      const message = kept[i]
      if (message && matches(message, filter)) yield message
    }
  }

  async function waitUntil<T>(read: () => T | undefined, waitMs: number, signal?: AbortSignal): Promise<T | undefined> {
    const found = read()
    if (found !== undefined || waitMs <= 0 || signal?.aborted) return found
    return await new Promise((resolve) => {
      const end = (value: T | undefined) => {
        clearTimeout(timer)
        waiting.delete(look)
        signal?.removeEventListener('abort', giveUp)
        resolve(value)
      }
      const look = () => {
        const value = read()
        if (value !== undefined) end(value)
      }
      const giveUp = () => end(undefined)
      const timer = setTimeout(giveUp, waitMs)
      waiting.add(look)
      signal?.addEventListener('abort', giveUp)
    })
  }

  return {
    name: 'inbox',
    isInstant: () => true,
    send(message) {
      const one: Kept = { ...message, sentAt: clock.now() }
      kept.push(one)
      // Trimmed in blocks: shifting ten thousand entries for every message would cost more than the message.
      if (kept.length > keptMax + 1000) kept.splice(0, kept.length - keptMax)
      if (disk) {
        disk.append(JSON.stringify(one))
        if (++linesOnDisk > compactAt) {
          disk.replace(kept.slice(-keptMax).map((each) => JSON.stringify(each)))
          linesOnDisk = keptMax
        }
      }
      changed()
      return Promise.resolve({ carrierId: null, status: 'delivered' })
    },
    async list(filter = {}, limit = keptMax) {
      const found: Kept[] = []
      for (const message of newest(filter)) {
        if (found.length >= Math.min(limit, keptMax)) break
        found.push(message)
      }
      return Promise.all(found.map(measured))
    },
    async latest(filter = {}) {
      const [message] = newest(filter)
      return message && measured(message)
    },
    async waitLatest(filter, waitMs, signal) {
      const message = await waitUntil(() => newest(filter).next().value as Kept | undefined, waitMs, signal)
      return message && measured(message)
    },
    get revision() {
      return revision
    },
    async waitChange(known, waitMs, signal) {
      return (await waitUntil(() => (revision === known ? undefined : revision), waitMs, signal)) ?? revision
    },
    clear() {
      kept.length = 0
      linesOnDisk = 0
      disk?.replace([])
      changed()
    },
    async flush() {
      await disk?.flush()
    },
  }
}

function matches(message: Kept, { to, channel }: InboxFilter): boolean {
  return (to === undefined || message.to === to) && (channel === undefined || message.channel === channel)
}

async function measured(message: Kept): Promise<InboxMessage> {
  return { ...message, ...(await countSegments(message.body)) }
}

function parseLine(text: string): Kept[] {
  try {
    return [line.parse(JSON.parse(text))]
  } catch {
    return []
  }
}
