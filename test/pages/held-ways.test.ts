import { solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { expect, it } from 'vitest'
import { pageCopy } from '../../src/http/pages/copy/copy.ts'
import { type Doors, openDoors } from '../support/doors.ts'
import { approveBySms, enrolledSubject } from '../support/enrol.ts'
import { openPages } from '../support/hosted.ts'
import { describeStores } from '../support/stores.ts'

const ip = '203.0.114.9'
const copy = pageCopy.en

/** The ways of a page, in their order; `-` before those that are marked. */
function waysOf(html: string): string[] {
  const buttons = html.match(/<button[^>]*name="factor"[\s\S]*?<\/button>/g) ?? []
  return buttons.map((one) => (one.includes(copy.heldWay) ? '-' : '') + (/value="(\w+)"/.exec(one)?.[1] ?? ''))
}

async function solved(html: string): Promise<string> {
  const json = /data-work="([^"]*)"/.exec(html)?.[1]?.replaceAll('&quot;', '"') ?? ''
  const challenge = JSON.parse(json)
  return JSON.stringify({ challenge, solution: await solveChallenge({ challenge, deriveKey }) })
}

describeStores('a way that the guard holds up', (openStore) => {
  async function ready(rules: string) {
    const doors = await openDoors((await openStore()).db, { guard: { buckets: 'enforce' } })
    const pages = openPages(doors)
    const write = (text: string, after: number) => doors.v1('PUT', '/rules', { value: { text }, why: 'test', after })
    const email = await owner(doors)
    await write(rules, 0)
    doors.sent.length = 0
    return { doors, write, email, ...pages }
  }
  /** Somebody whose phone and e-mail address are enrolled, with what his transactions are made of. */
  async function owner(doors: Doors) {
    const enrolled = await enrolledSubject(doors)
    const { id } = (await doors.v1('POST', `${enrolled.path}/contacts`, { email: 'ana@example.com' })).body
    await approveBySms(doors, id, enrolled.phone)
    await doors.v1('POST', `/transactions/${id}/challenges`, { factor: 'email' })
    await doors.v1('POST', `/transactions/${id}/checks`, { code: doors.codeFor('ana@example.com') })
    doors.clock.advance(25 * 3_600_000)
    return { subject: enrolled.subject, contact: { phone: enrolled.phone }, kind: 'registration.finalize' }
  }

  it('is listed last and marked, never with its reason, and WhatsApp and e-mail come first', async () => {
    const { browserAt, email } = await ready('divert if channel = sms')
    const { ask, get } = await browserAt(ip).open(email)
    expect(waysOf((await get()).body)).toEqual(['sms', 'whatsapp', 'call', 'email'])
    const refused = await ask('sms')
    expect(refused.statusCode).toBe(403)
    expect(waysOf(refused.body)).toEqual(['whatsapp', 'email', 'call', '-sms'])
    expect(refused.body).toContain(copy.anotherWayNeeded)
    expect(refused.body).not.toMatch(/rule|channel =|fraud|guard/)
    for (const path of ['', '?lang=en', '/number'])
      expect(waysOf((await get(path)).body)).toEqual(['whatsapp', 'email', 'call', '-sms'])
    expect(waysOf((await ask('call')).body)).toEqual([])
    expect((await get()).body).toContain('id="code"')
  })

  it('is one of this transaction alone, and is itself again once it sends', async () => {
    const { browserAt, write, doors, email } = await ready('divert if channel = sms')
    const browser = browserAt(ip)
    const first = await browser.open(email)
    await first.ask('sms')
    const second = await browser.open(email)
    expect(waysOf((await second.get()).body)).toEqual(['sms', 'whatsapp', 'call', 'email'])
    await second.ask('sms')
    await write('', 1)
    expect((await second.ask('sms')).statusCode).toBe(303)
    doors.clock.advance(11 * 60_000)
    expect(waysOf((await second.get()).body)).toEqual(['whatsapp', 'call', 'email'])
  })

  it('is not the page’s own way any more, once the code that it brought is over', async () => {
    const { browserAt, write, doors, email } = await ready('')
    const { ask, get } = await browserAt(ip).open(email)
    await ask('sms')
    await write('divert if channel = sms', 1)
    doors.clock.advance(11 * 60_000)
    expect(waysOf((await ask('sms')).body)).toEqual(['whatsapp', 'email', 'call', '-sms'])
    expect(waysOf((await get()).body)).toEqual(['whatsapp', 'email', 'call', '-sms'])
  })

  it('takes whatever a browser says of it for nothing', async () => {
    const { browserAt, email } = await ready('')
    const browser = browserAt(ip)
    const { get, id } = await browser.open(email)
    for (const forged of ['', '.', `${id}.constructor.passkey`, `${id}.<script>`, 'x'.repeat(3000)]) {
      browser.jar.aval_held = forged
      const page = await get()
      expect([page.statusCode, waysOf(page.body)]).toEqual([200, ['sms', 'whatsapp', 'call', 'email']])
    }
  })

  it('is offered to the browser as work where that lets it past, and the code goes out once it is done', async () => {
    const { browserAt, doors, email } = await ready('challenge if channel = sms')
    const { ask, get } = await browserAt(ip).open(email)
    const page = await ask('sms')
    expect(page.statusCode).toBe(403)
    expect(page.body).toMatch(/<p id="work"[^>]*role="status"/)
    expect(page.body).toMatch(/<noscript><p[^>]*>Without JavaScript[^<]*e-mail/)
    expect(page.body).not.toContain(copy.anotherWayNeeded)
    expect(waysOf(page.body)).toEqual(['whatsapp', 'email', 'call'])
    const proof_of_work = await solved(page.body)
    expect((await ask('sms', { proof_of_work })).statusCode).toBe(303)
    expect(doors.sent).toHaveLength(1)
    expect((await get()).body).toContain('id="code"')
    doors.clock.advance(120_000)
    const again = await ask('sms', { proof_of_work })
    expect(again.statusCode).toBe(403)
    expect(again.body).not.toContain('data-work')
    expect(doors.sent).toHaveLength(1)
  })

  it('is not worked for in a circle: a proof that does not stand leads to the other ways', async () => {
    const { browserAt, doors, email } = await ready('challenge if channel = sms')
    const browser = browserAt(ip)
    const page = await browser.open(email)
    const proof = await solved((await page.ask('sms')).body)
    const elsewhere = browserAt('203.0.115.1')
    Object.assign(elsewhere.jar, browser.jar)
    const moved = await elsewhere.send('POST', `/t/${page.id}/resend`, { factor: 'sms', proof_of_work: proof })
    expect(moved.statusCode).toBe(403)
    expect(moved.body).toContain(copy.anotherWayNeeded)
    expect(waysOf(moved.body)).toEqual(['whatsapp', 'email', 'call', '-sms'])
    for (const bad of ['', 'x', '{}', '[]', 'null', '9'.repeat(5000)]) {
      const answer = await page.ask('sms', { proof_of_work: bad })
      expect(answer.statusCode).toBe(403)
      expect(answer.body).toContain('data-work')
    }
    expect(doors.sent).toEqual([])
  })
})
