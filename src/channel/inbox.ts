import { dirname, join } from 'node:path'
import type { Clock, Instant } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { DeliveryReport } from '../model/delivery.ts'
import type { Channel } from '../model/factor.ts'
import { type Carrier, CarrierRefusal, type OutgoingMessage } from './carrier.ts'
import { type Chaos, calm, drawOutcome, isCalm, type Outcome } from './chaos.ts'
import { createInboxApps, type InboxApps } from './inbox-apps.ts'
import { openLineFile, readLines } from './inbox-file.ts'
import { arrivalOf, type KeptMessage, readMessages } from './inbox-line.ts'
import { type TestNumbers, testAddress } from './inbox-test-numbers.ts'
import { createWaiters } from './inbox-waiters.ts'
import { countSegments, type Segments } from './segments.ts'

/** Which messages are meant; a member that is undefined leaves nothing out. */
export interface InboxFilter {
  to?: string | undefined
  channel?: string | undefined
}

/** A message that arrived, with what it would have cost. */
export interface InboxMessage extends OutgoingMessage, Segments {
  /** Its number in this inbox, until the next start. */
  number: number
  sentAt: Instant
}

/** A message that cannot be seen: it is still under way, or it never arrives. What it says is told to nobody. */
export interface UnseenMessage {
  to: string
  channel: Channel
  sentAt: Instant
  state: 'under_way' | 'undelivered' | 'dropped'
  arrivesAt: Instant
  /** The carrier's code of an undelivered one. */
  failureCode: string | undefined
}

/** Takes the news of a message. Rejects where it cannot take it yet: it is told again at a later tick. */
export type ReportTaker = (report: DeliveryReport) => Promise<void>

/**
 * The carrier of local mode: messages stay here, for the developer to read. Where chaos or a test number applies to a message it is not
 * instant: it is sent first, and what became of it is reported later, as by a carrier on the network.
 */
export interface Inbox extends Carrier {
  isInstant(message: { to: string; channel: Channel }): boolean
  /** The newest messages first, at most `limit` of them. */
  list(filter?: InboxFilter, limit?: number): Promise<InboxMessage[]>
  latest(filter?: InboxFilter): Promise<InboxMessage | undefined>
  /** Like latest, but when there is none it waits for one, at most `waitMs` of real time. */
  waitLatest(filter: InboxFilter, waitMs: number, signal?: AbortSignal): Promise<InboxMessage | undefined>
  /** One that arrived, by its number. */
  find(number: number): InboxMessageParts | undefined
  /** Those that are under way or lost, the newest first, at most `limit` of them. */
  unseen(filter?: InboxFilter, limit?: number): UnseenMessage[]
  /** Counts every arrival, every clear and every change of chaos. */
  readonly revision: number
  /** Resolves with the revision once it is not `revision` any more, or after `waitMs` of real time. */
  waitChange(revision: number, waitMs: number, signal?: AbortSignal): Promise<number>
  /** Forgets every message, those under way too: they will not arrive. Chaos stays. */
  clear(): void
  /** What goes wrong on purpose. A restart ends it. */
  readonly chaos: Chaos
  /** Replaces the chaos of the channels that are named. */
  setChaos(chaos: Partial<Chaos>): void
  readonly testNumbers: TestNumbers
  /** Sets who is told what became of messages; what is due is kept until somebody is. */
  onReport(report: ReportTaker): void
  /**
   * Lets arrive what is due by the clock, wakes who waits for it, and makes the reports that are due. Rejects with the first failure of
   * a report, once all were tried; that one is made again at a later tick.
   */
  tick(): Promise<void>
  /** Authenticator apps of the developer, for codes that no message brings. */
  readonly apps: InboxApps
  /** Resolves when everything is on disk. */
  flush(): Promise<void>
}

export interface InboxOptions {
  /** Where messages outlive a restart; the apps stand in `inbox-apps.jsonl` beside it. */
  file?: string | undefined
  clock: Clock
  random: Random
  report?: ReportTaker | undefined
  testNumbers?: TestNumbers | undefined
}

/** What of a message its page is made of. */
export type InboxMessageParts = Omit<InboxMessage, keyof Segments>

const keptMax = 10_000
const compactAt = 2 * keptMax
const lostMax = 500
/** A report that was refused this often is of a message that nobody knows any more. */
const triesMax = 200

/** Makes an inbox of the 10,000 newest messages; with `file` it survives a restart. Lines that cannot be read are skipped. */
export function createInbox({ file, clock, random, report, testNumbers = new Map() }: InboxOptions): Inbox {
  const disk = file === undefined ? undefined : openLineFile(file)
  const apps = createInboxApps({ file: file && join(dirname(file), 'inbox-apps.jsonl'), clock })
  const waiters = createWaiters()
  const kept: KeptMessage[] = []
  const lost: KeptMessage[] = []
  let underWay: KeptMessage[] = []
  /** Messages of which a report is to be made, and how often it was refused. */
  const owing = new Map<KeptMessage, number>()
  /** The number of the first that is kept. */
  let first = 1
  let takeReport = report
  let chaos = calm
  let revision = 0
  let ticking: Promise<void> = Promise.resolve()
  let linesOnDisk = 0

  if (file) {
    for (const message of readMessages(readLines(file)).slice(-keptMax)) {
      linesOnDisk++
      place(message)
    }
  }

  /** Puts a message where it belongs at this time. */
  function place(message: KeptMessage): void {
    if (message.owed) owing.set(message, 0)
    if (message.lost === 'dropped') addLost(message)
    else if (arrivalOf(message) > clock.now()) underWay = [...underWay.slice(1 - keptMax), message]
    else if (message.lost) addLost(message)
    else addKept(message)
  }

  function addKept(message: KeptMessage): void {
    kept.push(message)
    // Trimmed in blocks: shifting ten thousand entries for every message would cost more than the message.
    if (kept.length > keptMax + 1000) first += kept.splice(0, kept.length - keptMax).length
  }

  function addLost(message: KeptMessage): void {
    lost.push(message)
    if (lost.length > lostMax) lost.shift()
  }

  function write(line: object): void {
    if (!disk) return
    disk.append(JSON.stringify(line))
    if (++linesOnDisk <= compactAt) return
    const all = [...lost, ...kept.slice(-keptMax), ...underWay]
    disk.replace(all.map((each) => JSON.stringify(each)))
    linesOnDisk = all.length
  }

  function changed(): void {
    revision++
    waiters.wake()
  }

  /** Lets what is due arrive. Whoever reads begins with it, so that what can be seen hangs on the clock alone. */
  function arrive(): void {
    if (underWay.length === 0) return
    const now = clock.now()
    const due = underWay.filter((message) => arrivalOf(message) <= now).sort((a, b) => arrivalOf(a) - arrivalOf(b))
    if (due.length === 0) return
    underWay = underWay.filter((message) => arrivalOf(message) > now)
    for (const message of due) (message.lost ? addLost : addKept)(message)
    changed()
  }

  function outcomeOf({ to, channel }: { to: string; channel: Channel }): Outcome | undefined {
    const chosen = testNumbers.size > 0 ? testNumbers.get(testAddress(to)) : undefined
    return chosen ?? (isCalm(chaos[channel]) ? undefined : drawOutcome(chaos[channel], random))
  }

  /** What is kept of a message, once for every time that it arrives. The carrier's report is made once. */
  function keptOf(message: OutgoingMessage, outcome: Exclude<Outcome, { name: 'refused' }>): KeptMessage[] {
    const sentAt = clock.now()
    const carrierId = `IN${random.bytes(16).toString('hex')}`
    if (outcome.name === 'dropped') return [{ ...silent(message), sentAt, carrierId, lost: 'dropped' }]
    const arrivesAt = sentAt + outcome.delayMs
    if (outcome.name === 'undelivered') {
      const owed = { status: 'undelivered', failure: outcome.failure } as const
      return [
        { ...silent(message), sentAt, arrivesAt, carrierId, lost: 'undelivered', reason: outcome.failure.code, owed },
      ]
    }
    const one: KeptMessage = { ...message, sentAt, arrivesAt, carrierId, owed: { status: 'delivered' } }
    return outcome.copies === 2 ? [one, { ...one, owed: undefined }] : [one]
  }

  async function makeReports(): Promise<void> {
    arrive()
    const take = takeReport
    if (!take) return
    const now = clock.now()
    const failures: unknown[] = []
    for (const [message, tries] of [...owing]) {
      const { carrierId = '', owed } = message
      if (!owed || arrivalOf(message) > now || !owing.has(message)) continue
      try {
        await take({ carrier: 'inbox', carrierId, messageId: message.id, ...owed })
      } catch (error) {
        failures.push(error)
        owing.set(message, tries + 1)
        if (tries + 1 < triesMax) continue
      }
      owing.delete(message)
      message.owed = undefined
      write({ reported: carrierId })
    }
    if (failures.length > 0) throw failures[0]
  }

  function* newest(filter: InboxFilter): Generator<number> {
    arrive()
    for (let i = kept.length - 1; i >= 0; i--) {
      const message = kept[i]
      if (message && matches(message, filter)) yield first + i
    }
  }

  function find(number: number): InboxMessageParts | undefined {
    const message = kept[number - first]
    if (!message) return undefined
    const { id, to, channel, body, code, locale, sentAt, call, email } = message
    return { number, id, to, channel, body, code, locale, sentAt, call, email }
  }

  async function measured(number: number): Promise<InboxMessage | undefined> {
    const message = find(number)
    return message && { ...message, ...(await countSegments(message.body)) }
  }

  return {
    name: 'inbox',
    isInstant: ({ to, channel }) => isCalm(chaos[channel]) && !testNumbers.has(testAddress(to)),
    async send(message) {
      const outcome = outcomeOf(message)
      if (outcome?.name === 'refused') throw new CarrierRefusal('temporary', outcome.code)
      const ones = outcome ? keptOf(message, outcome) : [{ ...message, sentAt: clock.now() }]
      for (const one of ones) {
        place(one)
        write(one)
      }
      changed()
      return outcome
        ? { carrierId: ones[0]?.carrierId ?? null, status: 'sent' }
        : { carrierId: null, status: 'delivered' }
    },
    async list(filter = {}, limit = keptMax) {
      const found: number[] = []
      for (const number of newest(filter)) {
        if (found.length >= Math.min(limit, keptMax)) break
        found.push(number)
      }
      return (await Promise.all(found.map(measured))).filter((message) => message !== undefined)
    },
    async latest(filter = {}) {
      const [number] = newest(filter)
      return number === undefined ? undefined : measured(number)
    },
    async waitLatest(filter, waitMs, signal) {
      const number = await waiters.until(() => newest(filter).next().value as number | undefined, waitMs, signal)
      return number === undefined ? undefined : measured(number)
    },
    find,
    unseen(filter = {}, limit = lostMax) {
      arrive()
      return [...lost, ...underWay]
        .filter((message) => matches(message, filter))
        .sort((a, b) => b.sentAt - a.sentAt)
        .slice(0, limit)
        .map(unseenOf)
    },
    get revision() {
      return revision
    },
    async waitChange(known, waitMs, signal) {
      return (await waiters.until(() => (revision === known ? undefined : revision), waitMs, signal)) ?? revision
    },
    clear() {
      for (const message of underWay) owing.delete(message)
      first += kept.length
      kept.length = 0
      lost.length = 0
      underWay = []
      linesOnDisk = 0
      disk?.replace([])
      changed()
    },
    get chaos() {
      return chaos
    },
    setChaos(change) {
      chaos = { ...chaos, ...change }
      changed()
    },
    testNumbers,
    onReport(take) {
      takeReport = take
    },
    tick() {
      const turn = ticking.then(makeReports)
      ticking = turn.catch(() => {})
      return turn
    },
    apps,
    async flush() {
      await Promise.all([disk?.flush(), apps.flush()])
    },
  }
}

function matches(message: KeptMessage, { to, channel }: InboxFilter): boolean {
  return (to === undefined || message.to === to) && (channel === undefined || message.channel === channel)
}

/** What is left of a message that nobody gets. */
function silent({ id, to, channel, locale }: OutgoingMessage): OutgoingMessage {
  return { id, to, channel, locale, body: '', code: '' }
}

function unseenOf(message: KeptMessage): UnseenMessage {
  const { to, channel, sentAt, lost, reason } = message
  return { to, channel, sentAt, state: lost ?? 'under_way', arrivesAt: arrivalOf(message), failureCode: reason }
}
