import { expect } from 'vitest'
import type { Session } from '../session.ts'

/** Messaging configurations: one for each country of a service. */
export async function driveMessagingConfigurations(s: Session): Promise<void> {
  const ServiceSid = s.service
  const messaging = (letter: string) => ({ MessagingServiceSid: `MG${letter.repeat(32)}` })
  const good = { form: { Country: 'CA', ...messaging('a') } }
  const made = await s.ok('CreateMessagingConfiguration', { ServiceSid }, good)
  expect(made).toMatchObject({ country: 'CA', messaging_service_sid: `MG${'a'.repeat(32)}`, service_sid: ServiceSid })
  await s.refused(400, 'CreateMessagingConfiguration', { ServiceSid }, good, 60213)
  await s.ok('CreateMessagingConfiguration', { ServiceSid }, { form: { Country: 'all', ...messaging('b') } })
  const names = { ServiceSid, Country: 'CA' }
  expect(await s.ok('FetchMessagingConfiguration', names)).toEqual(made)
  const updated = await s.ok('UpdateMessagingConfiguration', names, { form: messaging('c') })
  expect(updated).toMatchObject({ country: 'CA', messaging_service_sid: `MG${'c'.repeat(32)}` })
  const listed = await s.pages('ListMessagingConfiguration', { ServiceSid })
  expect(listed.map(({ country }) => country).sort()).toEqual(['CA', 'all'])

  await s.refusesIllInput('CreateMessagingConfiguration', { ServiceSid }, { form: { ...good.form, Country: 'US' } })
  await s.refused(400, 'CreateMessagingConfiguration', { ServiceSid }, { form: { ...good.form, Country: 'Canada' } })
  await s.refusesIllInput('UpdateMessagingConfiguration', names, { form: messaging('d') })
  await s.refusesIllInput('ListMessagingConfiguration', { ServiceSid })
  await s.hidden('FetchMessagingConfiguration', { Country: 'CA' })
  await s.hidden('UpdateMessagingConfiguration', { Country: 'CA' }, { form: messaging('d') })
  await s.hidden('DeleteMessagingConfiguration', { Country: 'CA' })
  expect((await s.ok('ListMessagingConfiguration', { ServiceSid: s.foreign })).messaging_configurations).toEqual([])
  expect(await s.ok('FetchMessagingConfiguration', names)).toEqual(updated)
  await s.refusesUnknownMethods('ListMessagingConfiguration', { ServiceSid }, ['GET', 'POST'])
  await s.refusesUnknownMethods('FetchMessagingConfiguration', names, ['GET', 'POST', 'DELETE'])
  await s.ok('DeleteMessagingConfiguration', names)
  await s.refused(404, 'FetchMessagingConfiguration', names, {}, 20404)
}
