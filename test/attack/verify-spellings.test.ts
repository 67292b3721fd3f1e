import { describe, expect, it } from 'vitest'
import { openDoors, serviceSid } from '../support/doors.ts'
import { openOn } from '../support/stores.ts'

const service = `/v2/Services/${serviceSid}`
const leave: (() => Promise<void>)[] = []

describe('what looks like something else is not taken for it:', () => {
  const open = async () => openDoors((await openOn('sqlite', leave)).db)

  it('the Kelvin sign in a mail address is no k, and gets no code of the plain address', async () => {
    const { v2, sent } = await open()
    const [victim, attacker] = ['mike@example.com', 'mi\u212ae@example.com']
    expect((await v2('POST', `${service}/Verifications`, { To: victim, Channel: 'email' })).status).toBe(201)
    const second = await v2('POST', `${service}/Verifications`, { To: attacker, Channel: 'email' })
    expect([second.status, second.body.code, sent.length]).toEqual([400, 60200, 1])
  })

  it('a code that is sent again goes to the address that it was made for, in whatever letters it is asked for', async () => {
    const { v2, sent } = await open()
    await v2('POST', `${service}/Verifications`, { To: 'ana@example.com', Channel: 'email' })
    const again = await v2('POST', `${service}/Verifications`, { To: 'ANA@EXAMPLE.COM', Channel: 'email' })
    expect([again.status, again.body.send_code_attempts.length]).toEqual([201, 2])
    expect(sent.map(({ to }) => to)).toEqual(['ana@example.com', 'ana@example.com'])
    const check = { To: 'Ana@Example.com', Code: sent[0]?.code ?? '' }
    expect((await v2('POST', `${service}/VerificationCheck`, check)).body.status).toBe('approved')
  })

  it('letters whose capitals are two letters are no country', async () => {
    const { v2 } = await open()
    const MessagingServiceSid = `MG${'1'.repeat(32)}`
    for (const Country of ['\u00df', '\ufb01', '\ufb06', 'u\u017f', '\u0131t']) {
      const made = await v2('POST', `${service}/MessagingConfigurations`, { Country, MessagingServiceSid })
      const named = encodeURIComponent(Country)
      const listed = await v2('GET', `/v2/Attempts?Country=${named}`)
      const lookup = await v2('GET', `/v2/PhoneNumbers/4155552671?CountryCode=${named}`)
      expect([Country, made.status, listed.status, lookup.status]).toEqual([Country, 400, 400, 400])
    }
  })

  it('digits of any script are digits, of which a name has four at most', async () => {
    const { v2 } = await open()
    const { status } = await v2('POST', '/v2/Services', { FriendlyName: 'Loja １２３４５' })
    expect(status).toBe(400)
  })

  it('an address that is refused is not repeated with half a character at its end', async () => {
    const { v2 } = await open()
    const To = `${'a'.repeat(39)}\u{1F600}b`
    const { status, body } = await v2('POST', `${service}/Verifications`, { To, Channel: 'sms' })
    expect([status, body.code, body.message.isWellFormed()]).toEqual([400, 60200, true])
  })

  it('a check that names an address and a verification means both', async () => {
    const { v2, codeFor } = await open()
    const start = async (To: string) => (await v2('POST', `${service}/Verifications`, { To, Channel: 'sms' })).body.sid
    const [ana, bia] = ['+5511971520001', '+5511971520002']
    await start(ana)
    const VerificationSid = await start(bia)
    const check = (To: string) =>
      v2('POST', `${service}/VerificationCheck`, { To, VerificationSid, Code: codeFor(bia) })
    expect((await check(ana)).body.code).toBe(20404)
    expect((await check(bia)).body.status).toBe('approved')
  })
})

describe('the message of a service with PSD2', () => {
  const deal = { Amount: 'R$ 39,99', Payee: 'Acme Ltda' }
  const plain = 'HJa7a10001000000000000000000000001'
  const withDeal = 'HJa7a10001000000000000000000000004'
  const open = async () => {
    const doors = await openDoors((await openOn('sqlite', leave)).db)
    await doors.v2('POST', service, { Psd2Enabled: 'true' })
    const start = (form: Record<string, string>) =>
      doors.v2('POST', `${service}/Verifications`, { To: '+5511971577777', Channel: 'sms', ...form })
    return { ...doors, start }
  }

  it('names amount and payee in a template that has them, and takes no other one', async () => {
    const { start, sent } = await open()
    const refused = await start({ ...deal, TemplateSid: plain })
    expect([refused.status, refused.body.message, sent.length]).toEqual([
      400,
      'Invalid parameter `TemplateSid`: its text must name amount and payee',
      0,
    ])
    expect((await start({ ...deal, TemplateSid: withDeal })).status).toBe(201)
    expect(sent[0]?.body).toMatch(/R\$ 39,99.*Acme Ltda/)
  })

  it('names them also where the default template of the service does not', async () => {
    const { start, sent, v2 } = await open()
    await v2('POST', service, { DefaultTemplateSid: plain })
    expect((await start(deal)).status).toBe(201)
    expect(sent[0]?.body).toMatch(/R\$ 39,99.*Acme Ltda/)
  })

  it('is not sent for an amount or a payee in which nothing can be seen', async () => {
    const { start, sent } = await open()
    for (const form of [
      { Amount: ' ', Payee: 'Acme' },
      { Amount: '\u200b', Payee: 'Acme' },
      { Amount: 'R$ 1', Payee: '\u200b' },
      { Amount: 'R$ 1', Payee: ' ' },
    ])
      expect([(await start(form)).body.code, sent.length]).toEqual([60206, 0])
  })
})
