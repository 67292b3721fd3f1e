import { expect } from 'vitest'
import type { Session } from '../session.ts'

/** The form of push. */
export async function driveForms(s: Session): Promise<void> {
  const form = await s.ok('FetchForm', { FormType: 'form-push' })
  expect(form).toMatchObject({ form_type: 'form-push' })
  await s.refused(404, 'FetchForm', { FormType: 'form-pull' }, {}, 20404)
  await s.refusesUnknownMethods('FetchForm', { FormType: 'form-push' }, ['GET'])
}
