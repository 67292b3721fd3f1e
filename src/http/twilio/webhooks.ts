import type { FastifyInstance } from 'fastify'
import { isoSeconds } from '../../lib/clock.ts'
import { invalidParameter } from '../../model/twilio-error.ts'
import {
  type Webhook,
  type WebhookEventType,
  webhookEventTypes,
  webhookStatuses,
  webhookVersions,
} from '../../model/webhook.ts'
import { createWebhook, findWebhook, listWebhooks, removeWebhook, updateWebhook } from '../../verify/webhooks.ts'
import { found } from './answers.ts'
import { baseOf, serviceFor, sidParam, type TwilioDoor } from './door.ts'
import { type Form, formOf } from './form.ts'
import { pageOf } from './page.ts'

const nameMax = 255

/** Webhooks of a service. */
export function registerWebhooks(scope: FastifyInstance, door: TwilioDoor): void {
  scope.post('/Services/:service/Webhooks', async (request, reply) => {
    const service = await serviceFor(door, request)
    const form = formOf(request.body)
    const made = await createWebhook(door, service, {
      friendlyName: form.required('FriendlyName', nameMax),
      eventTypes: given(eventTypes(form), 'EventTypes'),
      url: form.required('WebhookUrl'),
      status: form.choice('Status', webhookStatuses) ?? 'enabled',
      version: form.choice('Version', webhookVersions) ?? 'v2',
    })
    door.services.forget(service.sid)
    return reply.code(201).send(webhookBody(found(request, made), baseOf(request, door)))
  })
  scope.get('/Services/:service/Webhooks', async (request) => {
    const service = await serviceFor(door, request)
    const read = (offset: number, limit: number) => listWebhooks(door, service, offset, limit)
    return pageOf(request, door, 'webhooks', read, (one) => webhookBody(one, baseOf(request, door)))
  })
  scope.get('/Services/:service/Webhooks/:sid', async (request) => {
    const service = await serviceFor(door, request)
    const one = found(request, await findWebhook(door, service, sidParam(request, 'YW')))
    return webhookBody(one, baseOf(request, door))
  })
  scope.post('/Services/:service/Webhooks/:sid', async (request) => {
    const service = await serviceFor(door, request)
    const { sid } = found(request, await findWebhook(door, service, sidParam(request, 'YW')))
    const form = formOf(request.body)
    const updated = await updateWebhook(door, service, sid, {
      friendlyName: form.text('FriendlyName', nameMax),
      eventTypes: eventTypes(form),
      url: form.text('WebhookUrl'),
      status: form.choice('Status', webhookStatuses),
      version: form.choice('Version', webhookVersions),
    })
    door.services.forget(service.sid)
    return webhookBody(found(request, updated), baseOf(request, door))
  })
  scope.delete('/Services/:service/Webhooks/:sid', async (request, reply) => {
    const service = await serviceFor(door, request)
    found(request, (await removeWebhook(door, service, sidParam(request, 'YW'))) || undefined)
    door.services.forget(service.sid)
    return reply.code(204).send()
  })
}

/** Each kind of event once. Throws 60200 for an unknown one. */
function eventTypes(form: Form): WebhookEventType[] | undefined {
  const wanted = form.list('EventTypes')
  return (
    wanted &&
    [...new Set(wanted)].map((text) =>
      given(
        webhookEventTypes.find((one) => one === text),
        'EventTypes',
      ),
    )
  )
}

function given<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw invalidParameter(name)
  return value
}

function webhookBody(w: Webhook, base: string) {
  return {
    sid: w.sid,
    service_sid: w.serviceSid,
    account_sid: w.accountSid,
    friendly_name: w.friendlyName,
    event_types: w.eventTypes,
    status: w.status,
    version: w.version,
    webhook_url: w.url,
    webhook_method: 'POST',
    date_created: isoSeconds(w.createdAt),
    date_updated: isoSeconds(w.updatedAt),
    url: `${base}/v2/Services/${w.serviceSid}/Webhooks/${w.sid}`,
  }
}
