import twilio from 'twilio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accountSid, apiKey, authToken, type Doors, openDoors, payout, serviceSid, wrong } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

describe('the official twilio package', () => {
  forEachStore((_name, openStore) => {
    let doors: Doors
    let url: string
    beforeAll(async () => {
      doors = await openDoors((await openStore()).db)
      url = await doors.app.listen({ port: 0, host: '127.0.0.1' })
    })
    afterAll(() => doors.close())

    function client(user = accountSid, password = authToken) {
      const made = twilio(user, password, { accountSid })
      made.verify.baseUrl = url
      return made.verify.v2
    }
    const refusal = (work: Promise<unknown>) =>
      work.then(
        () => 'no error',
        ({ status, code, message }) => ({ status, code, message }),
      )
    let n = 0
    const phone = () => `+55119${71_000_000 + n++}`

    it('starts, checks wrong and right, and finds the approved one gone', async () => {
      const { verifications, verificationChecks } = client().services(serviceSid)
      const to = phone()
      const started = await verifications.create({ to, channel: 'sms' })
      expect(started).toMatchObject({ to, channel: 'sms', status: 'pending', valid: false, serviceSid, accountSid })
      expect(started.sid).toMatch(/^VE[0-9a-f]{32}$/)
      expect(started.sendCodeAttempts).toHaveLength(1)
      expect(started.dateCreated).toBeInstanceOf(Date)
      const code = doors.codeFor(to)
      expect(await verificationChecks.create({ to, code: wrong(code) })).toMatchObject({
        status: 'pending',
        valid: false,
        sid: started.sid,
      })
      expect(await verificationChecks.create({ verificationSid: started.sid, code })).toMatchObject({
        status: 'approved',
        valid: true,
      })
      expect(await refusal(verificationChecks.create({ to, code }))).toEqual({
        status: 404,
        code: 20404,
        message: `The requested resource /Services/${serviceSid}/VerificationCheck was not found`,
      })
    })

    it('sends the same code five times, and refuses the sixth', async () => {
      const { verifications } = client().services(serviceSid)
      const to = phone()
      const sids = new Set<string>()
      for (let i = 0; i < 5; i++) sids.add((await verifications.create({ to, channel: 'sms' })).sid)
      expect(sids.size).toBe(1)
      expect(new Set(doors.sent.filter((one) => one.to === to).map((one) => one.code)).size).toBe(1)
      expect(await refusal(verifications.create({ to, channel: 'sms' }))).toEqual({
        status: 429,
        code: 60203,
        message: 'Max send attempts reached',
      })
      expect((await client().services(serviceSid).verifications(to).fetch()).sendCodeAttempts).toHaveLength(5)
    })

    it('answers the sixth check with 60202 until ten minutes are over, then starts anew', async () => {
      const { verifications, verificationChecks } = client().services(serviceSid)
      const to = phone()
      await verifications.create({ to, channel: 'sms' })
      const code = doors.codeFor(to)
      for (let i = 0; i < 5; i++)
        expect((await verificationChecks.create({ to, code: wrong(code) })).status).toBe('pending')
      expect(await refusal(verificationChecks.create({ to, code }))).toMatchObject({ status: 429, code: 60202 })
      expect(await refusal(verifications.create({ to, channel: 'sms' }))).toMatchObject({ status: 429, code: 60203 })
      doors.clock.advance(600_000)
      expect(await refusal(verificationChecks.create({ to, code }))).toMatchObject({ status: 404, code: 20404 })
      expect((await verifications.create({ to, channel: 'sms' })).status).toBe('pending')
    })

    it('cancels by sid and approves by address', async () => {
      const service = client().services(serviceSid)
      const [first, second] = [phone(), phone()]
      const { sid } = await service.verifications.create({ to: first, channel: 'sms' })
      expect((await service.verifications(sid).update({ status: 'canceled' })).status).toBe('canceled')
      expect((await service.verifications(sid).fetch()).status).toBe('canceled')
      await service.verifications.create({ to: second, channel: 'sms' })
      expect((await service.verifications(second).update({ status: 'approved' })).status).toBe('approved')
      expect(await refusal(service.verifications(second).fetch())).toMatchObject({ status: 404 })
    })

    it('makes, changes, lists and removes services', async () => {
      const made = await client().services.create({ friendlyName: 'Second', codeLength: 8 })
      expect(made).toMatchObject({ friendlyName: 'Second', codeLength: 8, accountSid })
      const to = phone()
      await client().services(made.sid).verifications.create({ to, channel: 'sms' })
      expect(doors.codeFor(to)).toMatch(/^\d{8}$/)
      expect((await client().services(made.sid).update({ codeLength: 4 })).codeLength).toBe(4)
      expect((await client().services.list({ pageSize: 1 })).map((one) => one.sid).sort()).toEqual(
        [made.sid, serviceSid].sort(),
      )
      expect(await client().services(made.sid).remove()).toBe(true)
      expect(await refusal(client().services(made.sid).fetch())).toMatchObject({ status: 404, code: 20404 })
    })

    it('asks a PSD2 service for amount and payee, and takes another deal’s code for wrong', async () => {
      const { sid } = await client().services.create({ friendlyName: 'Payments', psd2Enabled: true })
      const { verifications, verificationChecks } = client().services(sid)
      const to = phone()
      expect(await refusal(verifications.create({ to, channel: 'sms' }))).toMatchObject({ status: 400, code: 60206 })
      const deal = { amount: '€39.99', payee: 'Acme Inc' }
      const first = await verifications.create({ to, channel: 'sms', ...deal })
      const code = doors.codeFor(to)
      expect(doors.sent.at(-1)?.body).toContain('39.99')
      expect(await verificationChecks.create({ to, code, ...deal, amount: '€93.99' })).toMatchObject({
        status: 'pending',
      })
      const other = await verifications.create({ to, channel: 'sms', amount: '€1.00', payee: 'Acme Inc' })
      expect(other.sid).not.toBe(first.sid)
      expect(
        await verificationChecks.create({ to, code: doors.codeFor(to), amount: '€1.00', payee: 'Acme Inc' }),
      ).toMatchObject({ status: 'approved' })
    })

    it('is refused in Twilio’s words', async () => {
      const { verifications, verificationChecks } = client().services(serviceSid)
      expect(await refusal(client(accountSid, 'nope').services(serviceSid).fetch())).toMatchObject({
        status: 401,
        code: 20003,
        message: 'Authenticate',
      })
      expect(
        await refusal(
          client()
            .services(`VA${'0'.repeat(32)}`)
            .verifications.create({ to: '', channel: '' }),
        ),
      ).toMatchObject({ status: 404 })
      expect(await refusal(verifications.create({ to: '+5511', channel: 'sms' }))).toEqual({
        status: 400,
        code: 60200,
        message: 'Invalid parameter `To`: +5511',
      })
      expect(await refusal(verifications.create({ to: phone(), channel: 'pigeon' }))).toMatchObject({
        status: 400,
        code: 60200,
      })
      expect(await refusal(verifications.create({ to: phone(), channel: 'sms', locale: 'xx' }))).toMatchObject({
        status: 404,
        code: 20404,
      })
      expect(await refusal(verificationChecks.create({ to: phone(), code: '1' }))).toMatchObject({
        status: 400,
        message: 'Invalid parameter: Code',
      })
      expect(await refusal(verificationChecks.create({ code: '123456' }))).toMatchObject({ status: 400, code: 60221 })
    })

    it('opens with an API key too', async () => {
      const [sid = '', secret = ''] = apiKey.split(':')
      expect((await client(sid, secret).services(serviceSid).fetch()).sid).toBe(serviceSid)
    })

    it('cannot see, check or approve what belongs to the gate', async () => {
      const service = client().services(serviceSid)
      const to = phone()
      await doors.v1('POST', '/transactions', payout({ contact: { phone: to }, factor: 'sms' }))
      expect(await refusal(service.verifications(to).fetch())).toMatchObject({ status: 404 })
      expect(await refusal(service.verificationChecks.create({ to, code: doors.codeFor(to) }))).toMatchObject({
        status: 404,
      })
      expect(await refusal(service.verifications(to).update({ status: 'approved' }))).toMatchObject({ status: 404 })
    })
  })
})
