import { expect } from 'vitest'
import type { Session } from '../session.ts'

/** Lookup: numbers that are valid and ones that are not, in any spelling, with and without packages. */
export async function driveLookups(s: Session): Promise<void> {
  const look = (PhoneNumber: string, query: Record<string, string> = {}) =>
    s.ok('FetchPhoneNumber', { PhoneNumber }, { query })
  const basic = await look('+14159929960')
  expect(basic).toMatchObject({
    calling_country_code: '1',
    country_code: 'US',
    phone_number: '+14159929960',
    national_format: '(415) 992-9960',
    valid: true,
    line_type_intelligence: null,
    sim_swap: null,
  })
  expect(await look('4159929960', { CountryCode: 'US' })).toMatchObject({ phone_number: '+14159929960', valid: true })
  const long = await look('+141599299600')
  expect(long).toMatchObject({ valid: false, validation_errors: ['TOO_LONG'], national_format: null })
  expect(await look('not-a-number')).toMatchObject({ valid: false, validation_errors: ['NOT_A_NUMBER'] })
  const typed = await look('+5511987654321', { Fields: 'line_type_intelligence,sim_swap' })
  expect(typed).toMatchObject({ country_code: 'BR', line_type_intelligence: { type: 'mobile' }, sim_swap: null })
  await s.refused(400, 'FetchPhoneNumber', { PhoneNumber: '+14159929960' }, { query: { Fields: 'no_such_package' } })
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    const answer = await s.raw(method, '/v2/PhoneNumbers/+14159929960')
    expect([404, 405]).toContain(answer.status)
  }
}
