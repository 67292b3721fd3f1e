import type { FastifyInstance } from 'fastify'
import { isoSeconds } from '../../lib/clock.ts'
import { isSid } from '../../lib/ids.ts'
import { countryOf } from '../../lib/numbering.ts'
import { invalidParameter } from '../../model/twilio-error.ts'
import {
  deleteMessagingConfiguration,
  findMessagingConfiguration,
  listMessagingConfigurations,
  type MessagingConfigurationRow,
  updateMessagingConfiguration,
} from '../../store/messaging-configurations.ts'
import { createMessagingConfiguration } from '../../verify/messaging-configurations.ts'
import { found } from './answers.ts'
import { baseOf, param, type TwilioDoor, tenantFor } from './door.ts'
import { type Form, formOf } from './form.ts'
import { pageOf } from './page.ts'

const path = '/Services/:service/MessagingConfigurations'

/** MessagingConfigurations: kept and shown; carriers of our own are chosen by channel. */
export function registerMessagingConfigurations(scope: FastifyInstance, door: TwilioDoor): void {
  const { db, clock } = door
  scope.post(path, async (request, reply) => {
    const { tenant } = await tenantFor(door, request)
    const form = formOf(request.body)
    const country = destinationOf(form.required('Country'))
    if (!country) throw invalidParameter('Country')
    const wanted = { country, messagingServiceSid: messagingServiceOf(form) }
    const made = await createMessagingConfiguration(door, tenant, wanted)
    return reply.code(201).send(configurationBody(found(request, made), baseOf(request, door)))
  })
  scope.get(path, async (request) => {
    const { tenant } = await tenantFor(door, request)
    const read = (offset: number, limit: number) => db.read(listMessagingConfigurations(tenant, offset, limit))
    return pageOf(request, door, 'messaging_configurations', read, (one) =>
      configurationBody(one, baseOf(request, door)),
    )
  })
  scope.get(`${path}/:country`, async (request) => {
    const { tenant } = await tenantFor(door, request)
    const country = found(request, destinationOf(param(request, 'country')))
    const [one] = await db.read(findMessagingConfiguration(tenant, country))
    return configurationBody(found(request, one), baseOf(request, door))
  })
  scope.post(`${path}/:country`, async (request) => {
    const { tenant } = await tenantFor(door, request)
    const country = found(request, destinationOf(param(request, 'country')))
    const [one] = await db.read(findMessagingConfiguration(tenant, country))
    found(request, one)
    const sid = messagingServiceOf(formOf(request.body))
    const [changed] = await db.write(updateMessagingConfiguration(tenant, country, sid, clock.now()))
    return configurationBody(found(request, changed), baseOf(request, door))
  })
  scope.delete(`${path}/:country`, async (request, reply) => {
    const { tenant } = await tenantFor(door, request)
    const country = found(request, destinationOf(param(request, 'country')))
    const [removed] = await db.write(deleteMessagingConfiguration(tenant, country))
    found(request, removed)
    return reply.code(204).send()
  })
}

/** An ISO 3166 country in capitals, or `all`. */
function destinationOf(text: string): string | undefined {
  return text.toLowerCase() === 'all' ? 'all' : countryOf(text)
}

function messagingServiceOf(form: Form): string {
  const sid = form.required('MessagingServiceSid')
  if (!isSid('MG', sid)) throw invalidParameter('MessagingServiceSid')
  return sid
}

function configurationBody(m: MessagingConfigurationRow, base: string) {
  return {
    account_sid: m.account_sid,
    service_sid: m.service_sid,
    country: m.country,
    messaging_service_sid: m.messaging_service_sid,
    date_created: isoSeconds(m.created_at),
    date_updated: isoSeconds(m.updated_at),
    url: `${base}/v2/Services/${m.service_sid}/MessagingConfigurations/${m.country}`,
  }
}
