import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'
import { createBench } from './support.ts'

const run = promisify(execFile)
const bench = createBench()
const script = (name: string) => new URL(name, import.meta.url).pathname

let server: TestServer
let proxy: string
let ca: string

beforeAll(async () => {
  server = await startServer({ store: 'sqlite' })
  const { port, dataDir, credentials } = server
  const env = { PORT: String(port), AVAL_DATA_DIR: dataDir, AVAL_KEYS: credentials.keys }
  ;({ proxy, ca } = await bench.intercept(env))
})
afterAll(async () => {
  bench.tidy()
  await server.stop()
})

/** Runs a program as a shell with nothing but these variables would, and gives the JSON that it prints. */
async function program<Answer>(command: string, args: string[], env: Record<string, string>): Promise<Answer> {
  const { stdout } = await run(command, args, { env: { PATH: process.env.PATH ?? '', ...env }, timeout: 50_000 })
  return JSON.parse(stdout)
}

interface Said {
  sid?: string
  status?: string
  valid?: boolean
  serviceSid?: string
  phoneNumber?: string
  countryCode?: string
  nationalFormat?: string
  refused?: { status?: number; code: number | string; message: string }
}

function node(sdk: string, env: Record<string, string>, ...action: string[]): Promise<Said> {
  const { accountSid, authToken, serviceSid } = server.credentials
  return program(process.execPath, [script('client.cjs'), sdk, accountSid, authToken, serviceSid, ...action], env)
}

describe.each(['twilio-3', 'twilio-4', 'twilio-5', 'twilio'])('an unchanged program with the Node SDK %s', (sdk) => {
  const to = `+55119876500${['twilio-3', 'twilio-4', 'twilio-5', 'twilio'].indexOf(sdk)}1`

  test('starts and checks a verification, and reads errors', async () => {
    const env = { HTTP_PROXY: proxy, NODE_EXTRA_CA_CERTS: ca }
    const started = await node(sdk, env, 'start', to)
    expect(started).toMatchObject({ status: 'pending', serviceSid: server.credentials.serviceSid })
    const code = await server.latestCode(to)
    expect(await node(sdk, env, 'check', to, code)).toMatchObject({ status: 'approved', valid: true, sid: started.sid })
    expect(await node(sdk, env, 'check', to, code)).toMatchObject({ refused: { status: 404, code: 20404 } })
  })

  test('is not helped by TWILIO_CA_BUNDLE, which the SDK drops when it has a proxy', async () => {
    const answer = await node(sdk, { HTTP_PROXY: proxy, TWILIO_CA_BUNDLE: ca }, 'start', to)
    expect(answer.refused?.code).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  })
})

describe('an unchanged program with the official package', () => {
  const env = () => ({ HTTP_PROXY: proxy, NODE_EXTRA_CA_CERTS: ca })

  test('follows a list to its last page, and asks every page of Twilio’s host', async () => {
    const { accountSid, authToken, serviceSid } = server.credentials
    const made = [serviceSid]
    for (const friendlyName of ['Second', 'Third']) made.push(await createService(friendlyName))
    const list = `const client = require('twilio')(...process.argv.slice(1))
      const { request } = client
      const origins = []
      client.request = (options) => {
        origins.push(new URL(options.uri).origin)
        return request.call(client, options)
      }
      client.verify.v2.services.list({ pageSize: 1 }).then((services) =>
        console.log(JSON.stringify({ origins, sids: services.map(({ sid }) => sid) })))`
    const answer = await program<{ origins: string[]; sids: string[] }>(
      process.execPath,
      ['-e', list, accountSid, authToken],
      env(),
    )
    expect(answer.sids.sort()).toEqual(made.sort())
    expect(answer.origins).toEqual(made.map(() => 'https://verify.twilio.com'))
  })

  test('looks numbers up, also what is none', async () => {
    expect(await node('twilio', env(), 'lookup', '+5511987650061')).toMatchObject({
      valid: true,
      phoneNumber: '+5511987650061',
      countryCode: 'BR',
      nationalFormat: '(11) 98765-0061',
    })
    expect(await node('twilio', env(), 'lookup', '+551')).toMatchObject({ valid: false })
  })
})

async function createService(friendlyName: string): Promise<string> {
  const { accountSid, authToken } = server.credentials
  const response = await fetch(`${server.origin}/v2/Services`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}` },
    body: new URLSearchParams({ FriendlyName: friendlyName }),
  })
  return ((await response.json()) as { sid: string }).sid
}

function pythonHas(module: string): boolean {
  try {
    execFileSync('python3', ['-c', `import ${module}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const library = ['twilio', 'requests'].find(pythonHas)

test.skipIf(!library)(`an unchanged Python program with ${library} starts and checks a verification`, async () => {
  const to = '+5511987650051'
  const { accountSid, authToken, serviceSid } = server.credentials
  const env = { HTTPS_PROXY: proxy, REQUESTS_CA_BUNDLE: ca }
  const python = (...action: string[]) =>
    program<Said>('python3', [script('client.py'), `${library}`, accountSid, authToken, serviceSid, ...action], env)
  expect(await python('start', to)).toMatchObject({ status: 'pending' })
  expect(await python('check', to, await server.latestCode(to))).toMatchObject({ status: 'approved' })
})
