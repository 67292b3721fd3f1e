import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify'
import { openStore } from '../../src/index.ts'
import { type Platform, registerPlatform } from '../platform.ts'
import { createFakeAval, type FakeAval } from './fake-aval.ts'

/** A portal in front of a fake Aval, on a store of its own. */
export interface TestPortal {
  app: FastifyInstance
  aval: FakeAval
  platform: Platform
  get(path: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>
  post(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<LightMyRequestResponse>
  /** Stops it and starts another on the same store, as after a crash. */
  restart(): Promise<void>
  close(): Promise<void>
}

export const goodForm = {
  method: 'bank',
  bank: '001',
  agency: '1584-9',
  account: '210169',
  digit: '6',
  account_type: 'CACC',
  document: '11.222.333/0001-81',
  amount: '12.500,00',
  phone: '(11) 98765-4321',
}

export async function openPortal(location: { url: string } | { file: string }): Promise<TestPortal> {
  const aval = await createFakeAval()
  const clock = { now: () => Date.UTC(2026, 10, 22, 17) }

  const start = async () => {
    const db = openStore(location)
    const app = Fastify()
    const platform = registerPlatform(app, {
      avalUrl: 'http://aval.test',
      publicUrl: 'http://portal.test',
      apiKey: { reveal: () => 'test-api-key' },
      db,
      key: Buffer.alloc(32, 7),
      clock,
      local: true,
      assetUrl: (name) => `/assets/${name}`,
      log: { info() {}, warn() {}, error() {} },
      fetch: aval.fetch,
    })
    await app.ready()
    return { app, platform, db }
  }
  const stop = async ({ app, platform, db }: Awaited<ReturnType<typeof start>>) => {
    await platform.close()
    await app.close()
    await db.close()
  }

  let running = await start()
  return {
    aval,
    get app() {
      return running.app
    },
    get platform() {
      return running.platform
    },
    get: (url, headers = {}) => running.app.inject({ method: 'GET', url, headers }),
    post: (url, form, headers = {}) =>
      running.app.inject({
        method: 'POST',
        url,
        payload: new URLSearchParams(form).toString(),
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          origin: 'http://portal.test',
          'sec-fetch-site': 'same-origin',
          ...headers,
        },
      }),
    async restart() {
      await stop(running)
      running = await start()
    },
    async close() {
      await stop(running)
    },
  }
}

/** Fills the form and gives the version that the review page would confirm. */
export async function fillIn(
  portal: TestPortal,
  form: Record<string, string> = goodForm,
): Promise<Record<string, string>> {
  await portal.post('/repasse/dados', form)
  const { body } = await portal.get('/repasse/revisao')
  const version = /name="version" value="(\d+)"/.exec(body)?.[1]
  if (!version) throw new Error('the review page names no version')
  return { version, ...(body.includes('name="restart"') ? { restart: '1' } : {}) }
}
