import { describe, expect, it } from 'vitest'
import type { OutgoingMessage } from '../../src/channel/carrier.ts'
import { type Doors, openDoors, serviceSid, wrong } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

const service = `/v2/Services/${serviceSid}`
const landline = '+551133334444'
let n = 0
const phone = () => `+55119${71_500_000 + n++}`

/** What a test asks of the door again and again. */
function asking({ v2 }: Doors) {
  return {
    set: (settings: Record<string, string>) => v2('POST', service, settings),
    start: (To: string, more: Record<string, string> = {}) =>
      v2('POST', `${service}/Verifications`, { To, Channel: 'sms', ...more }),
    check: (To: string, Code: string, more: Record<string, string> = {}) =>
      v2('POST', `${service}/VerificationCheck`, { To, Code, ...more }),
    fetch: (sidOrTo: string) => v2('GET', `${service}/Verifications/${sidOrTo}`),
  }
}

describe('a verification behaves as documented:', () => {
  forEachStore((_name, openStore) => {
    const open = async () => {
      const doors = await openDoors((await openStore()).db)
      return { ...doors, ...asking(doors) }
    }

    it('the same sid and code on every channel, while it is pending', async () => {
      const { start, sent } = await open()
      const to = phone()
      const sids = new Set<string>()
      for (const Channel of ['sms', 'whatsapp', 'call', 'sms']) sids.add((await start(to, { Channel })).body.sid)
      expect(sids.size).toBe(1)
      expect(sent.map(({ channel }) => channel)).toEqual(['sms', 'whatsapp', 'call', 'sms'])
      expect(new Set(sent.map(({ code }) => code)).size).toBe(1)
      const last = await start(to, { Channel: 'call' })
      expect(last.body.channel).toBe('call')
      expect(last.body.send_code_attempts.map(({ channel }: { channel: string }) => channel)).toEqual([
        'sms',
        'whatsapp',
        'call',
        'sms',
        'call',
      ])
      expect(new Set(last.body.send_code_attempts.map((one: { attempt_sid: string }) => one.attempt_sid)).size).toBe(5)
    })

    it('a resend does not lengthen its life', async () => {
      const { start, check, clock, codeFor } = await open()
      const to = phone()
      const { body } = await start(to)
      clock.advance(590_000)
      expect((await start(to)).body.sid).toBe(body.sid)
      const code = codeFor(to)
      clock.advance(10_000)
      expect((await check(to, code)).status).toBe(404)
      expect((await start(to)).body.sid).not.toBe(body.sid)
    })

    it('canceled ones stay fetchable, and the next start has another code', async () => {
      const { start, fetch, check, v2, codeFor } = await open()
      const to = phone()
      const { sid } = (await start(to)).body
      const code = codeFor(to)
      await v2('POST', `${service}/Verifications/${sid}`, { Status: 'canceled' })
      expect((await fetch(sid)).body.status).toBe('canceled')
      const again = await start(to)
      expect(again.body.sid).not.toBe(sid)
      if (codeFor(to) !== code) expect((await check(to, code)).body.valid).toBe(false)
      expect((await v2('POST', `${service}/Verifications/${sid}`, { Status: 'approved' })).status).toBe(404)
    })

    it('lives as long as its service says, or as the request says', async () => {
      const { start, check, set, clock, codeFor } = await open()
      expect((await set({ CodeTtl: '3600' })).body.code_ttl).toBe(3600)
      const [hour, minutes] = [phone(), phone()]
      await start(hour)
      await start(minutes, { CodeTtl: '120' })
      clock.advance(120_000)
      expect((await check(minutes, codeFor(minutes))).status).toBe(404)
      clock.advance(3_479_000)
      expect((await check(hour, codeFor(hour))).body.status).toBe('approved')
      expect((await start(phone(), { CodeTtl: '119' })).body.code).toBe(60200)
      expect((await set({ CodeTtl: '86401' })).body.code).toBe(60200)
    })

    it('another amount or payee is another verification, and the old one is gone', async () => {
      const { start, check, fetch, set, sent, codeFor } = await open()
      await set({ Psd2Enabled: 'true' })
      const to = phone()
      expect((await start(to)).body.code).toBe(60206)
      const deal = { Amount: 'R$ 39,99', Payee: 'Acme Ltda' }
      const first = await start(to, deal)
      expect(first.body).toMatchObject({ amount: 'R$ 39,99', payee: 'Acme Ltda' })
      expect(sent[0]?.body).toContain('R$ 39,99')
      expect(sent[0]?.body).toContain('Acme Ltda')
      expect((await start(to, deal)).body.sid).toBe(first.body.sid)
      const code = codeFor(to)
      const other = await start(to, { ...deal, Amount: 'R$ 40,00' })
      expect(other.body.sid).not.toBe(first.body.sid)
      expect((await fetch(first.body.sid)).status).toBe(404)
      expect((await check(to, code)).body.code).toBe(60206)
      // Nothing is asked of a deal that is not there, or takes no more codes.
      expect((await check(phone(), code)).status).toBe(404)
      const locked = phone()
      await start(locked, deal)
      for (let i = 0; i < 5; i++) await check(locked, '000000', { ...deal, Amount: 'R$ 0,00' })
      expect((await check(locked, code)).body.code).toBe(60202)
      expect((await check(to, codeFor(to), deal)).body).toMatchObject({ status: 'pending', valid: false })
      const right = await check(to, codeFor(to), { ...deal, Amount: 'R$ 40,00' })
      expect(right.body).toMatchObject({ status: 'approved', amount: 'R$ 40,00', payee: 'Acme Ltda' })
    })

    it('sends five and checks five of an address, also when amount, payee or custom code change each time', async () => {
      const { start, check, set, sent, codeFor, clock } = await open()
      await set({ CustomCodeEnabled: 'true' })
      for (const change of [
        (n: number) => ({ Amount: `R$ ${n}`, Payee: 'Acme' }),
        (n: number) => ({ CustomCode: `47${n}000` }),
      ]) {
        const to = phone()
        for (let n = 0; n < 5; n++) expect((await start(to, change(n))).status).toBe(201)
        const refused = await start(to, change(5))
        expect([refused.status, refused.body.code]).toEqual([429, 60203])
        clock.advance(600_000)
        expect((await start(to, change(6))).status).toBe(201)
      }
      const to = phone()
      const deal = (n: number) => ({ Amount: `R$ ${n}`, Payee: 'Acme' })
      for (let n = 0; n < 4; n++) {
        await start(to, deal(n))
        expect((await check(to, '000000', deal(n))).body.status).toBe('pending')
      }
      await start(to, deal(4))
      expect(sent.at(-1)).toMatchObject({ to })
      expect((await check(to, '000000', deal(4))).body.status).toBe('pending')
      expect((await check(to, codeFor(to), deal(4))).body.code).toBe(60202)
    })

    it('sends five of an address when many deals begin at once over two nodes', async () => {
      const store = await openStore()
      const nodes = [await openDoors(store.db), await openDoors(await store.another())] as [Doors, Doors]
      const To = phone()
      const begin = (n: number) =>
        (nodes[n % 2] as Doors).v2('POST', `/v2/Services/${serviceSid}/Verifications`, {
          To,
          Channel: 'sms',
          Amount: `R$ ${n}`,
          Payee: 'Acme',
        })
      await begin(0)
      for (let round = 0; round < 3; round++) await Promise.all(Array.from({ length: 10 }, (_, n) => begin(n)))
      expect((await begin(99)).body.code).toBe(60203)
      expect(nodes.flatMap(({ sent }) => sent)).toHaveLength(5)
    })

    it('a custom code is for services that enabled it, and is resent and checked like any other', async () => {
      const { start, check, fetch, set, codeFor } = await open()
      const to = phone()
      const refused = await start(to, { CustomCode: '4711ab' })
      expect([refused.status, refused.body.code]).toEqual([403, 60204])
      await set({ CustomCodeEnabled: 'true' })
      expect((await start(to, { CustomCode: '123' })).body.code).toBe(60200)
      const first = await start(to, { CustomCode: '4711ab' })
      expect(codeFor(to)).toBe('4711ab')
      expect((await start(to)).body.sid).toBe(first.body.sid)
      expect(codeFor(to)).toBe('4711ab')
      expect((await start(to, { CustomCode: '4711ab' })).body.sid).toBe(first.body.sid)
      const second = await start(to, { CustomCode: '0815' })
      expect(second.body.sid).not.toBe(first.body.sid)
      expect((await fetch(first.body.sid)).status).toBe(404)
      expect((await check(to, '4711ab')).body.valid).toBe(false)
      expect((await check(to, '0815')).body.status).toBe('approved')
    })

    it('speaks the language that is asked for, the country’s otherwise, English where there is no text; 404 for no language', async () => {
      const { start, sent } = await open()
      await start(phone())
      await start(phone(), { Locale: 'es' })
      await start(phone(), { Locale: 'en-GB' })
      await start(phone(), { Locale: 'ja' })
      await start('+34612345678')
      await start('+14155552671')
      expect(sent.map(({ locale }) => locale)).toEqual(['pt-BR', 'es', 'en', 'en', 'es', 'en'])
      expect(sent[0]?.body).toMatch(/c[oó]digo/)
      const refused = await start(phone(), { Locale: 'tlh' })
      expect([refused.status, refused.body.code]).toEqual([404, 20404])
      expect(sent).toHaveLength(6)
      const neighbours = {
        es: ['+5491123456789', '+18092345678', '+59899123456'],
        en: ['+590690001234', '+5978123456'],
      }
      for (const [locale, numbers] of Object.entries(neighbours)) {
        for (const to of numbers) {
          expect((await start(to)).status, to).toBe(201)
          expect(sent.at(-1)?.locale, to).toBe(locale)
        }
      }
    })

    it('auto sends a text where one can arrive, and says 60550 where none can', async () => {
      const { start, sent } = await open()
      expect((await start(phone(), { Channel: 'auto', DeviceIp: '2001:db8::1' })).body.channel).toBe('sms')
      const refused = await start(landline, { Channel: 'auto' })
      expect([refused.status, refused.body.code]).toEqual([400, 60550])
      expect((await start(phone(), { Channel: 'auto', DeviceIp: 'here' })).body.code).toBe(60200)
      expect(sent).toHaveLength(1)
    })

    it('WhatsApp falls back to a text only where the request says so', async () => {
      const { start, sent, carrier, check, codeFor } = await open()
      const send = carrier.send
      carrier.send = async (message: OutgoingMessage) => {
        if (message.channel === 'whatsapp') throw new Error('no such account')
        return send(message)
      }
      const to = phone()
      expect((await start(to, { Channel: 'whatsapp' })).status).toBe(503)
      const both = '{"whatsapp":{"enabled":true},"sms":{"enabled":true}}'
      const fallen = await start(to, { Channel: 'whatsapp', ChannelConfiguration: both })
      expect([fallen.status, fallen.body.channel, fallen.body.send_code_attempts.length]).toEqual([201, 'sms', 3])
      expect(sent.map(({ channel }) => channel)).toEqual(['sms'])
      expect((await check(to, codeFor(to))).body.status).toBe('approved')
      expect((await start(phone(), { ChannelConfiguration: '[1]' })).body.code).toBe(60200)
    })

    it('a landline gets a call but no text', async () => {
      const { start, set, sent } = await open()
      await set({ LookupEnabled: 'true', SkipSmsToLandlines: 'true' })
      const refused = await start(landline)
      expect([refused.status, refused.body.code]).toEqual([403, 60205])
      expect((await start(landline, { RiskCheck: 'disable' })).body.code).toBe(60205)
      const called = await start(landline, { Channel: 'call', SendDigits: 'ww12#' })
      expect(called.body.lookup.carrier.type).toBe('landline')
      expect(sent.map(({ channel, call }) => [channel, call])).toEqual([
        ['call', { sendDigits: 'ww12#', prompt: expect.any(String), words: expect.any(String) }],
      ])
      await set({ DtmfInputRequired: 'false' })
      await start(landline, { Channel: 'call' })
      expect(sent[1]?.call).toEqual({ sendDigits: undefined, prompt: undefined, words: expect.any(String) })
      expect((await start(landline, { Channel: 'call', SendDigits: 'call me' })).body.code).toBe(60200)
    })

    it('an app hash is for texts alone', async () => {
      const { start, sent } = await open()
      await start(phone(), { AppHash: 'He42w354ol9' })
      expect(sent[0]?.body).toMatch(/^<#> .* He42w354ol9$/s)
      const refused = await start(phone(), { AppHash: 'He42w354ol9', Channel: 'whatsapp' })
      expect([refused.status, refused.body.code]).toEqual([400, 60602])
    })

    it('mail goes to one address, whose letters count the same in either case', async () => {
      const { start, check, sent } = await open()
      const started = await start('Ana.Souza@Example.com', { Channel: 'email' })
      expect(started.body).toMatchObject({ to: 'Ana.Souza@Example.com', channel: 'email', status: 'pending' })
      expect((await start('ana.souza@example.com', { Channel: 'email' })).body.sid).toBe(started.body.sid)
      for (const to of [
        'a@b.co,c@d.co',
        'a@b.co\nBcc: c@d.co',
        '<a@b.co>',
        'a@b',
        '@b.co',
        `a@${'b'.repeat(250)}.co`,
        '+5511971500000',
      ])
        expect((await start(to, { Channel: 'email' })).body.code, to).toBe(60200)
      expect(sent).toHaveLength(2)
      expect((await check('ANA.SOUZA@example.com', sent[0]?.code ?? '')).body).toMatchObject({
        status: 'approved',
        to: 'Ana.Souza@Example.com',
      })
    })

    it('a start while another one to this number is still being sent is 60212', async () => {
      const doors = await open()
      const { start, carrier, sent, clock } = doors
      const send = carrier.send
      let release = () => {}
      const onTheWay = new Promise<void>((arrived) => {
        carrier.send = async (message) => {
          arrived()
          await new Promise<void>((resolve) => {
            release = resolve
          })
          return send(message)
        }
      })
      const to = phone()
      const first = start(to)
      await onTheWay
      const second = await start(to)
      expect([second.status, second.body.code, second.headers['retry-after']]).toEqual([429, 60212, '1'])
      release()
      expect((await first).status).toBe(201)
      carrier.send = send
      expect((await start(to)).status).toBe(201)
      expect(sent).toHaveLength(2)
      // A node that died in the middle holds nobody up for longer than half a minute.
      carrier.send = () => new Promise(() => {})
      const third = phone()
      void start(third)
      await expect.poll(async () => (await start(third)).body.code).toBe(60212)
      carrier.send = send
      clock.advance(30_000)
      expect((await start(third)).status).toBe(201)
    })

    it('a message that did not leave is a send that failed, and the next one carries the same code', async () => {
      const { start, carrier, v2, check, codeFor } = await open()
      carrier.failing = true
      const to = phone()
      expect((await start(to)).body.code).toBe(20503)
      carrier.failing = false
      const { body } = await start(to)
      expect(body.send_code_attempts).toHaveLength(2)
      const { attempts } = (await v2('GET', `/v2/Attempts?VerificationSid=${body.sid}`)).body
      expect(
        attempts.map((one: { channel_data: { message_status: string } }) => one.channel_data.message_status),
      ).toEqual(['sent', 'failed'])
      carrier.failing = true
      expect((await start(to)).body.code).toBe(20503)
      expect((await check(to, codeFor(to))).body.status).toBe('approved')
      // The code that came back was in the message that left.
      const after = (await v2('GET', `/v2/Attempts?VerificationSid=${body.sid}`)).body.attempts
      expect(after.map((one: { conversion_status: string }) => one.conversion_status)).toEqual([
        'unconverted',
        'converted',
        'unconverted',
      ])
      const converted = (await v2('GET', `/v2/Attempts?VerificationSid=${body.sid}&Status=converted`)).body.attempts
      expect(converted.map((one: { sid: string }) => one.sid)).toEqual([after[1].sid])
      expect((await v2('GET', `/v2/Attempts/${after[1].sid}`)).body.conversion_status).toBe('converted')
      expect((await v2('GET', '/v2/Attempts/Summary')).body).toMatchObject({ total_attempts: 3, total_converted: 1 })
    })

    it('fetching is limited to sixty times a minute, and what is refused counts nowhere', async () => {
      const { start, fetch, clock } = await open()
      const { sid } = (await start(phone())).body
      for (let i = 0; i < 60; i++) expect((await fetch(sid)).status).toBe(200)
      const refused = await fetch(sid)
      expect([refused.status, refused.body.code]).toEqual([429, 20429])
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
      for (let i = 0; i < 200; i++) expect((await fetch(sid)).status).toBe(429)
      clock.advance(60_000)
      for (let i = 0; i < 60; i++) expect((await fetch(sid)).status).toBe(200)
    })

    it('says why it is gone, to services that ask for it', async () => {
      const { start, check, fetch, set, v2, clock, codeFor } = await open()
      const quiet = await check(phone(), '123456')
      expect(quiet.body).toEqual({
        code: 20404,
        message: `The requested resource /Services/${serviceSid}/VerificationCheck was not found`,
        more_info: 'https://www.twilio.com/docs/errors/20404',
        status: 404,
      })
      expect((await set({ ErrorDetailsEnabled: 'true' })).body.error_details_enabled).toBe(true)
      const why = async (to: string) => (await check(to, '123456')).body.details?.reason
      const [approved, expired, canceled, locked] = [phone(), phone(), phone(), phone()]
      for (const to of [approved, expired, canceled, locked]) await start(to)
      await check(approved, codeFor(approved))
      await v2('POST', `${service}/Verifications/${canceled}`, { Status: 'canceled' })
      for (let i = 0; i < 5; i++) await check(locked, wrong(codeFor(locked)))
      expect((await check(locked, '123456')).body.code).toBe(60202)
      clock.advance(600_000)
      expect(await Promise.all([approved, expired, canceled, locked, phone()].map(why))).toEqual([
        'approved',
        'expired',
        'canceled',
        'max_attempts_reached',
        'never_started',
      ])
      expect((await fetch(approved)).body.details).toEqual({ reason: 'approved' })
    })

    it('tags are ten short pairs at most', async () => {
      const { start } = await open()
      const pairs = (count: number, length = 1) =>
        JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v'.repeat(length)])))
      expect((await start(phone(), { Tags: pairs(10, 128) })).status).toBe(201)
      for (const Tags of [pairs(11), pairs(1, 129), '{"a":1}', '[]', 'no'])
        expect((await start(phone(), { Tags })).body.code).toBe(60200)
    })
  })
})

describe('the attempts of an account', () => {
  forEachStore((_name, openStore) => {
    it('are the messages that were sent, with what became of their codes', async () => {
      const doors = await openDoors((await openStore()).db)
      const { v2, clock, codeFor } = doors
      const { start, check } = asking(doors)
      const other = (await v2('POST', '/v2/Services', { FriendlyName: 'Other' })).body.sid
      const [done, open] = [phone(), phone()]
      await start(done)
      clock.advance(60_000)
      await start(done, { Channel: 'call' })
      await check(done, codeFor(done))
      await start(open)
      await v2('POST', `/v2/Services/${other}/Verifications`, { To: '+14155552671', Channel: 'whatsapp' })

      const list = async (query = '') => (await v2('GET', `/v2/Attempts?${query}`)).body.attempts
      const count = async (query: string) => (await list(query)).length
      expect(await count('')).toBe(4)
      const [converted] = await list('Status=CONVERTED')
      expect(converted).toMatchObject({ channel: 'call', conversion_status: 'converted' })
      expect(converted.channel_data).toMatchObject({ to: done, status: 'confirmed', country: 'BR', code_length: 6 })
      expect((await v2('GET', `/v2/Attempts/${converted.sid}`)).body).toEqual(converted)
      expect(await count('Status=unconverted')).toBe(3)
      expect(await count('Country=US')).toBe(1)
      expect(await count('Channel=sms')).toBe(2)
      expect(await count(`VerifyServiceSid=${other}`)).toBe(1)
      expect(await count(`ChannelData.To=${encodeURIComponent(done)}`)).toBe(2)
      const between = new Date(clock.now() - 30_000).toISOString()
      expect(await count(`DateCreatedBefore=${between}`)).toBe(1)
      expect(await count(`DateCreatedAfter=${between}`)).toBe(3)
      for (const query of [
        'Status=maybe',
        'Channel=pigeon',
        'DateCreatedAfter=yesterday',
        'VerifyServiceSid=VA1',
        'Country=BRA',
      ])
        expect((await v2('GET', `/v2/Attempts?${query}`)).body.code, query).toBe(60200)

      const summary = async (query = '') => (await v2('GET', `/v2/Attempts/Summary?${query}`)).body
      expect(await summary()).toMatchObject({
        total_attempts: 4,
        total_converted: 1,
        total_unconverted: 3,
        conversion_rate_percentage: '25',
      })
      expect(await summary('DestinationPrefix=%2B1415')).toMatchObject({ total_attempts: 1, total_converted: 0 })
      expect(await summary('Channel=call')).toMatchObject({
        total_attempts: 1,
        total_converted: 1,
        conversion_rate_percentage: '100',
      })
      expect(await summary('Country=PT')).toMatchObject({ total_attempts: 0, conversion_rate_percentage: '0' })
      expect((await v2('GET', `/v2/Attempts/VL${'0'.repeat(32)}`)).status).toBe(404)
    })

    it('are listed in pages that follow each other without a gap', async () => {
      const doors = await openDoors((await openStore()).db)
      const { start } = asking(doors)
      for (let i = 0; i < 7; i++) await start(phone())
      const seen: string[] = []
      let url = '/v2/Attempts?PageSize=3&Channel=sms'
      while (url) {
        const { attempts, meta } = (await doors.v2('GET', url)).body
        seen.push(...attempts.map((one: { sid: string }) => one.sid))
        url = meta.next_page_url?.replace(/^https?:\/\/[^/]+/, '')
      }
      expect([seen.length, new Set(seen).size]).toEqual([7, 7])
      expect((await doors.v2('GET', '/v2/Attempts?PageSize=1001')).body.code).toBe(60200)
      expect((await doors.v2('GET', '/v2/Attempts?PageToken=nonsense')).body.code).toBe(60200)
    })
  })
})
