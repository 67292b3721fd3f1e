import { beforeAll, expect, it } from 'vitest'
import { registerHostedPages } from '../../src/http/pages/hosted-routes.ts'
import type { Db } from '../../src/store/db.ts'
import { type Doors, openDoors, payout, publicUrl, wrong } from '../support/doors.ts'
import { describeStores } from '../support/stores.ts'
import { codeLookalikes, hostileStrings } from './inputs.ts'
import { unchanged } from './snapshot.ts'

describeStores('the hosted page', (openStore) => {
  let doors: Doors
  let db: Db

  beforeAll(async () => {
    db = (await openStore()).db
    // Guards in shadow: this test asks oftener than a person may.
    doors = await openDoors(db, { guard: { mode: 'shadow', countries: '*' } })
    registerHostedPages(doors.app, { ...doors.gate, publicUrl, brand: 'Sympla' })
  })

  async function opened() {
    const request = payout({ factor: 'sms' })
    const { id, url } = (await doors.v1('POST', '/transactions', request)).body
    const first = await doors.app.inject({ method: 'GET', url: url.slice(publicUrl.length) })
    const cookie = first.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
    return { id: String(id), cookie, code: doors.codeFor(request.contact.phone) }
  }

  /** A form of the page, sent with these headers. */
  function send(id: string, what: string, form: string, headers: Record<string, string>) {
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    return doors.app.inject({
      method: 'POST',
      url: `/t/${id}/${what}`,
      payload: form,
      headers: { ...type, ...headers },
    })
  }

  /** Fails unless it is refused with one of these statuses and changes nothing. */
  async function refused(asking: () => Promise<{ statusCode: number }>, ...statuses: number[]): Promise<void> {
    expect(statuses).toContain((await unchanged(db, asking)).statusCode)
  }

  it('spends the same five tries as the API (A12)', async () => {
    const { id, cookie, code } = await opened()
    for (let i = 0; i < 3; i++) await doors.v1('POST', `/transactions/${id}/checks`, { code: wrong(code) })
    await send(id, 'check', `code=${wrong(code)}`, { cookie })
    expect((await doors.v1('GET', `/transactions/${id}`)).body.next_action.checks_left).toBe(1)
    await send(id, 'check', `code=${wrong(code)}`, { cookie })
    await send(id, 'check', `code=${code}`, { cookie })
    expect((await doors.v1('GET', `/transactions/${id}`)).body.status).toBe('locked')
  })

  it('does nothing for a form of another site, or of a browser without its key', async () => {
    const [mine, other] = [await opened(), await opened()]
    const { id, cookie, code } = mine
    for (const what of ['check', 'resend', 'deny']) {
      for (const foreign of [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { origin: `${publicUrl}.evil.example` },
      ] as Record<string, string>[])
        await refused(() => send(id, what, `code=${code}`, { cookie, ...foreign }), 403)
      for (const theirs of [{}, { cookie: other.cookie }, { cookie: cookie.replace(/=.*/, '=x') }] as Record<
        string,
        string
      >[])
        await refused(() => send(id, what, `code=${code}`, theirs), 404)
      await refused(() => send(`tx_${'0'.repeat(32)}`, what, `code=${code}`, { cookie }), 404)
    }
    for (const k of ['', 'x', 'a'.repeat(43), '%00', '__proto__'])
      await refused(() => doors.app.inject({ method: 'GET', url: `/t/${id}?k=${k}` }), 404)
    await refused(() => doors.app.inject({ method: 'GET', url: `/t/${id}?k=a&k=b` }), 404)
  })

  it('takes a version that the reader did not see for no approval', async () => {
    const { id, cookie, code } = await opened()
    for (const version of ['version=2', 'version=0', 'version=1&version=2', 'version=1e0'])
      await refused(() => send(id, 'check', `code=${code}&${version}`, { cookie }), 409, 422)
  })

  it('never fails on what is typed, and approves on digits alone', async () => {
    const { id, cookie, code } = await opened()
    const odd = [
      `code=${code}&code=${code}`,
      `code[]=${code}`,
      `code[a]=${code}`,
      'code=',
      '',
      '__proto__=1',
      '%',
      'code=%',
    ]
    for (const form of odd) await refused(() => send(id, 'check', form, { cookie }), 422, 400)
    const never = Object.values(hostileStrings).map((text) => text.slice(0, 100_000))
    for (const text of never) {
      const { statusCode } = await send(id, 'check', new URLSearchParams({ code: text }).toString(), { cookie })
      expect(statusCode).toBeLessThan(500)
    }
    const { statusCode } = await send(
      id,
      'check',
      new URLSearchParams({ code: `${codeLookalikes(code)['a zero before']}` }).toString(),
      { cookie },
    )
    expect(statusCode).toBeLessThan(500)
    expect((await doors.v1('GET', `/transactions/${id}`)).body.status).not.toBe('approved')
  })
})
