import { expect, it } from 'vitest'
import { openDoors, payout } from '../support/doors.ts'
import { openPages } from '../support/hosted.ts'
import { describeStores } from '../support/stores.ts'

const ip = '203.0.114.9'

describeStores('the device of an owner', (openStore) => {
  async function ready() {
    const doors = await openDoors((await openStore()).db, { guard: { buckets: 'enforce' } })
    return { doors, ...openPages(doors) }
  }
  /** Strangers at the same address ask for codes that nobody enters, until there are none. */
  async function flood({ browserAt }: Awaited<ReturnType<typeof ready>>) {
    const statuses = []
    for (let i = 0; i < 12; i++) {
      const stranger = await browserAt(ip).open({
        contact: { phone: `+55${21 + (i % 2)}9${81_000_000 + i * 1_010_007}` },
      })
      statuses.push((await stranger.ask('sms')).statusCode)
    }
    expect(statuses).toContain(303)
    expect(statuses.at(-1)).toBe(403)
  }

  it('that a code was entered from gets codes while strangers flood from its address; another device of its owner does not', async () => {
    const opened = await ready()
    const browser = opened.browserAt(ip)
    const first = await browser.open()
    await first.ask('sms')
    expect((await first.enter()).statusCode).toBe(303)
    await flood(opened)
    const owner = { subject: first.subject, contact: { phone: first.phone } }
    const elsewhere = await opened.browserAt(ip).open(owner)
    expect((await elsewhere.ask('sms')).statusCode).toBe(403)
    const again = await browser.open(owner)
    expect((await again.ask('sms')).statusCode).toBe(303)
    expect((await again.enter()).statusCode).toBe(303)
  })

  it('is not known by leaving its cookie away, nor by a cookie of the wrong form', async () => {
    const opened = await ready()
    const browser = opened.browserAt(ip)
    const first = await browser.open()
    await first.ask('sms')
    await first.enter()
    await flood(opened)
    for (const forged of ['', 'x', 'a'.repeat(23)]) {
      const again = await browser.open({ subject: first.subject, contact: { phone: first.phone } })
      browser.jar.aval_device = forged
      expect((await again.ask('sms')).statusCode).toBe(403)
    }
  })

  it('is one random name that no script reads, the same for all transactions, and in the store as a hash alone', async () => {
    const { doors, browserAt } = await ready()
    const browser = browserAt(ip)
    const first = await browser.open()
    const name = browser.jar.aval_device ?? ''
    expect(Buffer.from(name, 'base64url')).toHaveLength(16)
    await browser.open()
    expect(browser.jar.aval_device).toBe(name)
    const exchange = await doors.app.inject({ url: `/t/${first.id}`, cookies: { ...browser.jar, aval_device: '' } })
    expect(exchange.cookies).toContainEqual(
      expect.objectContaining({ name: 'aval_device', httpOnly: true, sameSite: 'Lax', path: '/' }),
    )
    await first.ask('sms')
    await first.enter()
    await doors.gate.guard.flush()
    const tables = ['guard_known', 'guard_decisions', 'transactions']
    const rows = await Promise.all(
      tables.map((table) => doors.gate.db.read({ shape: [`select * from ${table}`] as never, values: [] })),
    )
    expect(JSON.stringify(rows)).not.toContain(name)
  })

  it('as the platform names it is known once the code of its transaction is entered, for every kind', async () => {
    const { doors } = await ready()
    for (const kind of ['payout_account.change', 'registration.finalize']) {
      const client = { ip, device_id: `device-of-${kind}` }
      const body = payout({ kind, client, factor: 'sms' })
      const made = await doors.v1('POST', '/transactions', body)
      await doors.v1('POST', `/transactions/${made.body.id}/checks`, { code: doors.codeFor(body.contact.phone) })
      await doors.gate.guard.flush()
      const classes = []
      for (const device of [client.device_id, 'another']) {
        doors.clock.advance(61_000)
        await doors.v1('POST', '/transactions', { ...body, client: { ip, device_id: device } })
        await doors.gate.guard.flush()
        const { body: read } = await doors.v1('GET', '/decisions')
        classes.push(read.data[0].class)
      }
      expect(classes).toEqual([2, 1])
    }
  })
})
