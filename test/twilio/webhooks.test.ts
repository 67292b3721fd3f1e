import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import twilio from 'twilio'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createOutbound } from '../../src/lib/outbound.ts'
import { loopback, parseNetworks } from '../../src/lib/reachable-address.ts'
import { Secret } from '../../src/lib/secret.ts'
import { all, type Db, StoreUnavailable, sql } from '../../src/store/db.ts'
import { expireVerifications } from '../../src/store/verifications.ts'
import { type FactorEvent, oweEvent, type WebhookDeliveryRow } from '../../src/store/webhook-deliveries.ts'
import { createWebhookWorker, type DeliveryDeps, forgetDeliveries } from '../../src/verify/deliver-webhooks.ts'
import { createWebhook, type WebhookDeps } from '../../src/verify/webhooks.ts'
import { accountSid, authToken, type Doors, openDoors, serviceSid, wrong } from '../support/doors.ts'
import { forEachStore, type TestStore } from '../support/stores.ts'
import { startReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'

const load = createRequire(import.meta.url)
const at = `/v2/Services/${serviceSid}/Webhooks`
/** One round of a worker of its own. */
const deliverWebhooks = (deps: DeliveryDeps) => createWebhookWorker(deps).deliver()
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]

describe('webhooks', () => {
  forEachStore((_name, openStore) => {
    let store: TestStore
    let doors: Doors
    let receiver: WebhookReceiver
    let deps: DeliveryDeps
    const lines: string[] = []

    beforeAll(async () => {
      store = await openStore()
      const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
      doors = await openDoors(store.db, { log })
      receiver = await startReceiver()
      deps = depsOf(store.db)
    })
    afterEach(async () => {
      for (const { sid } of (await doors.v2('GET', at)).body.webhooks) await doors.v2('DELETE', `${at}/${sid}`)
      receiver.reply = () => 200
      receiver.events.length = 0
    })
    afterAll(async () => {
      await receiver.close()
      await doors.close()
    })

    function depsOf(db: Db, timeoutMs = 10_000): DeliveryDeps {
      const outbound = createOutbound({ networks: parseNetworks(loopback), timeoutMs })
      return { ...doors.gate, db, authToken: new Secret(authToken), outbound }
    }

    let n = 0
    const fresh = (prefix: string) => prefix + (++n).toString(16).padStart(32, '0')
    const phone = () => `+55119${73_000_000 + n++}`

    /** A webhook that asks for these events. */
    async function hook(types: string, more: Record<string, string> = {}) {
      const form = new URLSearchParams({ FriendlyName: `hook ${++n}`, WebhookUrl: receiver.url, ...more })
      for (const type of types.split(' ')) form.append('EventTypes', type)
      const { status, body } = await doors.v2('POST', at, form.toString())
      expect(status).toBe(201)
      return body
    }

    function event(type: FactorEvent['type'], more: Partial<FactorEvent> = {}): FactorEvent {
      return {
        type,
        accountSid,
        serviceSid,
        identity: 'user-0001',
        factorSid: fresh('YF'),
        factorType: 'totp',
        ...more,
      }
    }

    const owe = (one: FactorEvent) => store.db.write(oweEvent(one, doors.clock.now()))
    const outbox = () =>
      store.db.read<WebhookDeliveryRow>(sql`select * from webhook_deliveries order by created_at, id`)
    const isOpen = ({ delivered_at, failed_at }: WebhookDeliveryRow) => delivered_at === null && failed_at === null
    const types = () => receiver.events.map(({ params }) => params.type)

    async function verify(to: string, more: Record<string, string> = {}) {
      const { body } = await doors.v2('POST', `/v2/Services/${serviceSid}/Verifications`, {
        To: to,
        Channel: 'sms',
        ...more,
      })
      return body
    }
    const check = (to: string, code: string) =>
      doors.v2('POST', `/v2/Services/${serviceSid}/VerificationCheck`, { To: to, Code: code })

    describe('as the official package sees them', () => {
      it('are made, changed, listed a page at a time and removed', async () => {
        const url = await doors.app.listen({ port: 0, host: '127.0.0.1' })
        const client = twilio(accountSid, authToken)
        client.verify.baseUrl = url
        const { webhooks } = client.verify.v2.services(serviceSid)
        const made = await webhooks.create({
          friendlyName: 'name',
          eventTypes: ['factor.deleted', 'factor.verified'],
          webhookUrl: 'https://owlbank.example.com',
        })
        expect(made).toMatchObject({
          accountSid,
          serviceSid,
          friendlyName: 'name',
          eventTypes: ['factor.deleted', 'factor.verified'],
          webhookUrl: 'https://owlbank.example.com',
          webhookMethod: 'POST',
          status: 'enabled',
          version: 'v2',
          url: `${url}${at}/${made.sid}`,
        })
        expect(made.sid).toMatch(/^YW[0-9a-f]{32}$/)
        expect(made.dateCreated).toBeInstanceOf(Date)
        const other = await webhooks.create({
          friendlyName: 'other',
          eventTypes: ['*', 'verification.*', '*'],
          webhookUrl: 'http://localhost:9/a?b=c',
          status: 'disabled',
        })
        expect(other).toMatchObject({ eventTypes: ['*', 'verification.*'], status: 'disabled' })
        const { body: old } = await doors.v2('POST', `${at}/${other.sid}`, { Version: 'v1' })
        expect(old).toMatchObject({
          version: 'v1',
          webhook_url: 'http://localhost:9/a?b=c',
          event_types: ['*', 'verification.*'],
        })
        expect((await webhooks.list({ pageSize: 1 })).map(({ sid }) => sid).sort()).toEqual(
          [made.sid, other.sid].sort(),
        )
        const changed = await webhooks(made.sid).update({ status: 'disabled', eventTypes: ['challenge.denied'] })
        expect(changed).toMatchObject({ status: 'disabled', eventTypes: ['challenge.denied'], friendlyName: 'name' })
        expect(await webhooks(made.sid).fetch()).toMatchObject({ status: 'disabled' })
        expect(await webhooks(made.sid).remove()).toBe(true)
        await expect(webhooks(made.sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 })
        await expect(webhooks(made.sid).remove()).rejects.toMatchObject({ status: 404, code: 20404 })
      })
    })

    describe('are refused, and nothing changes, for', () => {
      const good = { FriendlyName: 'n', EventTypes: '*', WebhookUrl: 'https://hooks.example.com/' }
      const bad: [string, Record<string, string>, string][] = [
        ['no name', { FriendlyName: '' }, 'FriendlyName'],
        ['a name that is too long', { FriendlyName: 'x'.repeat(256) }, 'FriendlyName'],
        ['no events', { EventTypes: '' }, 'EventTypes'],
        ['an unknown event', { EventTypes: 'factor.exploded' }, 'EventTypes'],
        ['an unknown status', { Status: 'on' }, 'Status'],
        ['an unknown version', { Version: 'v3' }, 'Version'],
        ...[
          '',
          'hooks.example.com',
          '/hook',
          '//hooks.example.com/',
          'ftp://hooks.example.com/',
          'file:///etc/passwd',
          'gopher://hooks.example.com/',
          'https://',
          'https:hooks.example.com',
          'https://user@hooks.example.com/',
          'https://user:pass@hooks.example.com/',
          'https://@hooks.example.com/',
          'https://hooks.example.com/#part',
          'https://hooks.example.com\\@127.0.0.1/',
          'https://hooks.example.com/\n',
          ' https://hooks.example.com/',
          'https://hooks.exámple.com/',
          'https://hooks.example.com:99999/',
          `https://hooks.example.com/${'x'.repeat(2048)}`,
          'http://169.254.169.254/latest/meta-data',
          'http://[::ffff:a9fe:a9fe]/',
          'http://10.0.0.1/',
          'http://0xa000001/',
          'http://192.168.0.1/',
          'http://[fd00:ec2::254]/',
        ].map((url): [string, Record<string, string>, string] => [
          `the URL ${JSON.stringify(url).slice(0, 60)}`,
          { WebhookUrl: url },
          'WebhookUrl',
        ]),
      ]
      it.each(bad)('%s', async (_title, change, name) => {
        const answer = await doors.v2('POST', at, { ...good, ...change })
        expect([answer.status, answer.body.code, answer.body.message]).toEqual([
          400,
          60200,
          `Invalid parameter: ${name}`,
        ])
        expect((await doors.v2('GET', at)).body.webhooks).toEqual([])
        if (Object.values(change)[0] === '') return
        const { body: made } = await doors.v2('POST', at, good)
        expect((await doors.v2('POST', `${at}/${made.sid}`, change)).status).toBe(400)
        expect((await doors.v2('GET', `${at}/${made.sid}`)).body).toEqual(made)
      })

      it('a name that another one of the service has, also when many ask at once', async () => {
        const made = await Promise.all(Array.from({ length: 6 }, () => doors.v2('POST', at, good)))
        expect(made.map(({ status }) => status).sort()).toEqual([201, 400, 400, 400, 400, 400])
        const others = await Promise.all(Array.from({ length: 8 }, () => hook('*')))
        for (const name of ['the one', 'another', 'a third']) {
          const renamed = await Promise.all(
            others.map(({ sid }) => doors.v2('POST', `${at}/${sid}`, { FriendlyName: name })),
          )
          expect(renamed.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(400)])
          const refused = renamed.find(({ status }) => status === 400)
          expect(refused?.body).toMatchObject({ code: 60200, message: expect.stringContaining('FriendlyName') })
        }
      })

      it('another service’s webhook, or an unknown one', async () => {
        const { sid } = await hook('*')
        const { body: other } = await doors.v2('POST', '/v2/Services', { FriendlyName: 'Other' })
        const paths = [
          `/v2/Services/${other.sid}/Webhooks/${sid}`,
          `${at}/${fresh('YW')}`,
          `${at}/YWx`,
          `${at}/${fresh('YF')}`,
        ]
        for (const path of paths)
          for (const method of ['GET', 'POST', 'DELETE'] as const)
            expect((await doors.v2(method, path, method === 'POST' ? { Status: 'x' } : undefined)).status).toBe(404)
        expect((await doors.v2('GET', `/v2/Services/${other.sid}/Webhooks`)).body.webhooks).toEqual([])
        expect((await doors.v2('GET', `${at}/${sid}`)).status).toBe(200)
      })

      it('an address that may not be reached, in production, where names are looked up and http is no choice', async () => {
        const service = await doors
          .v2('GET', `/v2/Services/${serviceSid}`)
          .then(() => ({ sid: serviceSid, accountSid }))
        const addresses: Record<string, string[]> = {
          'good.example.com': ['93.184.216.34', '2606:4700::1111'],
          'inside.example.com': ['10.0.0.7'],
          'both.example.com': ['93.184.216.34', '127.0.0.1'],
          'metadata.example.com': ['169.254.169.254'],
          localhost: ['127.0.0.1'],
        }
        const resolve = async (name: string) => {
          const found = addresses[name]
          if (!found) throw new Error('ENOTFOUND')
          return found
        }
        const production: WebhookDeps = {
          ...doors.gate,
          outbound: createOutbound({ networks: [], resolve }),
          local: false,
        }
        const create = (url: string, more = production) =>
          createWebhook(more, service as Parameters<typeof createWebhook>[1], {
            friendlyName: `n${++n}`,
            eventTypes: ['*'],
            url,
            status: 'enabled',
            version: 'v2',
          })
        expect((await create('https://good.example.com/x'))?.url).toBe('https://good.example.com/x')
        const hosts = [
          'inside.example.com',
          'both.example.com',
          'metadata.example.com',
          'nowhere.example.com',
          'localhost',
        ]
        const urls = [...hosts, '127.0.0.1', '2130706433', '0177.1', '[::1]', '10.0.0.1'].map(
          (one) => `https://${one}/`,
        )
        for (const url of [...urls, 'http://good.example.com/x'])
          await expect(create(url), url).rejects.toMatchObject({
            code: 60200,
            message: 'Invalid parameter: WebhookUrl',
          })
        const opened = createOutbound({ networks: parseNetworks(['10.0.0.0/24', '169.254.0.0/16']), resolve })
        expect(await create('https://inside.example.com/', { ...production, outbound: opened })).toBeDefined()
        await expect(create('https://metadata.example.com/', { ...production, outbound: opened })).rejects.toThrow()
      })
    })

    describe('deliver', () => {
      it('a signed form that every generation of the official package accepts, and refuses when altered', async () => {
        await hook('*')
        const { sid: challengeSid, ...one } = { ...event('challenge.approved'), sid: fresh('YC') }
        const told = { ...one, challengeSid, identity: 'user-0001' }
        await owe(told)
        expect(await deliverWebhooks(deps)).toBe(1)
        const [got] = receiver.events
        expect(got?.method).toBe('POST')
        expect(got?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/)
        expect(got?.params).toEqual({
          uuid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
          type: 'challenge.approved',
          account_sid: accountSid,
          service_sid: serviceSid,
          entity_identity: 'user-0001',
          factor_sid: told.factorSid,
          factor_type: 'totp',
          challenge_sid: challengeSid,
        })
        expect(got?.headers['i-twilio-idempotency-token']).toBe(got?.params.uuid)
        const params = got?.params ?? {}
        const signature = got?.headers['x-twilio-signature'] ?? ''
        for (const generation of ['twilio-3', 'twilio-4', 'twilio-5', 'twilio']) {
          const { validateRequest } = load(generation)
          const accepts = (token = authToken, sign = signature, url = receiver.url, form: object = params) =>
            validateRequest(token, sign, url, form)
          expect([generation, accepts()]).toEqual([generation, true])
          expect(accepts('another-token')).toBe(false)
          expect(
            accepts(
              authToken,
              signature.replace(/^./, (mark) => (mark === 'A' ? 'B' : 'A')),
            ),
          ).toBe(false)
          expect(accepts(authToken, signature, `${receiver.url}x`)).toBe(false)
          expect(accepts(authToken, signature, receiver.url, { ...params, type: 'challenge.denied' })).toBe(false)
          expect(accepts(authToken, signature, receiver.url, { ...params, more: '1' })).toBe(false)
        }
      })

      it('what a webhook asks for, to each that asks, once', async () => {
        await hook('*')
        await hook('factor.created challenge.denied')
        await hook('verification.*')
        await hook('factor.created', { Status: 'disabled' })
        await owe(event('factor.created'))
        await owe(event('factor.verified'))
        await owe(event('factor.created', { serviceSid: fresh('VA') }))
        expect(await deliverWebhooks(deps)).toBe(3)
        expect(await deliverWebhooks(deps)).toBe(0)
        expect(types().sort()).toEqual(['factor.created', 'factor.created', 'factor.verified'])
        expect(new Set(receiver.events.map(({ params }) => params.uuid)).size).toBe(3)
      })

      it('again after 10 s, 1 min, 5 min, 30 min, 2 h and 6 h, the same each time, and then no more', async () => {
        await hook('*')
        receiver.reply = () => 500
        await owe(event('factor.created'))
        expect(await deliverWebhooks(deps)).toBe(1)
        const pauses = [10_000, minute, 5 * minute, 30 * minute, 2 * hour, 6 * hour]
        for (const pause of pauses) {
          doors.clock.advance(pause - 1_000)
          expect([pause, await deliverWebhooks(deps)]).toEqual([pause, 0])
          doors.clock.advance(pause / 5 + 1_000)
          expect([pause, await deliverWebhooks(deps)]).toEqual([pause, 1])
        }
        doors.clock.advance(7 * day)
        expect(await deliverWebhooks(deps)).toBe(0)
        expect(receiver.events.filter(({ path }) => path.endsWith('only=factors'))).toEqual([])
        expect(new Set(receiver.events.map(({ body }) => body)).size).toBe(1)
        expect((await outbox()).at(-1)).toMatchObject({ tries: 7, delivered_at: null, failed_at: expect.any(Number) })
      })

      it.each([
        ['a redirect, which is not followed', { status: 302, headers: { location: '/elsewhere' } }],
        ['a refusal', 403],
        ['gone', 410],
        ['an error', 503],
        ['a line that is cut', 'cut'],
        ['silence', 'hang'],
      ] as const)('again after %s', async (_title, reply) => {
        await hook('*')
        receiver.reply = () => reply
        await owe(event('factor.created'))
        const impatient = depsOf(store.db, 200)
        expect(await deliverWebhooks(impatient)).toBe(1)
        doors.clock.advance(9_000)
        expect(await deliverWebhooks(impatient)).toBe(0)
        doors.clock.advance(3_100)
        receiver.reply = () => 204
        expect(await deliverWebhooks(impatient)).toBe(1)
        expect(receiver.events.map(({ path }) => path)).toEqual(['/hook?k=a%20b', '/hook?k=a%20b'])
        expect((await outbox()).at(-1)?.delivered_at).toEqual(expect.any(Number))
      })

      it('everything to a receiver that was down and came up, nothing twice', async () => {
        await hook('*')
        const { port } = receiver
        await receiver.close()
        for (let i = 0; i < 40; i++) await owe(event('factor.created'))
        expect(await deliverWebhooks(deps)).toBe(40)
        receiver = await startReceiver({ port })
        doors.clock.advance(12_100)
        expect(await deliverWebhooks(deps)).toBe(40)
        expect(await deliverWebhooks(deps)).toBe(0)
        expect(new Set(receiver.events.map(({ params }) => params.factor_sid)).size).toBe(40)
        expect(receiver.events).toHaveLength(40)
      })

      it('each event once, when several workers of several nodes work at once', async () => {
        await hook('*')
        for (let i = 0; i < 120; i++) await owe(event('factor.created'))
        const nodes = [store.db, await store.another(), await store.another()]
        const workers = nodes.flatMap((db) => [createWebhookWorker(depsOf(db)), createWebhookWorker(depsOf(db))])
        const tries = await Promise.all(workers.flatMap((one) => [one.deliver(), one.deliver()]))
        expect(tries.reduce((sum, one) => sum + one, 0)).toBe(120)
        expect(tries.filter((one) => one > 0).length).toBeGreaterThan(1)
        expect(new Set(receiver.events.map(({ params }) => params.uuid)).size).toBe(120)
        expect(receiver.events).toHaveLength(120)
      })

      it('an event again, under the same uuid, when the worker ended before it wrote down that it had sent', async () => {
        await hook('*')
        await owe(event('factor.created'))
        const dying = { ...store.db, write: () => Promise.reject(new StoreUnavailable('killed')) }
        expect(await deliverWebhooks(depsOf(dying))).toBe(1)
        expect(await deliverWebhooks(deps)).toBe(0)
        doors.clock.advance(20_000)
        expect(await deliverWebhooks(deps)).toBe(1)
        doors.clock.advance(hour)
        expect(await deliverWebhooks(deps)).toBe(0)
        const [first, second] = receiver.events
        expect(second?.body).toBe(first?.body)
      })

      it('an event for good, whatever a worker that was given up finds too late', async () => {
        await hook('*')
        receiver.reply = () => 'hang'
        await owe(event('factor.created'))
        const slow = deliverWebhooks(depsOf(store.db, 700))
        while (receiver.events.length === 0) await sleep(5)
        doors.clock.advance(20_000)
        receiver.reply = () => 200
        expect(await deliverWebhooks(deps)).toBe(1)
        const done = (await outbox()).at(-1)
        expect(done).toMatchObject({ tries: 2, delivered_at: expect.any(Number) })
        expect(await slow).toBe(1)
        expect((await outbox()).at(-1)).toEqual(done)
      })

      it('the events of one subject in their order, though others overtake', async () => {
        await hook('*')
        const one = event('factor.created')
        for (const type of ['factor.created', 'factor.verified', 'factor.deleted'] as const) {
          await owe({ ...one, type })
          doors.clock.advance(1)
        }
        await owe(event('factor.created'))
        await Promise.all([deliverWebhooks(deps), deliverWebhooks(deps), deliverWebhooks(deps)])
        // A worker that found the others at work leaves what must wait for them.
        await deliverWebhooks(deps)
        const ofOne = receiver.events.filter(({ params }) => params.factor_sid === one.factorSid)
        expect(ofOne.map(({ params }) => params.type)).toEqual(['factor.created', 'factor.verified', 'factor.deleted'])
        expect(receiver.events).toHaveLength(4)
      })

      it('to others while one receiver hangs, and ends without waiting for it for long', async () => {
        const deaf = await startReceiver()
        deaf.reply = () => 'hang'
        await hook('*', { WebhookUrl: deaf.url })
        for (let i = 0; i < 40; i++) await owe(event('factor.created'))
        const worker = createWebhookWorker(depsOf(store.db, 1_500))
        const stuck = worker.deliver()
        while (deaf.events.length < 16) await sleep(5)
        await hook('*')
        await owe(event('challenge.denied'))
        expect(await worker.deliver()).toBe(1)
        expect(types()).toEqual(['challenge.denied'])
        expect(deaf.events).toHaveLength(16)
        await worker.close()
        expect(await stuck).toBe(16)
        expect(await worker.deliver()).toBe(0)
        await deaf.close()
      })

      it('nothing any more to one that was removed or switched off', async () => {
        const [removed, off, last] = [await hook('*'), await hook('*'), await hook('*')]
        await owe(event('factor.created'))
        expect((await outbox()).filter(isOpen)).toHaveLength(3)
        await doors.v2('DELETE', `${at}/${removed.sid}`)
        await doors.v2('POST', `${at}/${off.sid}`, { Status: 'disabled' })
        expect((await outbox()).filter(isOpen).map(({ webhook_sid }) => webhook_sid)).toEqual([last.sid])
        await store.db.write(sql`update webhooks set status = 'disabled' where sid = ${last.sid}`)
        expect(await deliverWebhooks(deps)).toBe(0)
        await forgetDeliveries(deps)
        await doors.v2('POST', `${at}/${off.sid}`, { Status: 'enabled' })
        await doors.v2('POST', `${at}/${last.sid}`, { Status: 'enabled' })
        expect(await deliverWebhooks(deps)).toBe(0)
        expect((await outbox()).filter(isOpen)).toEqual([])
      })

      it('nothing of a service that was removed', async () => {
        const { body: other } = await doors.v2('POST', '/v2/Services', { FriendlyName: 'Short lived' })
        const path = `/v2/Services/${other.sid}/Webhooks`
        await doors.v2('POST', path, { FriendlyName: 'n', EventTypes: '*', WebhookUrl: receiver.url })
        await owe(event('factor.created', { serviceSid: other.sid }))
        expect((await doors.v2('DELETE', `/v2/Services/${other.sid}`)).status).toBe(204)
        await owe(event('factor.deleted', { serviceSid: other.sid }))
        expect(await deliverWebhooks(deps)).toBe(0)
      })

      it('and are forgotten a week later, not before', async () => {
        await hook('*')
        await owe(event('factor.created'))
        await deliverWebhooks(deps)
        const mine = (await outbox()).at(-1)
        doors.clock.advance(6 * day)
        await owe(event('factor.created'))
        await forgetDeliveries(deps)
        expect(await outbox()).toContainEqual(mine)
        doors.clock.advance(2 * day)
        await forgetDeliveries(deps)
        expect(await outbox()).not.toContainEqual(mine)
        expect(await deliverWebhooks(deps)).toBe(1)
      })

      it('no secret, no address and no contents into the log or the outbox', async () => {
        lines.length = 0
        const to = phone()
        const url = `${receiver.url}&token=canary-in-the-url`
        await hook('* verification.*', { WebhookUrl: url })
        receiver.reply = () => ({ status: 500, body: 'canary-in-the-answer' })
        await verify(to)
        await owe(event('factor.created', { identity: 'canary-identity' }))
        for (let i = 0; i < 8; i++) {
          await deliverWebhooks(deps)
          doors.clock.advance(8 * hour)
        }
        await receiver.close()
        await owe(event('factor.verified', { identity: 'canary-identity' }))
        await deliverWebhooks(deps)
        receiver = await startReceiver()
        const resolve = () => Promise.reject(new Error('getaddrinfo ENOTFOUND canary-host'))
        await hook('*', { WebhookUrl: 'http://canary-host.example/' })
        await owe(event('factor.deleted'))
        await deliverWebhooks({ ...deps, outbound: createOutbound({ networks: [], resolve }) })
        const log = lines.join('')
        expect(log).toContain('given up')
        expect(log).toContain('ECONNREFUSED')
        for (const secret of ['canary', to, to.slice(3), authToken, 'signature']) expect(log).not.toContain(secret)
        expect(JSON.stringify(await outbox())).not.toContain(to.slice(3))
      })
    })

    it('tell of a factor that comes to be and goes', async () => {
      await hook('*')
      const factors = `/v2/Services/${serviceSid}/Entities/user-${n}-webhooks/Factors`
      const { status, body } = await doors.v2('POST', factors, { FriendlyName: 'Phone', FactorType: 'totp' })
      expect(status).toBe(201)
      expect((await doors.v2('DELETE', `${factors}/${body.sid}`)).status).toBe(204)
      await deliverWebhooks(deps)
      expect(types().sort()).toEqual(['factor.created', 'factor.deleted'])
      for (const { params } of receiver.events)
        expect(params).toMatchObject({ factor_sid: body.sid, factor_type: 'totp', entity_identity: body.identity })
    })

    describe('of verifications', () => {
      it('tell how one began and how it ended', async () => {
        await hook('verification.*')
        const to = phone()
        const started = await verify(to, { Tags: '{"order":"17"}' })
        await verify(to, { Channel: 'call' })
        await check(to, wrong(doors.codeFor(to)))
        const approvedAt = new Date(doors.clock.now())
        expect((await check(to, doors.codeFor(to))).body.status).toBe('approved')
        expect(await deliverWebhooks(deps)).toBe(2)
        const told = {
          account_sid: accountSid,
          service_sid: serviceSid,
          verification_sid: started.sid,
          to,
          tags: '{"order":"17"}',
          uuid: expect.any(String),
        }
        const [first, second] = receiver.events
        expect(first?.params).toEqual({
          ...told,
          type: 'verification.pending',
          verification_status: 'PENDING',
          channel: 'sms',
          send_code_attempts: '1',
          check_attempts: '0',
        })
        expect(second?.params).toEqual({
          ...told,
          type: 'verification.approved',
          verification_status: 'APPROVED',
          channel: 'call',
          send_code_attempts: '2',
          check_attempts: '2',
          verified_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        })
        expect(Math.abs(Date.parse(second?.params.verified_at ?? '') - approvedAt.getTime())).toBeLessThan(5_000)
        const { validateRequest } = twilio
        const signature = second?.headers['x-twilio-signature'] ?? ''
        expect(validateRequest(authToken, signature, receiver.url, second?.params ?? {})).toBe(true)
      })

      it('tell of each end, and only to those who asked', async () => {
        await hook('verification.*')
        await hook('*', { WebhookUrl: `${receiver.url}&only=factors` })
        await hook('verification.expired', { WebhookUrl: `${receiver.url}&only=expired` })
        const [canceled, locked, expired] = [phone(), phone(), phone()]
        const { sid } = await verify(canceled)
        await doors.v2('POST', `/v2/Services/${serviceSid}/Verifications/${sid}`, { Status: 'canceled' })
        await verify(locked)
        for (let i = 0; i < 6; i++) await check(locked, wrong(doors.codeFor(locked)))
        await verify(expired)
        doors.clock.advance(10 * minute)
        await store.db.write(expireVerifications(null, 100, { at: doors.clock.now(), ip: '' }))
        await deliverWebhooks(deps)
        const told = (to: string) => receiver.events.filter(({ params }) => params.to === to)
        const [ofCanceled, ofLocked, ofExpired] = [canceled, locked, expired].map((to) => told(to))
        expect(ofCanceled?.map(({ params }) => params.type)).toEqual(['verification.pending', 'verification.canceled'])
        expect(ofLocked?.map(({ params }) => params.verification_status)).toEqual(['PENDING', 'MAX_ATTEMPTS_REACHED'])
        expect(ofLocked?.[1]?.params).toMatchObject({ check_attempts: '5' })
        expect(ofExpired?.map(({ path, params }) => [path.endsWith('only=expired'), params.type]).sort()).toEqual([
          [false, 'verification.expired'],
          [false, 'verification.pending'],
          [true, 'verification.expired'],
        ])
        expect(ofExpired?.at(-1)?.params.expired_at).toMatch(/Z$/)
        expect(receiver.events.filter(({ path }) => path.endsWith('only=factors'))).toEqual([])
      })

      it('tell of a deal that another one took the place of that it is canceled', async () => {
        await hook('verification.canceled')
        await doors.v2('POST', `/v2/Services/${serviceSid}`, { Psd2Enabled: 'true' })
        const to = phone()
        const first = await verify(to, { Amount: '1.00', Payee: 'Acme' })
        await verify(to, { Amount: '2.00', Payee: 'Acme' })
        await doors.v2('POST', `/v2/Services/${serviceSid}`, { Psd2Enabled: 'false' })
        await deliverWebhooks(deps)
        expect(receiver.events.map(({ params }) => [params.type, params.verification_sid])).toEqual([
          ['verification.canceled', first.sid],
        ])
      })

      it('cost a service without them nothing', async () => {
        await hook('*')
        const before = (await outbox()).length
        const to = phone()
        await verify(to)
        await check(to, doors.codeFor(to))
        expect((await outbox()).length).toBe(before)
      })

      it('stand and fall with the move itself', async () => {
        await hook('*')
        const one = event('factor.created')
        const before = (await outbox()).length
        const undone = store.db.unit(function* () {
          yield* all(oweEvent(one, doors.clock.now()))
          throw new Error('undone')
        })
        await expect(undone).rejects.toThrow('undone')
        expect((await outbox()).length).toBe(before)
      })
    })
  })
})
