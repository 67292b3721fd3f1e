import { beforeAll, describe, expect, it } from 'vitest'
import { payout } from '../support/doors.ts'
import { describeStores } from '../support/stores.ts'
import { codeLookalikes } from './inputs.ts'
import { openTarget, type Target } from './target.ts'

describeStores('the gate, given what is no good request,', (openStore) => {
  let { doors, at, code, refused, inject }: Target = {} as Target

  beforeAll(async () => {
    ;({ doors, at, code, refused, inject } = await openTarget((await openStore()).db))
  })

  describe('takes as a code only a string of ASCII digits (A52, A54, A55): not', () => {
    it.each(Object.keys(codeLookalikes('123456')))('%s', async (name) => {
      const lookalike = codeLookalikes(code)[name]
      await refused(() => doors.v1('POST', `${at}/checks`, { code: lookalike }), 422)
    })
  })

  describe('has no route that knows', () => {
    const routes: [string, 'POST' | 'PATCH', string, object][] = [
      ['create', 'POST', '/transactions', payout()],
      ['challenge', 'POST', ':id/challenges', { factor: 'sms' }],
      ['check', 'POST', ':id/checks', { code: '000000' }],
      ['change', 'PATCH', ':id', { payload: 1 }],
      ['deny', 'POST', ':id/deny', {}],
      ['cancel', 'POST', ':id/cancel', {}],
      ['release', 'POST', ':id/release', {}],
      ['acknowledge', 'POST', ':id/release/ack', { release_id: 'rel_x' }],
    ]
    const extras = [
      '"status":"approved"',
      '"checks":0',
      '"approved_at":1',
      '"id":"tx_1"',
      '"constructor":{"a":1}',
      '"__proto__":{"approved":true}',
    ]

    it.each(routes)('a member that nobody asked for (A56, A58): %s', async (_name, method, path, body) => {
      for (const extra of extras) {
        const text = JSON.stringify(body).replace(/}$/, `${Object.keys(body).length > 0 ? ',' : ''}${extra}}`)
        await refused(() => doors.v1(method, path.replace(':id', at), text), 422)
      }
      expect(({} as { approved?: unknown }).approved).toBeUndefined()
    })

    it.each(routes)('another kind of body (A57, A59, A60): %s', async (_name, method, path, body) => {
      const url = path.replace(':id', at)
      const text = JSON.stringify(body)
      const typed = (type: string, payload: string | Buffer) => inject(method, url, payload, { 'content-type': type })
      for (const type of [
        'text/plain',
        'multipart/form-data; boundary=x',
        'application/json; charset=utf-7',
        'application/jsonp',
        'application/x-www-form-urlencoded',
      ])
        await refused(() => typed(type, text), 415, 422)
      await refused(() => typed('application/json', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])), 400)
      for (const broken of ['{', '[]', '"text"', '1', 'nul', '{"a":1}garbage', "{'a':1}", '{"a":NaN}', '// x\n{}'])
        await refused(() => typed('application/json', broken), 400, 422)
      await refused(() => typed('application/json', `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`), 400)
      await refused(() => typed('application/json', `{"a":"${'x'.repeat(200_000)}"}`), 413)
      await refused(
        () => typed('application/json', `{${Array.from({ length: 9000 }, (_, i) => `"k${i}":1`).join()}}`),
        422,
      )
      // The same bytes in UTF-16 and in a compressed body are no JSON in UTF-8.
      await refused(() => typed('application/json', Buffer.from(text, 'utf16le')), 400, 422)
      await refused(
        () =>
          inject(method, url, Buffer.from('1f8b0800', 'hex'), {
            'content-type': 'application/json',
            'content-encoding': 'gzip',
          }),
        400,
        415,
      )
    })
  })
})
