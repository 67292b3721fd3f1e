import { setTimeout as sleep } from 'node:timers/promises'
import type { Outbound } from '../lib/outbound.ts'
import type { Random } from '../lib/random.ts'
import type { Secret } from '../lib/secret.ts'
import { all } from '../store/db.ts'
import {
  claimDelivery,
  dropStrayDeliveries,
  findDueDeliveries,
  findDueWebhooks,
  forgetDeliveries as forgetRows,
  settleDelivered,
  settleFailed,
  type WebhookDeliveryRow,
} from '../store/webhook-deliveries.ts'
import { findEnabledWebhook } from '../store/webhooks.ts'
import type { VerifyDeps } from './deps.ts'
import { webhookForm } from './webhook-form.ts'
import { webhookSignature } from './webhook-signature.ts'

export interface DeliveryDeps extends Pick<VerifyDeps, 'db' | 'clock' | 'random' | 'keys' | 'log'> {
  authToken: Secret
  outbound: Outbound
}

/** Brings events from the outbox to their webhooks. Any number of workers may share a store. */
export interface WebhookWorker {
  /**
   * Tries everything that is due and says how many tries that were. May be called while a former call still waits for a slow receiver:
   * the others are served meanwhile. An event is tried again until an answer is 2xx, seven times in nine hours; a worker that ends between
   * sending and writing that down makes one come twice, under the same uuid.
   */
  deliver(): Promise<number>
  /** Begins nothing new, and waits five seconds at most for what is under way. */
  close(): Promise<void>
}

const [secondMs, minuteMs, hourMs, dayMs] = [1_000, 60_000, 3_600_000, 86_400_000]
/** From a failed try to the next one, before jitter. */
const pausesMs = [10 * secondMs, minuteMs, 5 * minuteMs, 30 * minuteMs, 2 * hourMs, 6 * hourMs]
// Longer than a request may take, so that nobody sends what somebody else is sending.
const leaseMs = 20 * secondMs
const closeMs = 5 * secondMs
// One receiver that hangs must not take the places of the others.
const placesOfWebhook = 16
const placesOfWorker = 256
const missesMax = 3

/** Makes a worker; nothing is sent until `deliver` is called. */
export function createWebhookWorker(deps: DeliveryDeps): WebhookWorker {
  const { db, clock } = deps
  const taken = new Map<string, number>()
  const underWay = new Set<Promise<unknown>>()
  let [total, closing] = [0, false]

  function take(webhookSid: string, places: number): void {
    total += places
    const left = (taken.get(webhookSid) ?? 0) + places
    if (left > 0) taken.set(webhookSid, left)
    else taken.delete(webhookSid)
  }

  async function claim(webhookSid: string, places: number): Promise<WebhookDeliveryRow[]> {
    const at = clock.now()
    const due = await db.read(findDueDeliveries(webhookSid, at, places))
    return db.unit(function* () {
      const claimed: WebhookDeliveryRow[] = []
      for (const { id, subject } of due)
        claimed.push(...(yield* all(claimDelivery(id, webhookSid, subject, at, leaseMs))))
      return claimed
    })
  }

  /** Serves one webhook until nothing of it is due, or it has no place left. */
  async function serve(webhookSid: string): Promise<number> {
    for (let [tries, misses] = [0, 0]; ; ) {
      const places = Math.min(placesOfWebhook - (taken.get(webhookSid) ?? 0), placesOfWorker - total)
      if (places <= 0 || closing) return tries
      take(webhookSid, places)
      let claimed: WebhookDeliveryRow[] = []
      let url: string | undefined
      try {
        url = (await db.read(findEnabledWebhook(webhookSid)))[0]?.webhook_url
        if (url !== undefined) claimed = await claim(webhookSid, places)
      } finally {
        take(webhookSid, claimed.length - places)
      }
      if (url === undefined) return tries
      if (claimed.length === 0) {
        // Another node took just what this one had seen: the next ones may be free.
        if (tries > 0 || ++misses === missesMax) return tries
        continue
      }
      tries += claimed.length
      const to = url
      await Promise.all(claimed.map((one) => bring(deps, to, one).finally(() => take(webhookSid, -1))))
    }
  }

  async function round(): Promise<number> {
    const due = await db.read(findDueWebhooks(clock.now()))
    const rounds = await Promise.allSettled(due.map(({ sid }) => serve(sid)))
    return rounds.reduce((sum, one) => {
      if (one.status === 'rejected') throw one.reason
      return sum + one.value
    }, 0)
  }

  return {
    async deliver() {
      if (closing) return 0
      const running = round()
      const settled = running.catch(() => {}).finally(() => underWay.delete(settled))
      underWay.add(settled)
      return running
    },
    async close() {
      closing = true
      await Promise.race([Promise.all(underWay), sleep(closeMs, undefined, { ref: false })])
    },
  }
}

/** One try, and what came of it in the store. Never rejects. */
async function bring(deps: DeliveryDeps, url: string, delivery: WebhookDeliveryRow): Promise<void> {
  const { db, clock, random, log } = deps
  const { id, webhook_sid: webhook, event_type: event, tries } = delivery
  try {
    const failure = await send(deps, url, delivery)
    const at = clock.now()
    if (failure === undefined) {
      await db.write(settleDelivered(id, at))
      return
    }
    const pauseMs = pauseAfter(tries, random)
    await db.write(settleFailed(id, tries, pauseMs === null ? null : at + pauseMs, at))
    if (tries === 1) log.warn({ webhook, event, failure }, 'a webhook did not take an event: it is tried again')
    if (pauseMs === null) log.warn({ webhook, event, failure, tries }, 'a webhook did not take an event: given up')
  } catch (error) {
    // The lease ends by itself, and then the event is due again.
    log.warn({ webhook, event, failure: reasonOf(error) }, 'what came of a webhook could not be written down')
  }
}

/** Why the receiver did not take it; undefined when it did. Says nothing of URL or contents, which the log must not have. */
async function send(deps: DeliveryDeps, url: string, delivery: WebhookDeliveryRow): Promise<string | undefined> {
  try {
    const form = await webhookForm(deps, delivery)
    if (!form) return 'NOTHING_TO_SAY'
    const headers = {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'user-agent': 'Aval-Webhooks/1',
      'x-twilio-signature': webhookSignature(deps.authToken, url, form),
      'i-twilio-idempotency-token': form.uuid,
    }
    const status = await deps.outbound.post(url, headers, new URLSearchParams(form).toString())
    return status >= 200 && status < 300 ? undefined : `HTTP ${status}`
  } catch (error) {
    return reasonOf(error)
  }
}

function reasonOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown }
  return String(typeof code === 'string' ? code : name)
}

/** Milliseconds until the next try, up to a fifth more than its pause, so that receivers do not get all of them back at once. */
function pauseAfter(tries: number, random: Random): number | null {
  const pause = pausesMs[tries - 1]
  return pause === undefined ? null : Math.round(pause * (1 + random.bytes(2).readUInt16BE() / 0xffff / 5))
}

const keptMs = 7 * dayMs
const batch = 200

/** Forgets what ended a week ago, and what is owed to webhooks that are no more. */
export async function forgetDeliveries({ db, clock }: Pick<VerifyDeps, 'db' | 'clock'>): Promise<void> {
  while ((await db.write(dropStrayDeliveries(batch))).length === batch);
  while ((await db.write(forgetRows(clock.now() - keptMs, batch))).length === batch);
}
