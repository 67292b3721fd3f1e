import { expect } from 'vitest'
import type { Session } from '../session.ts'

/** Webhooks: made, changed, listed, removed. */
export async function driveWebhooks(s: Session): Promise<void> {
  const ServiceSid = s.service
  const good = {
    FriendlyName: 'Factors',
    EventTypes: ['factor.created', 'factor.verified'],
    WebhookUrl: 'https://hooks.example.com/aval',
  }
  const made = await s.ok('CreateWebhook', { ServiceSid }, { form: { ...good, Status: 'disabled', Version: 'v2' } })
  expect(made).toMatchObject({
    friendly_name: 'Factors',
    event_types: ['factor.created', 'factor.verified'],
    status: 'disabled',
    version: 'v2',
    webhook_url: good.WebhookUrl,
    webhook_method: 'POST',
  })
  const names = { ServiceSid, Sid: made.sid }
  expect(await s.ok('FetchWebhook', names)).toEqual(made)
  const every = { FriendlyName: 'Everything', EventTypes: '*', WebhookUrl: 'https://hooks.example.com/all' }
  const other = await s.ok('CreateWebhook', { ServiceSid }, { form: { ...every, Status: 'disabled' } })
  const update = { form: { EventTypes: ['challenge.approved'], WebhookUrl: 'https://hooks.example.com/b' } }
  expect(await s.ok('UpdateWebhook', names, update)).toMatchObject({
    friendly_name: 'Factors',
    event_types: ['challenge.approved'],
    webhook_url: 'https://hooks.example.com/b',
    status: 'disabled',
  })
  const listed = await s.pages('ListWebhook', { ServiceSid })
  expect(listed.map(({ sid }) => sid).sort()).toEqual([made.sid, other.sid].sort())

  await s.refusesIllInput('CreateWebhook', { ServiceSid }, { form: { ...good, FriendlyName: 'Third' } })
  await s.refusesIllInput('UpdateWebhook', names)
  await s.refusesIllInput('ListWebhook', { ServiceSid })
  for (const ill of ['factor.eaten', 'Factor.Created'])
    await s.refused(400, 'UpdateWebhook', names, { form: { EventTypes: ['factor.created', ill] } })
  await s.refused(400, 'UpdateWebhook', names, { form: { WebhookUrl: 'not a url' } })
  for (const id of ['FetchWebhook', 'UpdateWebhook', 'DeleteWebhook']) await s.hidden(id, { Sid: made.sid })
  expect((await s.ok('ListWebhook', { ServiceSid: s.foreign })).webhooks).toEqual([])
  await s.refusesUnknownMethods('ListWebhook', { ServiceSid }, ['GET', 'POST'])
  await s.refusesUnknownMethods('FetchWebhook', names, ['GET', 'POST', 'DELETE'])
  await s.ok('DeleteWebhook', names)
  await s.refused(404, 'FetchWebhook', names, {}, 20404)
}
