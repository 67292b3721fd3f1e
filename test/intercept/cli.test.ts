import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { interceptToken } from '../../src/lib/intercept-token.ts'
import { createKeyRing, hmac } from '../../src/lib/keyring.ts'
import { freePort } from '../support/free-port.ts'
import { newCredentials } from '../support/server.ts'
import { cliProgram, collect, createBench, openTls, openTunnel, patience } from './support.ts'

const bench = createBench()
afterEach(() => bench.tidy())

const portOf = (proxy: string) => Number(new URL(proxy).port)

async function settings(): Promise<{ PORT: string; AVAL_DATA_DIR: string; AVAL_KEYS: string }> {
  return { PORT: String(await freePort()), AVAL_DATA_DIR: bench.folder(), AVAL_KEYS: newCredentials().keys }
}

describe('aval intercept', () => {
  test('prints one line of JSON, with the proxy on loopback and the certificate to trust', async () => {
    const env = await settings()
    const { proxy, ca, child, stdout, ended } = await bench.intercept(env)
    expect(proxy).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(ca).toBe(join(env.AVAL_DATA_DIR, 'intercept', 'ca.pem'))
    expect(statSync(join(ca, '..')).mode & 0o777).toBe(0o700)
    expect(statSync(join(ca, '..', 'ca-key.pem')).mode & 0o777).toBe(0o600)
    const tls = await openTls(portOf(proxy), readFileSync(ca, 'utf8'))
    tls.destroy()
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(stdout()).toBe(`${JSON.stringify({ proxy, ca })}\n`)
  })

  test('listens where it is told to, and says when somebody else does', async () => {
    const env = await settings()
    const port = await freePort()
    expect((await bench.intercept(env, '--port', String(port))).proxy).toBe(`http://127.0.0.1:${port}`)
    const second = bench.cli(['intercept', '--port', String(port)], env)
    expect(await second.ended).toBe(1)
    expect(second.stderr()).toMatch(/EADDRINUSE.*127\.0\.0\.1/)
    expect(second.stderr()).not.toMatch(/\n\s+at /)
  })

  test('without --json says what to set, for each language', async () => {
    const { child, stdout } = bench.cli(['intercept'], await settings())
    await expect
      .poll(stdout, patience)
      .toMatch(/HTTP_PROXY=http:\/\/127\.0\.0\.1:\d+ [\s\S]*NODE_EXTRA_CA_CERTS=[\s\S]*REQUESTS_CA_BUNDLE=/)
    child.kill('SIGINT')
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('ends on %s at once, with tunnels open', async (signal) => {
    const { proxy, ca, child, ended } = await bench.intercept(await settings())
    const quiet = await openTunnel(portOf(proxy))
    const tls = await openTls(portOf(proxy), readFileSync(ca, 'utf8'))
    tls.write('GET / HTTP/1.1\r\nHost: verify.twilio.com\r\n\r\n')
    const closed = Promise.all([collect(quiet), collect(tls)])
    const from = performance.now()
    child.kill(signal)
    expect(await ended).toBe(0)
    expect(performance.now() - from).toBeLessThan(5_000)
    await closed
  })

  test('ends when npx, below which it runs, is ended', async () => {
    const link = join(bench.folder(), '_npx', 'aval')
    mkdirSync(dirname(link))
    symlinkSync(cliProgram, link)
    const shell = bench.run('sh', ['-c', `"${process.execPath}" "${link}" intercept --json; true`], await settings())
    await expect.poll(shell.stdout, patience).toContain('\n')
    const closed = collect(await openTunnel(portOf(JSON.parse(shell.stdout()).proxy)))
    shell.child.kill('SIGTERM')
    await closed
  })

  test('keeps its authority: started again, and started twice at once on a new data dir', async () => {
    const env = await settings()
    const [one, two] = await Promise.all([bench.intercept(env), bench.intercept(env)])
    const ca = readFileSync(one.ca, 'utf8')
    for (const { proxy } of [one, two]) (await openTls(portOf(proxy), ca)).destroy()
    expect(readdirSync(env.AVAL_DATA_DIR).filter((name) => name.startsWith('intercept'))).toEqual(['intercept'])
    one.child.kill('SIGTERM')
    await one.ended
    const again = await bench.intercept(env)
    expect(readFileSync(again.ca, 'utf8')).toBe(ca)
    ;(await openTls(portOf(again.proxy), ca)).destroy()
  })

  test('proves to Aval, by its oldest key, what came through it', async () => {
    const seen: unknown[] = []
    const aval = createServer((request, response) => {
      seen.push([request.headers.host, request.headers['x-aval-intercept']])
      response.end()
    })
    await new Promise<void>((resolve) => aval.listen(0, '127.0.0.1', resolve))
    const [older = '', newer = ''] = [newCredentials().keys, newCredentials().keys.replace('k1:', 'k2:')]
    const PORT = String((aval.address() as AddressInfo).port)
    const env = { PORT, AVAL_DATA_DIR: bench.folder(), AVAL_KEYS: `${newer},${older}` }
    const { proxy, ca } = await bench.intercept(env)
    const hosts = ['verify.twilio.com', 'lookups.twilio.com']
    for (const host of hosts) {
      const tls = await openTls(portOf(proxy), readFileSync(ca, 'utf8'), { host })
      tls.write(`GET /v2 HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      await collect(tls)
    }
    const keys = createKeyRing([{ id: 'k1', root: Buffer.from(older.slice(3), 'base64') }])
    expect(seen).toEqual(hosts.map((host) => [host, interceptToken(keys, host)]))
    expect(interceptToken(keys, 'a')).toBe(hmac(keys.key('k1', 'intercept'), Buffer.from('a')).toString('base64url'))
    aval.close()
  })

  test.each([
    ['AVAL_ENV', { AVAL_ENV: 'production' }],
    [
      'AVAL_ENV, set up in full',
      { AVAL_ENV: 'production', AVAL_PUBLIC_URL: 'https://aval.example.com', AVAL_KEYS: newCredentials().keys },
    ],
    [
      'credentials of Twilio',
      {
        TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
        TWILIO_AUTH_TOKEN: '0'.repeat(32),
        TWILIO_VERIFY_SERVICE_SID: `VA${'0'.repeat(32)}`,
      },
    ],
  ])('does not start in production (%s), and makes nothing', async (_why, env) => {
    const dataDir = join(bench.folder(), 'data')
    const { ended, stdout, stderr } = bench.cli(['intercept', '--json'], { ...env, AVAL_DATA_DIR: dataDir })
    expect(await ended).toBe(3)
    expect(stderr()).toMatch(/^aval intercept does not start in production/)
    expect(stdout()).toBe('')
    expect(existsSync(dataDir)).toBe(false)
  })

  test('says in one line what to do about a damaged key', async () => {
    const env = await settings()
    const first = await bench.intercept(env)
    first.child.kill('SIGTERM')
    await first.ended
    writeFileSync(join(first.ca, '..', 'ca-key.pem'), '')
    const { ended, stderr } = bench.cli(['intercept'], env)
    expect(await ended).toBe(1)
    expect(stderr()).toMatch(/^\S+ca-key\.pem is missing or damaged: delete \S+intercept, and [^\n]+\n$/)
  })

  test('names settings that do not stand', async () => {
    const { ended, stderr } = bench.cli(['intercept'], { ...(await settings()), PORT: 'x' })
    expect(await ended).toBe(3)
    expect(stderr()).toMatch(/PORT \(environment\)/)
  })

  test('prints the credentials that it made where no server had run, apart from the JSON', async () => {
    const AVAL_DATA_DIR = bench.folder()
    const PORT = String(await freePort())
    const { stdout, stderr } = await bench.intercept({ AVAL_DATA_DIR, PORT })
    const { authToken } = JSON.parse(readFileSync(join(AVAL_DATA_DIR, 'credentials.json'), 'utf8'))
    await expect.poll(stderr, patience).toContain(authToken)
    expect(stdout()).not.toContain(authToken)
  })
})

describe('the command line', () => {
  test.each([
    [[], 'a command is missing'],
    [['intercpt'], 'there is no command "intercpt"'],
    [['intercept', 'now'], 'intercept takes no "now"'],
    [['intercept', '--jsn'], '--jsn'],
    [['intercept', '--port'], '--port'],
    [['intercept', '--port', '65536'], '--port 65536 is no port'],
    [['intercept', '--port', '-1'], '--port'],
    [['intercept', '--port', '1e3'], '--port 1e3 is no port'],
    [['intercept', '--port', '4010'], '--port 4010 is the port of Aval itself'],
  ])('%j is refused with the reason', async (args, reason) => {
    const { ended, stdout, stderr } = bench.cli(args, { PORT: '4010', AVAL_DATA_DIR: bench.folder() })
    expect(await ended).toBe(2)
    expect(stderr()).toContain(reason)
    expect(stdout()).toBe('')
  })

  test('has help and a version', async () => {
    const help = bench.cli(['--help'])
    const version = bench.cli(['--version'])
    expect([await help.ended, await version.ended]).toEqual([0, 0])
    expect(help.stdout()).toMatch(/^Usage: aval intercept \[--json\] \[--port N\]/)
    const { version: expected } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    expect(version.stdout()).toBe(`${expected}\n`)
  })
})
