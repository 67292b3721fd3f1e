import { describe, expect, it } from 'vitest'
import { accountSid, authToken, openDoors, serviceSid } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

const service = `/v2/Services/${serviceSid}`
const nobody = 'f'.repeat(32)

describe('a request that is wrong twice', () => {
  forEachStore((_name, openStore) => {
    it('hears first of the resource that is not there, then of its parameters', async () => {
      const { v2 } = await openDoors((await openStore()).db)
      const limit = (await v2('POST', `${service}/RateLimits`, { UniqueName: 'ip' })).body.sid
      for (const path of [
        `${service}/Verifications/VE${nobody}`,
        `${service}/RateLimits/RK${nobody}`,
        `${service}/RateLimits/RK${nobody}/Buckets`,
        `${service}/RateLimits/${limit}/Buckets/BL${nobody}`,
        `${service}/MessagingConfigurations/BR`,
        `${service}/Webhooks/YW${nobody}`,
        `${service}/Entities/organizer-1/Factors/YF${nobody}`,
        `${service}/Entities/organizer-1/Challenges`,
        `${service}/Entities/organizer-1/Challenges/YC${nobody}`,
        `${service}/Entities/organizer-1/Challenges/YC${nobody}/Notifications`,
        `/v2/Services/VA${nobody}`,
      ]) {
        const refused = await v2('POST', path, { Max: 'x', Status: 'x', Config: 'x', EventTypes: 'x', CodeLength: 'x' })
        expect([path, refused.status, refused.body.code]).toEqual([path, 404, 20404])
      }
      expect((await v2('POST', `${service}/RateLimits/${limit}/Buckets`, { Max: 'x' })).body.code).toBe(60200)
    })

    it('is read as a form wherever Twilio takes forms, also for an identity that is called like a resource', async () => {
      const { app } = await openDoors((await openStore()).db)
      const send = (path: string, type: string, payload: string) =>
        app.inject({
          method: 'POST',
          url: path,
          headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}`, 'content-type': type },
          payload,
        })
      const form = 'application/x-www-form-urlencoded'
      const made = await send(`${service}/Entities/Passkeys/Factors`, form, 'FriendlyName=App&FactorType=totp')
      expect(made.statusCode).toBe(201)
      const json = await send(`${service}/Entities?x=/Passkeys/`, 'application/json', '{"Identity":"organizer-2"}')
      expect([json.statusCode, json.json().code]).toEqual([400, 60200])
    })
  })
})
