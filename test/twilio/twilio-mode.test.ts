import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { Secret } from '../../src/lib/secret.ts'
import { createTwilioVerifier } from '../../src/verify/twilio-verifier.ts'
import { accountSid, authToken, type Doors, log, openDoors, payout, ring, serviceSid, wrong } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'

type Tamper = (
  request: IncomingMessage,
  response: ServerResponse,
  forward: () => Promise<{ status: number; body: Record<string, unknown> }>,
) => Promise<void>

describe('the gate in Twilio mode, with our own /v2 as Twilio', () => {
  forEachStore((_name, openStore) => {
    const leave: (() => Promise<unknown>)[] = []
    afterEach(async () => {
      for (const step of leave.splice(0).reverse()) await step()
    })

    /** The gate, the Verify service that stands in for Twilio's, and a wire between them that a test can tamper with. */
    async function open(settings: Record<string, string> = {}) {
      const clock = systemClock()
      const cloud = await openDoors((await openStore()).db, { clock })
      const cloudUrl = await cloud.app.listen({ port: 0, host: '127.0.0.1' })
      const wire: { tamper?: Tamper; calls: string[] } = { calls: [] }
      const server: Server = createServer(async (request, response) => {
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(chunk as Buffer)
        wire.calls.push(`${request.method} ${request.url?.replace(/^.*Services\/VA\w+/, '')}`)
        const forward = async () => {
          const answer = await fetch(cloudUrl + request.url, {
            method: request.method ?? 'GET',
            headers: {
              authorization: request.headers.authorization ?? '',
              'content-type': 'application/x-www-form-urlencoded',
            },
            ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
          })
          return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
        }
        if (wire.tamper) return wire.tamper(request, response, forward)
        const { status, body } = await forward()
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      if (Object.keys(settings).length > 0) await cloud.v2('POST', `/v2/Services/${serviceSid}`, settings)

      const { db } = await openStore()
      const deps = { db, clock, random: systemRandom(), keys: ring, log }
      const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const account = {
        accountSid,
        username: accountSid,
        password: new Secret(authToken),
        verifyServiceSid: serviceSid,
        baseUrl,
      }
      const verifier = await createTwilioVerifier({ channels: ['sms'], ...deps, ...account })
      const gate = await openDoors(db, { verifier, clock, guard: { mode: 'off', countries: '*' } })
      leave.push(
        () => gate.close(),
        () => cloud.close(),
        () => new Promise((resolve) => server.close(resolve)),
      )
      return { ...gate, cloud, wire, clock }
    }
    const start = async (gate: Pick<Doors, 'v1'>, more: Record<string, unknown> = {}) => {
      const request = payout({ factor: 'sms', ...more })
      return { phone: request.contact.phone, ...(await gate.v1('POST', '/transactions', request)).body }
    }

    it('approves by the code that Twilio made, and says in the receipt how it was bound', async () => {
      const { v1, cloud, wire, sent } = await open()
      const { id, phone } = await start({ v1 })
      const code = cloud.codeFor(phone)
      expect(sent).toHaveLength(0)
      expect((await v1('POST', `/transactions/${id}/checks`, { code: wrong(code) })).body.next_action.checks_left).toBe(
        4,
      )
      expect((await v1('POST', `/transactions/${id}/checks`, { code })).body.status).toBe('approved')
      const { receipt } = (await v1('POST', `/transactions/${id}/release`)).body
      expect(decodeJwt(receipt).binding).toBe('sid')
      expect(wire.calls.filter((call) => call === 'POST /Verifications')).toHaveLength(1)
    })

    it('keeps one verification open on a phone: the code of an older transaction never approves a newer one', async () => {
      const { v1, cloud } = await open()
      const subject = 'org_two'
      const a = await start({ v1 }, { subject })
      const codeA = cloud.codeFor(a.phone)
      const b = await start({ v1 }, { subject, contact: { phone: a.phone } })
      const codeB = cloud.codeFor(a.phone)
      expect((await v1('POST', `/transactions/${a.id}/checks`, { code: codeA })).body.code).toBe('no_open_challenge')
      if (codeA !== codeB)
        expect((await v1('POST', `/transactions/${b.id}/checks`, { code: codeA })).body.status).toBe('pending')
      expect((await v1('POST', `/transactions/${b.id}/checks`, { code: codeB })).body.status).toBe('approved')
    })

    it('voids a code that somebody else had made for the phone before it sends its own', async () => {
      const { v1, cloud } = await open()
      const phone = '+5511970000001'
      const foreign = (
        await cloud.v2('POST', `/v2/Services/${serviceSid}/Verifications`, { To: phone, Channel: 'sms' })
      ).body
      await start({ v1 }, { contact: { phone } })
      expect((await cloud.v2('GET', `/v2/Services/${serviceSid}/Verifications/${foreign.sid}`)).body.status).toBe(
        'canceled',
      )
      expect(cloud.sent.length).toBe(3)
    })

    it('adopts no code that somebody else had made between two sends', async () => {
      const { v1, cloud, clock } = await open()
      const { id, phone } = await start({ v1 })
      const verifications = `/v2/Services/${serviceSid}/Verifications`
      await cloud.v2('POST', `${verifications}/${phone}`, { Status: 'canceled' })
      const foreign = (await cloud.v2('POST', verifications, { To: phone, Channel: 'sms' })).body
      const theirs = cloud.codeFor(phone)
      clock.advance(120_000)
      expect((await v1('POST', `/transactions/${id}/challenges`, { factor: 'sms' })).status).toBe(200)
      expect((await cloud.v2('GET', `${verifications}/${foreign.sid}`)).body.status).toBe('canceled')
      const ours = cloud.codeFor(phone)
      if (ours !== theirs)
        expect((await v1('POST', `/transactions/${id}/checks`, { code: theirs })).body.status).toBe('pending')
      expect((await v1('POST', `/transactions/${id}/checks`, { code: ours })).body.status).toBe('approved')
    })

    it('sends amount and payee to a PSD2 service', async () => {
      const { v1, cloud } = await open({ Psd2Enabled: 'true' })
      const { id, phone } = await start({ v1 })
      expect(cloud.sent.at(-1)?.body).toContain('12500.00')
      expect((await v1('POST', `/transactions/${id}/checks`, { code: cloud.codeFor(phone) })).body.status).toBe(
        'approved',
      )
      const { receipt } = (await v1('POST', `/transactions/${id}/release`)).body
      expect(decodeJwt(receipt).binding).toBe('psd2')
    })

    it('believes no answer about another sid, phone, service or account, and counts the try', async () => {
      for (const forged of [
        { sid: `VE${'9'.repeat(32)}` },
        { to: '+5511999999999' },
        { service_sid: `VA${'9'.repeat(32)}` },
        { account_sid: `AC${'9'.repeat(32)}` },
        { status: 'pending', valid: true },
      ]) {
        const { v1, cloud, wire } = await open()
        const { id, phone } = await start({ v1 })
        wire.tamper = async (_request, response, forward) => {
          const { status, body } = await forward()
          response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ ...body, ...forged }))
        }
        const answer = await v1('POST', `/transactions/${id}/checks`, { code: cloud.codeFor(phone) })
        expect([answer.body.status, answer.body.next_action.checks_left]).toEqual(['pending', 4])
      }
    })

    it('locks after five wrong codes and cancels at Twilio', async () => {
      const { v1, cloud, wire } = await open()
      const { id, phone } = await start({ v1 })
      const code = cloud.codeFor(phone)
      for (let i = 0; i < 5; i++) await v1('POST', `/transactions/${id}/checks`, { code: wrong(code) })
      expect((await v1('GET', `/transactions/${id}`)).body.status).toBe('locked')
      expect(wire.calls.at(-1)).toMatch(/^POST \/Verifications\/VE/)
    })

    it('charges the send, says what failed, and stops calling after five outages', async () => {
      const { v1, wire } = await open()
      const { id } = (await v1('POST', '/transactions', payout())).body
      await v1('POST', `/transactions/${id}/challenges`, { factor: 'sms' })
      wire.tamper = async (_request, response) =>
        void response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
      const codes = []
      for (let i = 0; i < 4; i++)
        codes.push((await v1('POST', `/transactions/${id}/challenges`, { factor: 'sms' })).body.code)
      expect(codes).toEqual(Array(4).fill('verifier_unavailable'))
      expect((await v1('GET', `/transactions/${id}`)).body.next_action.sends_left).toBe(0)
      const other = (await v1('POST', '/transactions', payout())).body.id
      await v1('POST', `/transactions/${other}/challenges`, { factor: 'sms' })
      const before = wire.calls.length
      const refused = await v1('POST', `/transactions/${other}/challenges`, { factor: 'sms' })
      expect([refused.status, refused.body.code, wire.calls.length]).toEqual([503, 'verifier_unavailable', before])
      expect((await v1('GET', `/transactions/${other}`)).body.next_action.sends_left).toBe(4)
    })

    it('refuses a number that Twilio blocks, without repeating it and without leaving anything open', async () => {
      const { v1, wire } = await open()
      const request = payout()
      const { id } = (await v1('POST', '/transactions', request)).body
      wire.tamper = async (_request, response, forward) => {
        if (_request.method === 'GET')
          return void response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(JSON.stringify((await forward()).body))
        const body = { code: 60410, message: `blocked ${request.contact.phone}`, more_info: '', status: 403 }
        response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      }
      const answer = await v1('POST', `/transactions/${id}/challenges`, { factor: 'sms' })
      expect([answer.status, answer.body.code]).toEqual([422, 'destination_not_allowed'])
      expect(answer.text).not.toContain(request.contact.phone)

      const another = payout({ factor: 'sms', subject: request.subject, contact: request.contact })
      const refused = await v1('POST', '/transactions', another)
      expect([refused.status, refused.body.code]).toEqual([422, 'destination_not_allowed'])
      const { data } = (await v1('GET', `/transactions?subject=${request.subject}`)).body
      expect(data.map((one: { id: string; status: string }) => [one.id === id, one.status])).toEqual(
        expect.arrayContaining([
          [true, 'pending'],
          [false, 'canceled'],
        ]),
      )
    })

    it('left for local mode, sends a code of Aval’s own for what was open at Twilio', async () => {
      const { v1, gate, clock } = await open()
      const { id, phone } = await start({ v1 })
      const local = await openDoors(gate.db, { clock })
      clock.advance(60_000)
      expect((await local.v1('POST', `/transactions/${id}/challenges`, { factor: 'sms' })).status).toBe(200)
      const approved = await local.v1('POST', `/transactions/${id}/checks`, { code: local.codeFor(phone) })
      expect(approved.body.status).toBe('approved')
    })

    it('opens a transaction also while Twilio is down, and sends its code when it is back', async () => {
      const { v1, wire, cloud, clock } = await open()
      wire.tamper = async (_request, response) => void response.writeHead(500).end()
      const made = await start({ v1 })
      expect([made.status, made.next_action.sends_left]).toEqual(['pending', 5])
      delete wire.tamper
      clock.advance(60_000)
      const sent = await v1('POST', `/transactions/${made.id}/challenges`, { factor: 'sms' })
      expect(sent.status).toBe(200)
      const approved = await v1('POST', `/transactions/${made.id}/checks`, { code: cloud.codeFor(made.phone) })
      expect(approved.body.status).toBe('approved')
    })
  })
})
