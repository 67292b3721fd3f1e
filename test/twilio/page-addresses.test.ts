import { expect, it } from 'vitest'
import { interceptToken } from '../../src/lib/intercept-token.ts'
import { createKeyRing } from '../../src/lib/keyring.ts'
import { accountSid, authToken, type Doors, openDoors, publicUrl, ring } from '../support/doors.ts'
import { describeStores } from '../support/stores.ts'

const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`

async function addressOf({ app }: Doors, headers: Record<string, string>, url = '/v2/Services'): Promise<string> {
  const answer = await app.inject({ url, headers: { authorization, ...headers } })
  return answer.json().meta.url
}

describeStores('the addresses in an answer', (openStore) => {
  it('are under the public address, whatever Host or forwarding header a caller makes up', async () => {
    const doors = await openDoors((await openStore()).db)
    const stranger = createKeyRing([{ id: 'x', root: Buffer.alloc(32, 9) }])
    const headers: Record<string, string>[] = [
      { host: 'evil.example' },
      { host: 'localhost', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
      { host: 'verify.twilio.com' },
      { host: 'verify.twilio.com', 'x-aval-intercept': interceptToken(stranger, 'verify.twilio.com') },
      { host: 'verify.twilio.com', 'x-aval-intercept': interceptToken(ring, 'lookups.twilio.com') },
      { host: 'evil.example', 'x-aval-intercept': interceptToken(ring, 'evil.example') },
    ]
    for (const one of headers) expect(await addressOf(doors, one)).toMatch(`${publicUrl}/v2/Services?`)
  })

  it('lead back through our interceptor, where the request came through it', async () => {
    const doors = await openDoors((await openStore()).db)
    const headers = { host: 'verify.twilio.com', 'x-aval-intercept': interceptToken(ring, 'verify.twilio.com') }
    expect(await addressOf(doors, headers)).toMatch('https://verify.twilio.com/v2/Services?')
  })

  it('are the caller’s own where that is this server’s loopback and port', async () => {
    const doors = await openDoors((await openStore()).db)
    const url = await doors.app.listen({ port: 0, host: '127.0.0.1' })
    const answer = await fetch(`${url}/v2/Services`, { headers: { authorization } })
    expect((await answer.json()).meta.url).toMatch(`${url}/v2/Services?`)
    await doors.close()
  })

  it('keep the filters, and leave out the prefix of a product', async () => {
    const doors = await openDoors((await openStore()).db)
    const address = await addressOf(doors, { host: 'x' }, '/verify/v2/Attempts?Channel=sms&PageSize=2&Page=1')
    expect(address).toBe(`${publicUrl}/v2/Attempts?Channel=sms&PageSize=2&Page=1&PageToken=PA1`)
  })
})
