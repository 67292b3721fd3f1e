import { expect, it } from 'vitest'
import { readPolicies } from '../../src/gate/policy-file.ts'
import { sendNotices } from '../../src/gate/send-notices.ts'
import type { FraudFacts } from '../../src/guard/sources/source.ts'
import { registerHostedPages } from '../../src/http/pages/hosted-routes.ts'
import { sql } from '../../src/store/db.ts'
import { type Doors, openDoors, payout, publicUrl } from '../support/doors.ts'
import { approveBySms, type Enrolled, enrolApp, enrolledSubject, enrolPasskey, openPayout } from '../support/enrol.ts'
import { describeStores } from '../support/stores.ts'

const hour = 3_600_000
const day = 24 * hour
const owner = '12345678000195'
const own = { owner_tax_id: owner, payee_tax_id: '12.345.678/0001-95', payee_account: '001-1234-5' }
/** 14 decibans and 7 for the amount: a stronger factor where there is one, else a day of waiting. */
const mule = { owner_tax_id: owner, payee_tax_id: '52998224725', payee_account: '341-9999-1' }
const ip = (country: string | undefined) => ({ lookup: () => country && { country } }) as never

describeStores('may this be released?', (openStore) => {
  async function ready(options: Parameters<typeof openDoors>[1] = {}) {
    const { db } = await openStore()
    const doors = await openDoors(db, options)
    registerHostedPages(doors.app, { ...doors.gate, publicUrl, brand: 'Sympla' })
    const subject = await enrolledSubject(doors, { context: own })
    doors.clock.advance(2 * day)
    return { db, doors, subject }
  }

  async function release(doors: Doors, id: string, key?: string) {
    return doors.v1('POST', `/transactions/${id}/release`, undefined, {
      headers: key === undefined ? {} : { 'idempotency-key': key },
    })
  }

  /** Opens, approves by a text message, and gives the transaction. */
  async function approved(doors: Doors, subject: Enrolled, more: Record<string, unknown>) {
    const { id } = await openPayout(doors, subject, 'sms', more)
    const checked = await doors.v1('POST', `/transactions/${id}/checks`, { code: doors.codeFor(subject.phone) })
    if (checked.body.status !== 'approved') throw new Error(checked.text)
    return { id, body: checked.body }
  }

  async function notices(doors: Doors) {
    const from = doors.sent.length
    await sendNotices(doors.gate, doors.carriers, { brand: 'Sympla', publicUrl })
    return doors.sent.slice(from)
  }

  async function putRules(doors: Doors, text: string) {
    const { body } = await doors.v1('GET', '/rules')
    const put = await doors.v1('PUT', '/rules', { value: { text }, why: 'a test', after: body.version })
    if (put.status !== 200) throw new Error(put.text)
    await doors.gate.guard.refresh()
  }

  it('what shows nothing odd is released at once', async () => {
    const { doors, subject } = await ready()
    const { id, body } = await approved(doors, subject, { context: own })
    expect(body.hold).toBeNull()
    expect((await release(doors, id)).status).toBe(200)
  })

  it('a payee with a foreign document waits a day where no stronger factor is, and everybody is told', async () => {
    const { doors, subject } = await ready()
    const { id, body } = await approved(doors, subject, { context: mule })
    expect(body.hold).toMatchObject({ seconds: 86_400, review: 'none', until: expect.any(String) })
    const told = await notices(doors)
    expect(told.map(({ to, code }) => [to, code])).toEqual([[subject.phone, '']])
    expect(told[0]?.body).toMatch(/Cancele/)
    expect(told[0]?.body).not.toMatch(/https?:/)
    const early = await release(doors, id, 'the-same-key')
    expect([early.status, early.body.code]).toEqual([409, 'release_held'])
    expect(Number(early.headers['retry-after'])).toBeGreaterThan(86_000)
    doors.clock.advance(day - 10_000)
    expect((await release(doors, id, 'the-same-key')).body.code).toBe('release_held')
    doors.clock.advance(10_000)
    const late = await release(doors, id, 'the-same-key')
    expect([late.status, late.body.payload?.canary]).toEqual([200, 'CANARY-7f3a'])
  })

  it('where a passkey is, it is asked for, and nothing waits', async () => {
    const { doors, subject } = await ready()
    const { authenticator } = await enrolPasskey(doors, subject)
    doors.clock.advance(2 * day)
    const { id, made, asked } = await openPayout(doors, subject, 'passkey', { context: mule })
    expect(made.body).toMatchObject({ hold: null })
    const credential = authenticator.authenticate({ publicKey: asked.body.next_action.public_key })
    const done = await doors.v1('POST', `/transactions/${id}/checks`, { credential })
    expect(done.body).toMatchObject({ status: 'approved', assurance: 'high' })
    expect((await release(doors, id)).status).toBe(200)
  })

  it('where an app is, a text alone does not do', async () => {
    const { doors, subject } = await ready()
    const { codeAt } = await enrolApp(doors, subject)
    doors.clock.advance(2 * day)
    const { id } = await openPayout(doors, subject, 'sms', { context: mule })
    const half = await doors.v1('POST', `/transactions/${id}/checks`, { code: doors.codeFor(subject.phone) })
    expect(half.body.status).toBe('pending')
    await doors.v1('POST', `/transactions/${id}/challenges`, { factor: 'totp' })
    const whole = await doors.v1('POST', `/transactions/${id}/checks`, { code: codeAt() })
    expect(whole.body).toMatchObject({ status: 'approved', assurance: 'high' })
  })

  it('a changed SIM closes every way to the phone; who has no other waits', async () => {
    const swapped = (): Promise<{ facts: FraudFacts; said: [] }> =>
      Promise.resolve({ facts: { simChangedWithinH: 24, reasons: ['sim_swap'] }, said: [] })
    const { doors, subject } = await ready({ askFraud: swapped })
    const alone = await openPayout(doors, subject, 'sms', { context: own })
    expect(alone.made.body.hold).toMatchObject({ seconds: 72 * 3600, review: 'wanted' })
    const { authenticator } = await enrolPasskey(doors, subject)
    doors.clock.advance(2 * day)
    const { id, made, asked } = await openPayout(doors, subject, 'passkey', { context: own })
    expect(made.body.next_action.factors).toEqual(['passkey'])
    const bySms = await doors.v1('POST', `/transactions/${id}/challenges`, { factor: 'sms' })
    expect([bySms.status, bySms.body.code]).toEqual([422, 'factor_not_allowed'])
    const credential = authenticator.authenticate({ publicKey: asked.body.next_action.public_key })
    expect((await doors.v1('POST', `/transactions/${id}/checks`, { credential })).body.status).toBe('approved')
  })

  it('a source of SIM changes that says nothing is no consent, above R$ 10,000', async () => {
    const said: { facts: FraudFacts; said: [] } = { facts: { reasons: [] }, said: [] }
    const { doors, subject } = await ready({ askFraud: async () => said, knowsSim: true })
    const of = (value: string) => ({
      context: own,
      summary: { payee: 'Aurora', amount: { value, currency: 'BRL' }, fields: [] },
    })
    const large = await openPayout(doors, subject, 'sms', of('10000.01'))
    expect(large.made.body.hold).toMatchObject({ seconds: 86_400 })
    const { made } = await openPayout(doors, subject, 'sms', of('10000.00'))
    expect(made.body.hold).toBeNull()
    const edited = await doors.v1('PATCH', `/transactions/${made.body.id}`, { summary: of('10000.01').summary })
    expect(edited.body.hold).toMatchObject({ seconds: 86_400 })
    said.facts = { simUnchangedForH: 72, reasons: [] }
    expect((await openPayout(doors, subject, 'sms', of('10000.01'))).made.body.hold).toBeNull()
  })

  it('much evidence waits for a person, whose word does not shorten the time', async () => {
    const { doors, subject } = await ready()
    const changed = new Date(doors.clock.now() - hour).toISOString()
    const { id, body } = await approved(doors, subject, { context: { ...mule, password_changed_at: changed } })
    expect(body.hold).toMatchObject({ seconds: 3 * 86_400, review: 'wanted' })
    doors.clock.advance(3 * day + 1)
    const waiting = await release(doors, id)
    expect([waiting.status, waiting.body.code]).toEqual([409, 'release_in_review'])
    const passed = await doors.v1('POST', `/transactions/${id}/review`, {
      decision: 'release',
      why: 'called the owner',
    })
    expect(passed.body.hold.review).toBe('passed')
    const again = await doors.v1('POST', `/transactions/${id}/review`, { decision: 'release', why: 'called the owner' })
    expect(again.status).toBe(200)
    expect((await release(doors, id)).status).toBe(200)

    const other = await approved(doors, subject, { context: { ...mule, password_changed_at: changed } })
    expect(other.body.hold).toMatchObject({ seconds: 86_400, review: 'none' })
  })

  it('a review is asked for where it is wanted alone, with a reason, by the API key alone', async () => {
    const { doors, subject } = await ready()
    const { id, made } = await openPayout(doors, subject, 'sms', { context: own })
    const none = await doors.v1('POST', `/transactions/${id}/review`, { decision: 'release', why: 'no reason' })
    expect([none.status, none.body.code]).toEqual([409, 'review_not_wanted'])
    const nameless = await doors.v1('POST', `/transactions/${id}/review`, { decision: 'release' })
    expect(nameless.status).toBe(422)
    const key = made.body.client_secret
    const bySecret = await doors.v1('POST', `/transactions/${id}/review`, { decision: 'release', why: 'x' }, { key })
    expect(bySecret.status).toBe(403)
    expect((await doors.v1('GET', `/transactions/${id}/assessments`, undefined, { key })).status).toBe(403)
  })

  it('a person who says no ends it, and the payload is shredded', async () => {
    const { db, doors, subject } = await ready()
    const changed = new Date(doors.clock.now() - hour).toISOString()
    const { id } = await approved(doors, subject, { context: { ...mule, password_changed_at: changed } })
    const denied = await doors.v1('POST', `/transactions/${id}/review`, { decision: 'deny', why: 'a known mule' })
    expect(denied.body.status).toBe('denied')
    const rows = await db.read(sql<{ sealed: null }>`select sealed from transactions where id = ${id}`)
    expect(rows).toEqual([{ sealed: null }])
    doors.clock.advance(4 * day)
    expect((await release(doors, id)).body.code).toBe('transaction_denied')
  })

  it('the owner calls it off by the link of the letter, which opens nothing else', async () => {
    const { doors, subject } = await ready()
    const { id: change } = (await doors.v1('POST', `${subject.path}/contacts`, { email: 'ana@example.com' })).body
    await approveBySms(doors, change, subject.phone)
    doors.clock.advance(60_000)
    await doors.v1('POST', `/transactions/${change}/challenges`, { factor: 'email' })
    await doors.v1('POST', `/transactions/${change}/checks`, { code: doors.codeFor('ana@example.com') })
    doors.clock.advance(5 * day)
    await notices(doors)
    const { id } = await openPayout(doors, subject, 'sms', { context: mule })
    await doors.v1('POST', `/transactions/${id}/checks`, { code: doors.codeFor(subject.phone) })
    doors.clock.advance(60_000)
    await doors.v1('POST', `/transactions/${id}/challenges`, { factor: 'email' })
    await doors.v1('POST', `/transactions/${id}/checks`, { code: doors.codeFor('ana@example.com') })
    const letter = (await notices(doors)).find(({ to }) => to === 'ana@example.com')
    const link = new URL(/https?:\S+/.exec(letter?.body ?? '')?.[0] ?? '')
    expect(link.pathname).toBe(`/t/${id}/call-off`)

    const first = await doors.app.inject({ url: link.pathname + link.search })
    expect(first.statusCode).toBe(303)
    const cookie = String(first.headers['set-cookie']).split(';')[0] ?? ''
    const seen = await doors.app.inject({ url: link.pathname, headers: { cookie } })
    expect(seen.statusCode).toBe(200)
    // Who merely looks at it, as mail scanners do, has called off nothing.
    expect((await doors.v1('GET', `/transactions/${id}`)).body.status).toBe('approved')
    for (const url of [`/t/${id}`, `/t/${id}?k=${link.searchParams.get('k')}`])
      expect((await doors.app.inject({ url, headers: { cookie } })).statusCode).toBe(404)
    expect((await doors.app.inject({ url: `/t/${id}/call-off?k=${'A'.repeat(43)}` })).statusCode).toBe(404)

    const post = (headers: Record<string, string>) =>
      doors.app.inject({ method: 'POST', url: link.pathname, headers: { cookie, ...headers } })
    expect((await post({ origin: 'https://evil.example' })).statusCode).toBe(403)
    expect((await post({ origin: publicUrl })).statusCode).toBe(303)
    expect((await doors.v1('GET', `/transactions/${id}`)).body.status).toBe('denied')
    expect((await post({ origin: publicUrl })).statusCode).toBe(303)
    doors.clock.advance(2 * day)
    expect((await release(doors, id)).body.code).toBe('transaction_denied')
  })

  it('the platform takes back what waits, and cannot once the time is over', async () => {
    const { doors, subject } = await ready()
    const one = await approved(doors, subject, { context: mule })
    expect((await doors.v1('POST', `/transactions/${one.id}/cancel`)).body.status).toBe('canceled')
    doors.clock.advance(60_000)
    const two = await approved(doors, subject, { context: mule })
    doors.clock.advance(day)
    const late = await doors.v1('POST', `/transactions/${two.id}/cancel`)
    expect([late.status, late.body.code]).toEqual([409, 'transaction_approved'])
    expect((await release(doors, two.id)).status).toBe(200)
  })

  it('a release and a calling off at the last moment: exactly one of them wins', async () => {
    const { doors, subject } = await ready()
    for (let turn = 0; turn < 5; turn++) {
      doors.clock.advance(hour)
      const { id } = await approved(doors, subject, { context: mule })
      doors.clock.advance(day - 2)
      const [released, canceled] = await Promise.all([
        (async () => {
          doors.clock.advance(2)
          return release(doors, id)
        })(),
        doors.v1('POST', `/transactions/${id}/cancel`),
      ])
      expect([released.status === 200, canceled.status === 200].filter(Boolean)).toHaveLength(1)
    }
  })

  it('an edit never makes it easier, and what a person looked at is looked at anew', async () => {
    const { doors, subject } = await ready()
    const changed = new Date(doors.clock.now() - hour).toISOString()
    const { made } = await openPayout(doors, subject, 'sms', { context: { ...mule, password_changed_at: changed } })
    const { id } = made.body
    const passed = await doors.v1('POST', `/transactions/${id}/review`, { decision: 'release', why: 'looks right' })
    expect(passed.body.hold.review).toBe('passed')
    const edited = await doors.v1('PATCH', `/transactions/${id}`, {
      summary: { payee: 'Aurora Eventos Ltda', amount: { value: '10.00', currency: 'BRL' }, fields: [] },
    })
    expect(edited.body.hold).toMatchObject({ seconds: 3 * 86_400, review: 'wanted' })
    const { body } = await doors.v1('GET', `/transactions/${id}/assessments`)
    expect(body.data.map(({ version }: { version: number }) => version)).toEqual([2, 1])
  })

  it('an edit to more money can ask for more', async () => {
    const { doors, subject } = await ready()
    const small = { payee: 'Aurora Eventos Ltda', amount: { value: '90.00', currency: 'BRL' }, fields: [] }
    const { made } = await openPayout(doors, subject, 'sms', { context: mule, summary: small })
    expect(made.body.hold).toBeNull()
    const large = { ...small, amount: { value: '90000.00', currency: 'BRL' } }
    const edited = await doors.v1('PATCH', `/transactions/${made.body.id}`, { summary: large })
    expect(edited.body.hold).toMatchObject({ seconds: 86_400 })
  })

  it('a device that is new to the account moves R$ 1,000 a day, and a day after a release it is known', async () => {
    const { doors, subject } = await ready()
    const of = (value: string, device_id: string) => ({
      context: own,
      client: { device_id },
      summary: { payee: 'Aurora', amount: { value, currency: 'BRL' }, fields: [] },
    })
    const reasons = async (id: string) =>
      (await doors.v1('GET', `/transactions/${id}/assessments`)).body.data[0].reasons.map(
        ({ code }: { code: string }) => code,
      )
    const home = await approved(doors, subject, of('700.00', 'home'))
    expect((await release(doors, home.id)).status).toBe(200)
    doors.clock.advance(day + hour)
    const known = await openPayout(doors, subject, 'sms', of('5000.00', 'home'))
    expect(await reasons(known.id)).not.toContain('new_device_day')

    const first = await openPayout(doors, subject, 'sms', of('700.00', 'stranger'))
    expect(await reasons(first.id)).not.toContain('new_device_day')
    const second = await openPayout(doors, subject, 'sms', of('700.00', 'stranger'))
    expect(await reasons(second.id)).toContain('new_device_day')
    expect(second.made.body.hold).toMatchObject({ seconds: 86_400 })
    doors.clock.advance(day)
    const next = await openPayout(doors, subject, 'sms', of('700.00', 'stranger'))
    expect(await reasons(next.id)).not.toContain('new_device_day')
  })

  it('another country within two hours of a release is impossible travel', async () => {
    const ipFacts = { country: 'BR' as string | undefined, lookup: () => ({ country: ipFacts.country }) }
    const { doors, subject } = await ready({ ipFacts: ipFacts as never })
    const from = { context: own, client: { ip: '200.160.2.3' } }
    const home = await approved(doors, subject, from)
    expect((await release(doors, home.id)).status).toBe(200)
    ipFacts.country = 'RU'
    doors.clock.advance(hour)
    const away = await openPayout(doors, subject, 'sms', from)
    const names = async (id: string) =>
      (await doors.v1('GET', `/transactions/${id}/assessments`)).body.data[0].reasons.map(
        ({ name }: { name?: string }) => name,
      )
    expect(await names(away.id)).toEqual(expect.arrayContaining(['impossible_travel', 'new_country']))
    doors.clock.advance(2 * hour)
    const later = await openPayout(doors, subject, 'sms', from)
    expect(await names(later.id)).toEqual(expect.not.arrayContaining(['impossible_travel']))
  })

  it('a payee who has the money of another account is seen', async () => {
    const { doors, subject } = await ready()
    const theirs = await approved(doors, subject, { context: own })
    expect((await release(doors, theirs.id)).status).toBe(200)
    const other = await enrolledSubject(doors)
    const seen = await openPayout(doors, other, 'sms', { context: { payee_account: '001/1234.5' } })
    const { body } = await doors.v1('GET', `/transactions/${seen.id}/assessments`)
    expect(body.data[0].reasons).toContainEqual(expect.objectContaining({ name: 'payee_used_elsewhere' }))
  })

  it('in shadow it is only written down', async () => {
    const { doors, subject } = await ready({ guard: { mode: 'shadow' } })
    const { id, body } = await approved(doors, subject, { context: mule })
    expect(body.hold).toBeNull()
    expect((await release(doors, id)).status).toBe(200)
    const { body: seen } = await doors.v1('GET', `/transactions/${id}/assessments`)
    expect(seen.data[0]).toMatchObject({ outcome: 'hold', enforced: false, decibans: 21 })
  })

  it('an outside system that says no refuses, one that wants a look gets one, and an answer of nothing is no answer', async () => {
    const outside: { facts: FraudFacts } = { facts: { reasons: [] } }
    const { doors, subject } = await ready({ askFraud: async () => ({ ...outside, said: [] }) })
    const nothing = await openPayout(doors, subject, 'sms', { context: own })
    expect(nothing.made.body.hold).toBeNull()
    outside.facts = { action: 'review', reasons: [] }
    const looked = await openPayout(doors, subject, 'sms', { context: own })
    expect(looked.made.body.hold.review).toBe('wanted')
    outside.facts = { action: 'block', reasons: [] }
    const { contact: _, ...body } = payout({ subject: subject.subject, context: own })
    const refused = await doors.v1('POST', '/transactions', body)
    expect([refused.status, refused.body.code]).toEqual([403, 'transaction_refused'])
    expect(refused.text).not.toMatch(/outside|decibans|fraud/i)
    const { body: kept } = await doors.v1('GET', '/assessments?outcome=refuse')
    expect(kept.data).toHaveLength(1)
    expect((await doors.v1('GET', `/transactions/${kept.data[0].transaction}`)).status).toBe(404)
  })

  it("operators' rules hold, review, require, refuse and let pass; a shadow rule only notes", async () => {
    const { doors, subject } = await ready()
    const open = (more: Record<string, unknown> = {}) => {
      const { contact: _, ...body } = payout({ subject: subject.subject, context: own, ...more })
      return doors.v1('POST', '/transactions', body)
    }
    await putRules(doors, 'shadow hold 6h if amount > 1000 BRL')
    expect((await open()).body.hold).toBeNull()
    await putRules(doors, 'hold 6h if amount > 1000 BRL')
    expect((await open()).body.hold).toMatchObject({ seconds: 6 * 3600 })
    await putRules(doors, 'review if kind = "payout_account.change"')
    expect((await open()).body.hold).toMatchObject({ review: 'wanted' })
    await putRules(doors, 'block if decibans > 20')
    expect((await open()).status).toBe(201)
    expect((await open({ context: mule })).body.code).toBe('transaction_refused')
    await putRules(doors, `allow if subject = "${subject.subject}"`)
    expect((await open({ context: mule })).body.hold).toBeNull()
    await putRules(doors, 'require passkey if amount > 1000 BRL')
    expect((await open()).body.hold).toMatchObject({ seconds: 86_400 })
  })

  it('a rule that holds a transaction does not keep its code from being sent', async () => {
    const { doors, subject } = await ready()
    await putRules(doors, 'hold 6h if country = BR')
    const { id, asked } = await openPayout(doors, subject, 'sms', { context: own })
    expect(asked.status).toBe(200)
    const done = await doors.v1('POST', `/transactions/${id}/checks`, { code: doors.codeFor(subject.phone) })
    expect(done.body).toMatchObject({ status: 'approved', hold: { seconds: 6 * 3600 } })
  })

  it('a kind whose evidence is not weighed has rules alone, and without rules nothing is asked or kept', async () => {
    const asked: string[] = []
    const policies = readPolicies({ kinds: { 'payout.withdraw': { assessed: false } } })
    if (!('policies' in policies)) throw new Error('no policies')
    const { doors, subject } = await ready({
      policies: policies.policies,
      askFraud: async ({ kind }) => {
        asked.push(kind ?? '')
        return { facts: { reasons: [] }, said: [] }
      },
    })
    asked.length = 0
    const open = () => openPayout(doors, subject, 'sms', { kind: 'payout.withdraw', context: mule })
    const free = await open()
    expect(free.made.body.hold).toBeNull()
    expect((await doors.v1('GET', `/transactions/${free.id}/assessments`)).body.data).toEqual([])
    await putRules(doors, 'hold 6h if kind = "payout.withdraw"')
    const held = await open()
    expect(held.made.body.hold).toMatchObject({ seconds: 6 * 3600 })
    expect(asked).toEqual([])
  })

  it('what is kept names nobody: no tax id, account, device, address or subject', async () => {
    const { db, doors, subject } = await ready({ ipFacts: ip('BR') })
    const { id } = await approved(doors, subject, {
      context: mule,
      client: { device_id: 'device-of-ana', ip: '200.160.2.3' },
    })
    doors.clock.advance(day)
    await release(doors, id)
    const kept = [
      await db.read(sql`select * from assessments`),
      await db.read(sql`select * from guard_known`),
      await db.read(sql`select * from guard_places`),
    ]
    for (const rows of kept) expect(rows.length).toBeGreaterThan(0)
    const text = JSON.stringify(kept)
    for (const name of [mule.payee_tax_id, mule.payee_account, owner, 'device-of-ana', '200.160.2.3', subject.phone])
      expect(text).not.toContain(name)
    expect(text).not.toContain(subject.subject)
  })

  it('operators set weights and thresholds, which must not fall', async () => {
    const { doors, subject } = await ready()
    const { body } = await doors.v1('GET', '/release')
    expect(body.value).toMatchObject({ stronger_from: 12, hold_h: 24 })
    const put = (value: object, after: number) => doors.v1('PUT', '/release', { value, why: 'a test', after })
    expect((await put({ review_from: 3 }, body.version)).status).toBe(422)
    expect((await put({ weights: { moon: 3 } }, body.version)).status).toBe(422)
    expect((await put({ weights: { payee_document_differs: 0 } }, body.version)).status).toBe(200)
    await doors.gate.guard.refresh()
    expect((await openPayout(doors, subject, 'sms', { context: mule })).made.body.hold).toBeNull()
  })

  it('context that cannot be is refused, by its path', async () => {
    const { doors } = await ready()
    for (const context of [{ owner_tax_id: 'x'.repeat(200) }, { account_created_at: 'yesterday' }, { age: 3 }, 'old']) {
      const { status, body } = await doors.v1('POST', '/transactions', payout({ context }))
      expect([status, body.code]).toEqual([422, 'invalid_request'])
      expect(body.errors[0].path).toMatch(/^context/)
    }
  })
})
