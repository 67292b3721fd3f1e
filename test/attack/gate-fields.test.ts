import { beforeAll, describe, expect, it } from 'vitest'
import { payout } from '../support/doors.ts'
import { describeStores } from '../support/stores.ts'
import { hostileStrings } from './inputs.ts'
import { snapshot } from './snapshot.ts'
import { openTarget, type Target } from './target.ts'

describeStores('the gate, given what is no good value,', (openStore) => {
  let { doors, db, at, refused }: Target = {} as Target

  beforeAll(async () => {
    ;({ doors, db, at, refused } = await openTarget((await openStore()).db))
  })

  describe('never fails on, and never half accepts,', () => {
    it.each(Object.keys(hostileStrings))('%s in any string (A61, A63)', async (name) => {
      const hostile = hostileStrings[name] ?? ''
      const spots: Record<string, unknown>[] = [
        { kind: hostile },
        { subject: hostile },
        { contact: { phone: hostile } },
        { contact: { phone: '+5511987654321', email: hostile } },
        { summary: { payee: hostile } },
        { summary: { payee: 'Ana', amount: { value: hostile, currency: 'BRL' } } },
        { summary: { payee: 'Ana', amount: { value: '1.00', currency: hostile } } },
        { summary: { payee: 'Ana', fields: [{ label: hostile, value: 'x' }] } },
        { summary: { payee: 'Ana', fields: [{ label: 'x', value: hostile }] } },
        { payload: { [hostile]: hostile } },
        { metadata: { [hostile]: hostile } },
        { locale: hostile },
        { return_url: hostile },
        { client: { ip: hostile } },
        { client: { user_agent: hostile, device_id: hostile } },
        { channels: [hostile] },
        { factor: hostile },
        { expires_in: hostile },
      ]
      for (const spot of spots) {
        const before = await snapshot(db)
        const answer = await doors.v1('POST', '/transactions', payout(spot))
        expect([201, 422, 413], `${JSON.stringify(spot).slice(0, 80)}: ${answer.text.slice(0, 300)}`).toContain(
          answer.status,
        )
        if (answer.status !== 201) expect(await snapshot(db)).toBe(before)
        else expect((await doors.v1('GET', `/transactions/${answer.body.id}`)).text).toContain(answer.body.id)
      }
      for (const [path, body] of [
        [`${at}/challenges`, { factor: hostile }],
        [`${at}/release/ack`, { release_id: hostile }],
      ] as const)
        await refused(() => doors.v1('POST', path, body), 409, 422)
    })

    it('a number that is none in the payload (A62)', async () => {
      for (const number of ['1e400', '-1e999', '[1e400]']) {
        const body = JSON.stringify(payout({ payload: 'HERE' })).replace('"HERE"', `{"a":${number}}`)
        await refused(() => doors.v1('POST', '/transactions', body), 422)
        await refused(() => doors.v1('PATCH', at, `{"payload":{"a":${number}}}`), 422)
      }
    })

    it('the same under an idempotency key', async () => {
      const bodies = [
        JSON.stringify(payout({ payload: 'HERE' })).replace('"HERE"', '{"a":1e400}'),
        JSON.stringify(payout({ payload: { a: 'x\ud800' } })),
        JSON.stringify(payout({ payload: { 'x\udfff': 1 } })),
        JSON.stringify(payout({ summary: { payee: 'x\ud800' } })),
      ]
      for (const [i, body] of bodies.entries())
        await refused(
          () => doors.v1('POST', '/transactions', body, { headers: { 'idempotency-key': `bad-${i}` } }),
          422,
        )
    })

    it('an amount that can be read in two ways (A62)', async () => {
      const amounts = [
        '1,000.00',
        '1.000,00',
        '1e3',
        '-1',
        '0',
        '0.00',
        '+1',
        '01.00',
        '.5',
        '1.',
        '1.005',
        ' 1',
        '٣',
        '15000000000000000000',
        '0x10',
        'Infinity',
        'NaN',
      ]
      for (const value of amounts) {
        const body = payout({ summary: { payee: 'Ana', amount: { value, currency: 'BRL' } } })
        await refused(() => doors.v1('POST', '/transactions', body), 422)
      }
      for (const currency of ['brl', 'BR', 'BRLL', 'XXQ', 'ВRL', '']) {
        const body = payout({ summary: { payee: 'Ana', amount: { value: '1.00', currency } } })
        await refused(() => doors.v1('POST', '/transactions', body), 422)
      }
    })

    it('a payload of more than 64 KB, or a time that is none (A60, A66)', async () => {
      await refused(() => doors.v1('POST', '/transactions', payout({ payload: { a: 'x'.repeat(65_536) } })), 413)
      await refused(() => doors.v1('PATCH', at, { payload: { a: 'é'.repeat(33_000) } }), 413)
      for (const expires_in of [0, 59, -1, 604_801, 1.5, 1e300, '3600', null, true])
        await refused(() => doors.v1('POST', '/transactions', payout({ expires_in })), 422)
      const late = { date: 'Thu, 01 Jan 1970 00:00:00 GMT', 'x-client-time': '0' }
      expect((await doors.v1('GET', at, undefined, { headers: late })).body.status).toBe('pending')
    })

    it('a return_url that leads elsewhere than it seems', async () => {
      const urls = [
        'javascript:alert(1)',
        '//evil.example',
        '/relative',
        'https:/evil.example',
        'https://user:pw@evil.example/',
        'https://a.example\\@evil.example',
        'https://a.example/\u0000',
        'http://a b/',
        'data:text/html,x',
        'ftp://a.example/',
        'https://a.example/\nb',
        ' https://a.example',
      ]
      for (const return_url of urls) await refused(() => doors.v1('POST', '/transactions', payout({ return_url })), 422)
    })
  })
})
