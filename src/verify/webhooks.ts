import { newSid } from '../lib/ids.ts'
import type { Outbound } from '../lib/outbound.ts'
import { invalidParameter, TwilioError } from '../model/twilio-error.ts'
import type { Webhook, WebhookEventType, WebhookStatus, WebhookVersion } from '../model/webhook.ts'
import { all } from '../store/db.ts'
import { holdService } from '../store/services.ts'
import { dropDeliveries } from '../store/webhook-deliveries.ts'
import {
  deleteWebhook,
  findWebhook as findRow,
  insertWebhook,
  listWebhooks as listRows,
  updateWebhook as updateRow,
  type WebhookRow,
} from '../store/webhooks.ts'
import type { VerifyDeps } from './deps.ts'
import type { Service } from './service.ts'

export interface WebhookDeps extends Pick<VerifyDeps, 'db' | 'clock' | 'random'> {
  outbound: Outbound
  /** Whether http is allowed, and names are not looked up until something is sent to them. */
  local: boolean
}

export interface NewWebhook {
  friendlyName: string
  eventTypes: WebhookEventType[]
  url: string
  status: WebhookStatus
  version: WebhookVersion
}

export type WebhookChange = { [Member in keyof NewWebhook]?: NewWebhook[Member] | undefined }

/** Makes a webhook. Undefined when the service is gone; 60200 for a URL that events may not go to, or a name that another one has. */
export async function createWebhook(
  deps: WebhookDeps,
  service: Service,
  wanted: NewWebhook,
): Promise<Webhook | undefined> {
  await refuseUnreachable(deps, wanted.url)
  const at = deps.clock.now()
  const row: WebhookRow = {
    sid: newSid('YW', at, deps.random),
    service_sid: service.sid,
    account_sid: service.accountSid,
    friendly_name: wanted.friendlyName,
    event_types: JSON.stringify(wanted.eventTypes),
    webhook_url: wanted.url,
    status: wanted.status,
    version: wanted.version,
    created_at: at,
    updated_at: at,
  }
  const outcome = await deps.db.unit(function* () {
    const [held] = yield* all(holdService(service.accountSid, service.sid))
    if (!held) return 'gone'
    const [made] = yield* all(insertWebhook(row))
    return made ? 'done' : 'taken'
  })
  if (outcome === 'taken') throw nameTaken()
  return outcome === 'done' ? webhookOf(row) : undefined
}

/** A webhook of this service; undefined when there is none with this SID. */
export async function findWebhook({ db }: Pick<WebhookDeps, 'db'>, { accountSid, sid }: Service, webhookSid: string) {
  const [row] = await db.read(findRow(accountSid, sid, webhookSid))
  return row && webhookOf(row)
}

/** Newest first. */
export async function listWebhooks(
  { db }: Pick<WebhookDeps, 'db'>,
  { accountSid, sid }: Service,
  offset: number,
  limit: number,
): Promise<Webhook[]> {
  return (await db.read(listRows(accountSid, sid, offset, limit))).map(webhookOf)
}

/**
 * Changes what is named. One that is switched off loses what it was still owed. Undefined when it is gone; 60200 as createWebhook.
 */
export async function updateWebhook(
  deps: WebhookDeps,
  service: Service,
  sid: string,
  change: WebhookChange,
): Promise<Webhook | undefined> {
  if (change.url !== undefined) await refuseUnreachable(deps, change.url)
  const at = deps.clock.now()
  const outcome = await deps.db.unit(function* () {
    yield* all(holdService(service.accountSid, service.sid))
    const [now] = yield* all(findRow(service.accountSid, service.sid, sid))
    if (!now) return 'gone'
    const [row] = yield* all(
      updateRow({
        ...now,
        friendly_name: change.friendlyName ?? now.friendly_name,
        event_types: change.eventTypes ? JSON.stringify(change.eventTypes) : now.event_types,
        webhook_url: change.url ?? now.webhook_url,
        status: change.status ?? now.status,
        version: change.version ?? now.version,
        updated_at: at,
      }),
    )
    if (row?.status === 'disabled') yield* all(dropDeliveries(sid))
    return row ?? 'taken'
  })
  if (outcome === 'taken') throw nameTaken()
  return outcome === 'gone' ? undefined : webhookOf(outcome)
}

/** Removes a webhook with what it was still owed. False when there is none. */
export function removeWebhook(
  { db }: Pick<WebhookDeps, 'db'>,
  { accountSid, sid }: Service,
  webhookSid: string,
): Promise<boolean> {
  return db.unit(function* () {
    const [row] = yield* all(deleteWebhook(accountSid, sid, webhookSid))
    if (row) yield* all(dropDeliveries(webhookSid))
    return row !== undefined
  })
}

/**
 * Refuses a URL that is not plain https (http too in local mode), names a user, has a fragment, or leads to an address that may not be
 * reached. Literal addresses are judged at once, names only where they will mean the same to everybody.
 */
async function refuseUnreachable({ outbound, local }: WebhookDeps, text: string): Promise<void> {
  const schemes = local ? /^https?:\/\//i : /^https:\/\//i
  // Visible ASCII: what URL parsers would mend silently is signed as it was written, and must be what is asked for.
  const plain = schemes.test(text) && /^[\x21-\x7e]{1,2048}$/.test(text) && !/[\\#]/.test(text)
  if (!plain || !URL.canParse(text) || /^[^/]*\/\/[^/?]*@/.test(text)) throw invalidParameter('WebhookUrl')
  const { hostname } = new URL(text)
  const isLiteral = /^\[|^[\d.]+$/.test(hostname)
  if ((isLiteral || !local) && !(await outbound.mayReach(hostname))) throw invalidParameter('WebhookUrl')
}

function nameTaken(): TwilioError {
  return new TwilioError(60200, 'Invalid parameter: FriendlyName: another webhook of the service has it')
}

function webhookOf(row: WebhookRow): Webhook {
  return {
    sid: row.sid,
    serviceSid: row.service_sid,
    accountSid: row.account_sid,
    friendlyName: row.friendly_name,
    eventTypes: JSON.parse(row.event_types),
    url: row.webhook_url,
    status: row.status,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
