import { expect } from 'vitest'
import { phone } from '../phone.ts'
import type { Session } from '../session.ts'

/** The safe list: a number put on it once, found and taken off. */
export async function driveSafeList(s: Session): Promise<void> {
  const PhoneNumber = phone()
  const good = { form: { PhoneNumber } }
  const made = await s.ok('CreateSafelist', {}, good)
  expect(made.phone_number).toBe(PhoneNumber)
  await s.refused(409, 'CreateSafelist', {}, good, 60411)
  expect(await s.ok('FetchSafelist', { PhoneNumber })).toEqual(made)
  await s.refusesIllInput('CreateSafelist', {})
  await s.refused(400, 'CreateSafelist', {}, { form: { PhoneNumber: 'no number' } }, 60200)
  await s.refused(404, 'FetchSafelist', { PhoneNumber: phone() }, {}, 20404)
  await s.refusesUnknownMethods('CreateSafelist', {}, ['POST'])
  await s.refusesUnknownMethods('FetchSafelist', { PhoneNumber }, ['GET', 'DELETE'])
  await s.ok('DeleteSafelist', { PhoneNumber })
  await s.refused(404, 'DeleteSafelist', { PhoneNumber }, {}, 20404)
}
