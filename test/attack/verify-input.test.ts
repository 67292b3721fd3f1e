import { beforeAll, describe, expect, it } from 'vitest'
import type { Db } from '../../src/store/db.ts'
import { accountSid, authToken, type Doors, openDoors, payout, serviceSid, wrong } from '../support/doors.ts'
import { describeStores } from '../support/stores.ts'
import { codeLookalikes, hostileStrings } from './inputs.ts'
import { snapshot, unchanged } from './snapshot.ts'

describeStores('the Twilio door, given what is no good request,', (openStore) => {
  const service = `/v2/Services/${serviceSid}`
  let doors: Doors
  let db: Db
  let to: string
  let sid: string
  let code: string

  beforeAll(async () => {
    db = (await openStore()).db
    doors = await openDoors(db)
    to = payout().contact.phone
    sid = (await doors.v2('POST', `${service}/Verifications`, { To: to, Channel: 'sms' })).body.sid
    code = doors.codeFor(to)
  })

  async function refused(
    asking: () => Promise<{ status: number; body: unknown; text: string }>,
    ...statuses: number[]
  ) {
    const sent = doors.sent.length
    const answer = await unchanged(db, asking)
    expect(statuses, answer.text.slice(0, 300)).toContain(answer.status)
    expect(answer.body).toMatchObject({ code: expect.any(Number), message: expect.any(String), status: answer.status })
    expect(doors.sent.length).toBe(sent)
  }

  it('never picks from parameters that came twice, nor from other spellings (A53)', async () => {
    const other = '%2B5511987650099'
    const bodies = [
      `To=${encodeURIComponent(to)}&Code=${wrong(code)}&Code=${code}`,
      `To=${encodeURIComponent(to)}&Code=${code}&Code=${code}`,
      `To=${encodeURIComponent(to)}&Code[]=${code}`,
      `To=${encodeURIComponent(to)}&code=${code}`,
      `To=${encodeURIComponent(to)}&To=${other}&Code=${code}`,
      `To[]=${encodeURIComponent(to)}&Code=${code}`,
      `VerificationSid=${sid}&VerificationSid=${sid}&Code=${code}`,
      `Code=${code}`,
      `To=${encodeURIComponent(to)}`,
    ]
    for (const body of bodies) await refused(() => doors.v2('POST', `${service}/VerificationCheck`, body), 400)
    const starts = [
      `To=${other}&To=${encodeURIComponent(to)}&Channel=sms`,
      `To=${other},${encodeURIComponent(to)}&Channel=sms`,
      `To=${other};${encodeURIComponent(to)}&Channel=sms`,
      `To=${other}%0A${encodeURIComponent(to)}&Channel=sms`,
      `To=${other}%00&Channel=sms`,
      `To[]=${other}&Channel=sms`,
      `To[a]=${other}&Channel=sms`,
      `To=${other}&Channel=sms&Channel=call`,
      `To=${other}&Channel=carrier-pigeon`,
      `To=${other}`,
      'Channel=sms',
      `To=tel:${other}&Channel=sms`,
      `To=${other}%20x&Channel=sms`,
      'To=5511987650099&Channel=sms',
    ]
    for (const body of starts) await refused(() => doors.v2('POST', `${service}/Verifications`, body), 400)
  })

  describe('approves nothing that only looks like its code (A52, A54, A55):', () => {
    const texts = Object.entries(codeLookalikes('123456')).filter(([, value]) => typeof value === 'string')
    it.each(texts.map(([name]) => name))('%s', async (name) => {
      const phone = payout().contact.phone
      await doors.v2('POST', `${service}/Verifications`, { To: phone, Channel: 'sms' })
      const lookalike = String(codeLookalikes(doors.codeFor(phone))[name])
      const { status, body } = await doors.v2('POST', `${service}/VerificationCheck`, { To: phone, Code: lookalike })
      expect([200, 400]).toContain(status)
      if (status === 200) expect(body).toMatchObject({ status: 'pending', valid: false })
    })
  })

  it.each(Object.keys(hostileStrings))(
    '%s in any parameter is no failure and changes no other verification',
    async (name) => {
      const hostile = hostileStrings[name] ?? ''
      const spots: [string, Record<string, string>][] = [
        ['/Verifications', { To: hostile, Channel: 'sms' }],
        ['/Verifications', { To: '+5511987650098', Channel: hostile }],
        ['/VerificationCheck', { To: hostile, Code: '123456' }],
        ['/VerificationCheck', { VerificationSid: hostile, Code: '123456' }],
        ['/VerificationCheck', { To: '+5511900000000', Code: hostile }],
        ['/VerificationCheck', { To: '+5511900000000', Code: '123456', Amount: hostile, Payee: hostile }],
        [`/Verifications/${sid}`, { Status: hostile }],
        ['', { FriendlyName: hostile || '!' }],
        ['', { CodeLength: hostile || 'x' }],
      ]
      for (const [path, form] of spots) {
        const before = await snapshot(db)
        const answer = await doors.v2('POST', `${service}${path}`, form)
        expect(
          answer.status,
          `${path} ${JSON.stringify(form).slice(0, 80)}: ${answer.text.slice(0, 200)}`,
        ).toBeLessThan(500)
        if (answer.status >= 400) expect(await snapshot(db)).toBe(before)
      }
    },
  )

  it.each(Object.keys(hostileStrings))('%s as amount, payee, locale or hash of a start is no failure', async (name) => {
    const hostile = hostileStrings[name] ?? ''
    for (const form of [
      { Amount: hostile, Payee: 'Ana' },
      { Amount: '1', Payee: hostile },
      { Locale: hostile },
      { AppHash: hostile },
    ]) {
      const phone = payout().contact.phone
      const answer = await doors.v2('POST', `${service}/Verifications`, {
        To: phone,
        Channel: 'sms',
        ...form,
      } as Record<string, string>)
      expect(answer.status, `${JSON.stringify(form).slice(0, 80)}: ${answer.text.slice(0, 200)}`).toBeLessThan(500)
    }
  })

  it('finds nothing under a sid that is none, or is of something else (A64)', async () => {
    const sids = [
      'VE',
      `VE${'0'.repeat(31)}`,
      `VE${'0'.repeat(33)}`,
      `VA${'0'.repeat(32)}`,
      `VE${'g'.repeat(32)}`,
      '%00',
      '%2e%2e',
      "VE'--",
      '__proto__',
      `VE${'0'.repeat(50_000)}`,
    ]
    for (const other of sids) {
      await refused(() => doors.v2('GET', `${service}/Verifications/${other}`), 404, 400, 414)
      await refused(() => doors.v2('POST', `${service}/Verifications/${other}`, { Status: 'canceled' }), 404, 400, 414)
      await refused(
        () => doors.v2('POST', `/v2/Services/${other}/VerificationCheck`, { To: to, Code: code }),
        404,
        400,
        414,
      )
    }
  })

  it('answers other content types and broken paging without failing', async () => {
    const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x', 'application/xml', '']) {
      const payload = JSON.stringify({ To: '+5511987650097', Channel: 'sms' })
      const answer = await doors.app.inject({
        method: 'POST',
        url: `${service}/Verifications`,
        headers: { authorization, 'content-type': type },
        payload,
      })
      expect([400, 415]).toContain(answer.statusCode)
    }
    for (const query of [
      'PageSize=0',
      'PageSize=1e9',
      'PageSize=-1',
      'PageSize=1&PageSize=2',
      'Page=-1',
      'Page=x',
      'PageSize=1001',
      'Page=99999999999',
    ])
      await refused(() => doors.v2('GET', `/v2/Services?${query}`), 400)
    const odd = await doors.v2('GET', '/v2/Services?Page=999999&PageSize=1000')
    expect(odd.status).toBe(200)
  })

  it('opens to its own credentials alone', async () => {
    const bad = [
      `${accountSid}:`,
      `:${authToken}`,
      `${accountSid}:${authToken}x`,
      `${accountSid.toLowerCase()}:${authToken}`,
      '',
      `${accountSid}:${'x'.repeat(400)}`,
    ]
    for (const auth of bad) {
      const form = { To: to, Code: code }
      const answer = await unchanged(db, () => doors.v2('POST', `${service}/VerificationCheck`, form, auth))
      expect([answer.status, answer.body.code]).toEqual([401, 20003])
    }
  })
})
