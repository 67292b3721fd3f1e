import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accountSid, authToken, type Doors, openDoors, publicUrl } from '../support/doors.ts'
import { describeStores } from '../support/stores.ts'
import { changes, dumper } from './dump.ts'
import { contentTypes, forms, type GoodForm, jsons } from './fuzz-inputs.ts'
import { prepare, type Target } from './fuzz-target.ts'
import { openSession } from './session.ts'
import { fill, verifyOperations } from './spec.ts'
import { refusalViolations, violationsOf } from './violations.ts'

const posts = verifyOperations.filter(({ method }) => method === 'POST')

describeStores('whatever is posted to the Twilio door,', (openStore, name) => {
  const numRuns = name === 'sqlite' ? 60 : 25
  let doors: Doors
  let target: Target
  let dump: () => Promise<Set<string>>

  beforeAll(async () => {
    const { db } = await openStore()
    doors = await openDoors(db)
    target = await prepare(await openSession(doors))
    dump = await dumper(db)
  })
  afterAll(() => doors.close())

  async function post(url: string, type: string, payload: string) {
    const answer = await doors.app.inject({
      method: 'POST',
      url,
      headers: {
        authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
        ...(type !== '' && { 'content-type': type }),
      },
      payload,
    })
    const body = answer.body === '' ? undefined : JSON.parse(answer.body)
    return { status: answer.statusCode, headers: answer.headers, text: answer.body, body }
  }

  it.each(posts)('$id never fails, and a refusal has changed nothing', { timeout: 120_000 }, async (operation) => {
    const own = operation.body?.json ? 'application/json' : 'application/x-www-form-urlencoded'
    const good = target.goods[operation.id] ?? {}
    const bodies = operation.body?.json ? jsons(good) : forms(operation, good as GoodForm)
    const type = fc.oneof(
      { weight: 9, arbitrary: fc.constant(own) },
      { weight: 1, arbitrary: fc.constantFrom(...contentTypes) },
    )
    const odd = fc.constantFrom('%00', '%F0%9F%91%A9', 'a%2Fb', `VE${'0'.repeat(32)}`, 'x'.repeat(300), '..%2F', "'")
    const request = fc.record({
      body: fc.oneof({ weight: 15, arbitrary: bodies }, { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii' }) }),
      type,
      odd: fc.oneof({ weight: 12, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: odd }),
    })
    let before = await dump()
    const property = fc.asyncProperty(request, async ({ body, type, odd }) => {
      const sent = doors.sent.length
      const path = fill(operation.path, target.names(operation))
      const url = odd === undefined ? path : path.replace(/[^/]+$/, odd)
      const answer = await post(url, type, body)
      const what = `${url} ${type} ${body.slice(0, 300)} -> ${answer.text.slice(0, 300)}`
      expect(answer.status, what).toBeLessThan(500)
      expect(doors.sent.length - sent, what).toBeLessThanOrEqual(operation.id === 'CreateVerification' ? 1 : 0)
      const recipients = new URLSearchParams(body).getAll('To').filter((one) => one !== '')
      if (doors.sent.length > sent && type === own) expect(recipients, what).toEqual([doors.sent.at(-1)?.to])
      if (answer.status < 400) {
        before = await dump()
        if (odd === undefined) expect(violationsOf(operation, answer, publicUrl), what).toEqual([])
      } else {
        expect(refusalViolations(answer), what).toEqual([])
        expect(doors.sent.length, what).toBe(sent)
        expect(changes(before, await dump()), what).toEqual([])
      }
    })
    // What was posted before stays in the store, so a smaller example would be another one.
    await fc.assert(property, { numRuns, endOnFailure: true })
  })
})
