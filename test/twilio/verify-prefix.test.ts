import twilio from 'twilio'
import { expect, it } from 'vitest'
import { accountSid, authToken, openDoors, payout, serviceSid, wrong } from '../support/doors.ts'
import { describeStores } from '../support/stores.ts'

describeStores('the official twilio package, where the product stays in the path (/verify/v2),', (openStore) => {
  async function open() {
    const doors = await openDoors((await openStore()).db)
    const url = await doors.app.listen({ port: 0, host: '127.0.0.1' })
    const client = twilio(accountSid, authToken)
    client.verify.baseUrl = `${url}/verify`
    return { doors, url, verify: client.verify.v2 }
  }

  it('starts, checks, fetches and cancels as at /v2', async () => {
    const { doors, verify } = await open()
    const service = verify.services(serviceSid)
    const to = payout().contact.phone
    const { sid } = await service.verifications.create({ to, channel: 'sms' })
    const code = doors.codeFor(to)
    expect(await service.verificationChecks.create({ to, code: wrong(code) })).toMatchObject({ sid, status: 'pending' })
    expect((await doors.v2('GET', `/v2/Services/${serviceSid}/Verifications/${sid}`)).body.status).toBe('pending')
    expect(await service.verificationChecks.create({ to, code })).toMatchObject({ sid, status: 'approved' })
    await expect(service.verificationChecks.create({ to, code })).rejects.toMatchObject({ status: 404, code: 20404 })

    const other = await service.verifications.create({ to, channel: 'sms' })
    expect((await service.verifications(other.sid).update({ status: 'canceled' })).status).toBe('canceled')
    await doors.close()
  })

  it('asks for the same credentials', async () => {
    const { doors, url } = await open()
    const stranger = twilio(accountSid, `${authToken}x`)
    stranger.verify.baseUrl = `${url}/verify`
    await expect(stranger.verify.v2.services(serviceSid).fetch()).rejects.toMatchObject({ status: 401, code: 20003 })
    await doors.close()
  })

  it('follows a list to its last page', async () => {
    const { doors, verify } = await open()
    const made = [serviceSid]
    for (const friendlyName of ['second', 'third']) made.push((await verify.services.create({ friendlyName })).sid)
    const listed = await verify.services.list({ pageSize: 1 })
    expect(listed.map(({ sid }) => sid).sort()).toEqual(made.sort())
    await doors.close()
  })
})
