import { expect } from 'vitest'
import { phone } from '../phone.ts'
import type { Session } from '../session.ts'

/** Templates: listed, found by name, used by a start. */
export async function driveTemplates(s: Session): Promise<void> {
  const ServiceSid = s.service
  const listed = await s.pages('ListVerificationTemplate')
  expect(listed.length).toBeGreaterThan(0)
  const [{ friendly_name, sid }] = listed
  const { templates } = await s.ok('ListVerificationTemplate', {}, { query: { FriendlyName: friendly_name } })
  expect(templates.map((one: { friendly_name: string }) => one.friendly_name)).toContain(friendly_name)
  const none = await s.ok('ListVerificationTemplate', {}, { query: { FriendlyName: 'no such template' } })
  expect(none.templates).toEqual([])
  const usable = listed.find(({ channels }) => channels.includes('sms'))
  const form = { To: phone(), Channel: 'sms', TemplateSid: usable?.sid ?? sid }
  await s.ok('CreateVerification', { ServiceSid }, { form })
  const unknown = { ...form, TemplateSid: `HJ${'0'.repeat(32)}` }
  await s.refused(404, 'CreateVerification', { ServiceSid }, { form: unknown }, 60228)
  await s.refusesIllInput('ListVerificationTemplate', {})
  await s.refusesUnknownMethods('ListVerificationTemplate', {}, ['GET'])
}
