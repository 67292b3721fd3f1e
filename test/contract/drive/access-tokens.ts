import { expect } from 'vitest'
import type { Session } from '../session.ts'

/** Access tokens, with which a device enrols a push factor. */
export async function driveAccessTokens(s: Session): Promise<void> {
  const ServiceSid = s.service
  const good = {
    Identity: 'ff483d1ff591898a9942916050d2ca3f',
    FactorType: 'push',
    FactorFriendlyName: 'John Doe iPhone',
  }
  const made = await s.ok('CreateAccessToken', { ServiceSid }, { form: { ...good, Ttl: '300' } })
  expect(made).toMatchObject({
    entity_identity: good.Identity,
    factor_type: 'push',
    factor_friendly_name: 'John Doe iPhone',
    ttl: 300,
  })
  expect(made.token.split('.')).toHaveLength(5)
  expect(await s.ok('CreateAccessToken', { ServiceSid }, { form: good })).toMatchObject({ ttl: 60 })
  const fetched = await s.ok('FetchAccessToken', { ServiceSid, Sid: made.sid })
  expect({ ...fetched, token: made.token }).toEqual(made)
  await s.refusesIllInput('CreateAccessToken', { ServiceSid }, { form: good })
  for (const Ttl of ['59', '301']) await s.refused(400, 'CreateAccessToken', { ServiceSid }, { form: { ...good, Ttl } })
  await s.hidden('FetchAccessToken', { Sid: made.sid })
  await s.refusesUnknownMethods('CreateAccessToken', { ServiceSid }, ['POST'])
  await s.refusesUnknownMethods('FetchAccessToken', { ServiceSid, Sid: made.sid }, ['GET'])
}
