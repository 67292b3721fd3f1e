import { createRequire } from 'node:module'
import type twilio from 'twilio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accountSid, apiKey, authToken, type Doors, openDoors, serviceSid } from '../support/doors.ts'
import { forEachStore } from '../support/stores.ts'
import { scenario, type World } from './scenario.ts'

const require = createRequire(import.meta.url)
const passkeys = 'enrols a passkey and asks for it'

/** The official package as it was and is, and the parts of the scenario for which a generation has no words. */
const generations: { name: string; lacks: string[] }[] = [
  { name: 'twilio-3', lacks: [passkeys] },
  { name: 'twilio-4', lacks: [passkeys] },
  { name: 'twilio-5', lacks: [] },
  { name: 'twilio', lacks: [] },
]

describe.each(generations)('the official package $name', ({ name, lacks }) => {
  const load = require(name) as typeof twilio
  const { version } = require(`${name}/package.json`) as { version: string }

  it('is the generation that it is called', () => {
    expect(version.split('.')[0]).toBe(name.split('-')[1] ?? '6')
  })

  it('lacks only what it has no words for', () => {
    const { newFactors } = load(accountSid, authToken).verify.v2.services(serviceSid)
    expect(lacks).toEqual(newFactors === undefined ? [passkeys] : [])
    expect(Object.keys(scenario)).toEqual(expect.arrayContaining(lacks))
  })

  forEachStore((_name, openStore) => {
    let doors: Doors
    let url: string
    let client: World['client']
    beforeAll(async () => {
      doors = await openDoors((await openStore()).db)
      url = await doors.app.listen({ port: 0, host: '127.0.0.1' })
      client = pointed(load(accountSid, authToken))
    })
    afterAll(() => doors.close())

    function pointed(made: World['client']) {
      made.verify.baseUrl = url
      made.lookups.baseUrl = url
      return made
    }

    for (const [title, part] of Object.entries(scenario)) {
      it.skipIf(lacks.includes(title))(title, async () => {
        const { sid } = await client.verify.v2.services.create({ friendlyName: 'Generations' })
        await part({ client, doors, service: sid })
      })
    }

    it('opens with an API key, and not with a wrong token', async () => {
      const [key = '', secret = ''] = apiKey.split(':')
      const keyed = pointed(load(key, secret, { accountSid }))
      expect((await keyed.verify.v2.services.list({ limit: 1 })).length).toBe(1)
      const stranger = pointed(load(accountSid, 'wrong'))
      await expect(stranger.verify.v2.services.list({ limit: 1 })).rejects.toMatchObject({
        status: 401,
        code: 20003,
        message: 'Authenticate',
      })
    })

    it('comes here through an HTTP client of the application’s own, too', async () => {
      const { RequestClient } = load
      class AvalHttp extends RequestClient {
        override request<TData>(options: Parameters<typeof RequestClient.prototype.request<TData>>[0]) {
          const { pathname, search } = new URL(options.uri)
          return super.request<TData>({ ...options, uri: url + pathname + search })
        }
      }
      const made = load(accountSid, authToken, { httpClient: new AvalHttp() })
      expect((await made.verify.v2.services.list({ limit: 1 })).length).toBe(1)
      expect((await made.lookups.v2.phoneNumbers('+14159929960').fetch()).valid).toBe(true)
    })
  })
})
