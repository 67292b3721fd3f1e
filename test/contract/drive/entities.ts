import { expect } from 'vitest'
import type { Session } from '../session.ts'

/** Entities: made once, found by identity in its own service, listed, removed. */
export async function driveEntities(s: Session): Promise<void> {
  const ServiceSid = s.service
  const Identity = 'ff483d1ff591898a9942916050d2ca3f'
  const made = await s.ok('CreateEntity', { ServiceSid }, { form: { Identity } })
  expect(made).toMatchObject({ identity: Identity, service_sid: ServiceSid })
  expect(Object.keys(made.links).sort()).toEqual(['challenges', 'factors', 'new_factors'])
  await s.refused(409, 'CreateEntity', { ServiceSid }, { form: { Identity } }, 60301)
  const other = await s.ok('CreateEntity', { ServiceSid }, { form: { Identity: 'DD6840aec40ad01ebc2001c0330000aa33' } })
  expect(other.identity).toBe('DD6840aec40ad01ebc2001c0330000aa33')
  expect(await s.ok('FetchEntity', { ServiceSid, Identity })).toEqual(made)
  const listed = await s.pages('ListEntity', { ServiceSid })
  expect(listed.map(({ sid }) => sid).sort()).toEqual([made.sid, other.sid].sort())

  await s.refusesIllInput('CreateEntity', { ServiceSid }, { form: { Identity: 'another-identity' } })
  for (const ill of ['short', 'with space in it', 'a'.repeat(65), 'e-mail@example.com'])
    await s.refused(400, 'CreateEntity', { ServiceSid }, { form: { Identity: ill } }, 60200)
  await s.refusesIllInput('ListEntity', { ServiceSid })
  await s.hidden('FetchEntity', { Identity })
  await s.hidden('DeleteEntity', { Identity })
  expect((await s.ok('ListEntity', { ServiceSid: s.foreign })).entities).toEqual([])
  await s.refusesUnknownMethods('ListEntity', { ServiceSid }, ['GET', 'POST'])
  await s.refusesUnknownMethods('FetchEntity', { ServiceSid, Identity }, ['GET', 'DELETE'])
  await s.ok('DeleteEntity', { ServiceSid, Identity })
  await s.refused(404, 'FetchEntity', { ServiceSid, Identity }, {}, 20404)
  await s.refused(404, 'DeleteEntity', { ServiceSid, Identity }, {}, 20404)
}
