import twilio from 'twilio'
import { describe, expect, it } from 'vitest'
import { accountSid, authToken, openDoors } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

describe('the catalogue of templates', () => {
  forEachStore((_name, openStore) => {
    it('has SIDs for good, in three languages, and goes by pages', async () => {
      const { v2 } = await openDoors((await openStore()).db)
      const { templates } = (await v2('GET', '/v2/Templates')).body
      // Services keep these: a template may be added, and none may get another SID.
      expect(templates.map((one: { sid: string; friendly_name: string }) => [one.sid, one.friendly_name])).toEqual([
        ['HJa7a10001000000000000000000000001', 'Verification'],
        ['HJa7a10001000000000000000000000002', 'Verification with do not share'],
        ['HJa7a10001000000000000000000000003', 'Verification with time to live'],
        ['HJa7a10001000000000000000000000004', 'Transaction with amount and payee'],
        ['HJa7a10001000000000000000000000005', 'Verification bound to a site'],
      ])
      for (const { translations } of templates) {
        expect(Object.keys(translations).sort()).toEqual(['en', 'es', 'pt-BR'])
        for (const [locale, one] of Object.entries<Record<string, unknown>>(translations))
          expect(one).toMatchObject({ locale, status: 'approved', is_default_translation: locale === 'en' })
      }
      const second = (await v2('GET', '/v2/Templates?PageSize=2&Page=1')).body
      expect(second.templates).toEqual(templates.slice(2, 4))
      expect((await v2('GET', '/v2/Templates?FriendlyName=no+such')).body.templates).toEqual([])
    })

    it('is listed by the official package', async () => {
      const doors = await openDoors((await openStore()).db)
      const client = twilio(accountSid, authToken)
      client.verify.baseUrl = await doors.app.listen({ port: 0, host: '127.0.0.1' })
      try {
        const { templates } = client.verify.v2
        expect(await templates.list({ pageSize: 2 })).toHaveLength(5)
        const [one] = await templates.list({ friendlyName: 'Verification bound to a site' })
        expect(one?.channels).toEqual(['sms'])
      } finally {
        await doors.close()
      }
    })
  })
})
