import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, connect, createServer as createNetServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openAuthority } from '../../src/intercept/authority.ts'
import { createIdentity } from '../../src/intercept/identity.ts'
import { type InterceptProxy, startProxy } from '../../src/intercept/proxy.ts'
import { freePort } from '../support/free-port.ts'
import { collect, createBench, openTls, openTunnel, patience, speak } from './support.ts'

interface Seen {
  method: string | undefined
  url: string | undefined
  headers: IncomingMessage['headers']
  body: string
}

const bench = createBench()
const clock = { now: () => Date.now() }
const seen: Seen[] = []
let aval: Server
let deps: Parameters<typeof startProxy>[0]
let proxy: InterceptProxy
let ca: string

beforeAll(async () => {
  const dataDir = bench.folder()
  ca = readFileSync((await openAuthority({ dataDir, clock })).certificateFile, 'utf8')
  // It stands where Aval would, and says what arrived.
  aval = createServer(async (request, response) => {
    const body = await text(request).catch(() => undefined)
    if (body === undefined) return
    seen.push({ method: request.method, url: request.url, headers: request.headers, body })
    if (request.url === '/hang') return
    if (request.url === '/cut') {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half')
      response.socket?.destroySoon()
      return
    }
    response.writeHead(201, 'Made', [
      ['Twilio-Request-Id', 'RQ1'],
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
      ['Connection', 'close, x-hop'],
      ['X-Hop', '1'],
    ])
    response.end('{"ok":true}')
  })
  await new Promise<void>((resolve) => aval.listen(0, '127.0.0.1', resolve))
  const { port } = aval.address() as AddressInfo
  const upstream = { origin: `http://127.0.0.1:${port}`, tokenFor: (host: string) => `token of ${host}` }
  deps = { upstream, identity: createIdentity({ dataDir, clock }) }
  proxy = await startProxy(deps, 0)
})
afterEach(() => {
  seen.length = 0
})
afterAll(async () => {
  await proxy.close()
  aval.closeAllConnections()
  aval.close()
  bench.tidy()
})

/** Sends raw requests in one tunnel, and gives all that came back until the proxy closed it, or until `enough`. */
async function send(text: string, enough?: (said: string) => boolean, port = proxy.port): Promise<string> {
  const tls = await openTls(port, ca)
  tls.write(text)
  return collect(tls, enough)
}

const closing = 'Connection: close\r\n'

describe('what is not passed on', () => {
  test.each([
    'api.twilio.com:443',
    'example.com:443',
    'verify.twilio.com:80',
    'verify.twilio.com:4430',
    'verify.twilio.com.:443',
    'verify.twilio.com.example.com:443',
    'xverify.twilio.com:443',
    'a.verify.twilio.com:443',
    'user@verify.twilio.com:443',
    '127.0.0.1:443',
    '[::1]:443',
    'localhost:22',
  ])('a tunnel to %s is refused, with the reason', async (target) => {
    const answer = await speak(proxy.port, `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/)
    expect(answer).toMatch(/\r\n\r\naval intercept carries verify\.twilio\.com:443 and lookups\.twilio\.com:443 alone/)
  })

  test.each([
    'GET http://verify.twilio.com/v2/Services HTTP/1.1\r\nHost: verify.twilio.com',
    'GET http://127.0.0.1:4010/ HTTP/1.1\r\nHost: 127.0.0.1:4010',
    'POST /v2/Services HTTP/1.1\r\nHost: verify.twilio.com\r\nContent-Length: 0',
    'GET / HTTP/1.1\r\nHost: verify.twilio.com\r\nConnection: Upgrade\r\nUpgrade: websocket',
  ])('plain HTTP is refused: %s', async (request) => {
    const answer = await speak(proxy.port, `${request}\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/)
    expect(answer).toContain('aval intercept carries https alone')
    expect(seen).toEqual([])
  })

  test('a tunnel within a tunnel is refused', async () => {
    expect(await send('CONNECT lookups.twilio.com:443 HTTP/1.1\r\nHost: lookups.twilio.com\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 403 /,
    )
  })

  test.each([
    ['another host', 'GET /v2/Services HTTP/1.1\r\nHost: api.twilio.com\r\n'],
    ['the host of the other tunnel', 'GET /v2/Services HTTP/1.1\r\nHost: lookups.twilio.com\r\n'],
    ['two hosts', 'GET /v2/Services HTTP/1.1\r\nHost: verify.twilio.com\r\nHost: api.twilio.com\r\n'],
    ['a whole address', 'GET http://api.twilio.com/v2/Services HTTP/1.1\r\nHost: verify.twilio.com\r\n'],
    ['no path', 'OPTIONS * HTTP/1.1\r\nHost: verify.twilio.com\r\n'],
  ])('a request that names %s is not found', async (_what, request) => {
    const answer = await send(`${request}${closing}\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 40[04] /)
    expect(seen).toEqual([])
  })

  test('a hello that names another host than its tunnel is turned away', async () => {
    await expect(openTls(proxy.port, ca, { servername: 'lookups.twilio.com' })).rejects.toThrow()
    await expect(openTls(proxy.port, ca, { servername: 'example.com' })).rejects.toThrow()
  })
})

describe('what is passed on', () => {
  test('a client sees the certificate of this machine for both hosts, whatever the letters of the target', async () => {
    for (const host of ['verify.twilio.com', 'lookups.twilio.com', 'VERIFY.twilio.com']) {
      const tls = await openTls(proxy.port, ca, { host, servername: host.toLowerCase() })
      expect(tls.authorized).toBe(true)
      expect(tls.alpnProtocol).toBe('http/1.1')
      expect(tls.getPeerCertificate().subjectaltname).toBe('DNS:verify.twilio.com, DNS:lookups.twilio.com')
      tls.destroy()
    }
  })

  test('a request arrives as it was sent, with the token of its host', async () => {
    const answer = await send(
      `POST /v2/Services/VA1/Verifications?a=%2B&b HTTP/1.1\r\nhost: Verify.Twilio.com:443\r\nAuthorization: Basic eA==\r\n` +
        `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 12\r\n${closing}\r\nTo=%2B551198`,
    )
    expect(seen).toEqual([
      {
        method: 'POST',
        url: '/v2/Services/VA1/Verifications?a=%2B&b',
        headers: {
          host: 'verify.twilio.com',
          authorization: 'Basic eA==',
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': '12',
          connection: 'close',
          'x-aval-intercept': 'token of verify.twilio.com',
        },
        body: 'To=%2B551198',
      },
    ])
    expect(answer).toMatch(/^HTTP\/1\.1 201 Made\r\nTwilio-Request-Id: RQ1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n/)
    expect(answer).not.toMatch(/x-hop/i)
    expect(answer).toContain('{"ok":true}')
  })

  test("what a client says for Aval's own hops, and for one hop alone, is dropped", async () => {
    await send(
      'GET / HTTP/1.1\r\nHost: verify.twilio.com\r\nX-Aval-Intercept: forged\r\nx-aval-intercept: forged\r\nX-AVAL-Anything: 1\r\n' +
        'X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Host: a\r\nx-forwarded-proto: http\r\nForwarded: for=1.2.3.4\r\n' +
        'Proxy-Authorization: Basic eA==\r\nTE: trailers\r\nKeep-Alive: 5\r\nUpgrade: h2c\r\nX-Hop: 1\r\nX-End: 1\r\n' +
        'Connection: close, X-Hop, x-aval-intercept\r\n\r\n',
    )
    expect(seen.map(({ headers }) => headers)).toEqual([
      {
        host: 'verify.twilio.com',
        'x-end': '1',
        connection: 'close',
        'x-aval-intercept': 'token of verify.twilio.com',
      },
    ])
  })

  test('many requests go through one tunnel, one after the other', async () => {
    const one = 'GET /one HTTP/1.1\r\nHost: verify.twilio.com\r\n\r\n'
    await send(`${one}${one}${one.replace('\r\n\r\n', `\r\n${closing}\r\n`)}`)
    expect(seen.map(({ url }) => url)).toEqual(['/one', '/one', '/one'])
  })

  const inner = 'GET /smuggled HTTP/1.1\r\nHost: verify.twilio.com\r\nX-Aval-Intercept: forged\r\n\r\n'
  const chunked = `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`
  test.each(['GET', 'DELETE', 'HEAD', 'POST'])('the body of a %s is no second request', async (method) => {
    const head = `${method} /outer HTTP/1.1\r\nHost: verify.twilio.com\r\n${closing}`
    await send(`${head}Transfer-Encoding: chunked\r\n\r\n${chunked}`)
    await send(`${head}Content-Length: ${inner.length}\r\n\r\n${inner}`)
    await send(`${head.replace('close', 'close, content-length')}Content-Length: ${inner.length}\r\n\r\n${inner}`)
    await sleep(50)
    expect(seen.map(({ url, body }) => [url, body])).toEqual(Array(3).fill(['/outer', inner]))
  })

  test.each([
    ['both lengths', `Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`],
    ['two lengths', `Content-Length: 0\r\nContent-Length: 5\r\n\r\n${inner}`],
    ['a hidden encoding', `Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${inner}`],
    ['a doubtful encoding', `Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${inner}`],
    ['a folded header', `X-A: b\r\n Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n${inner}`],
    ['a bare line feed', `X-A: b\nX-Aval-Intercept: forged\r\n\r\n${inner}`],
    ['a header without an end', `X-A: ${'a'.repeat(40_000)}\r\n\r\n`],
  ])('a request with %s is refused', async (_what, rest) => {
    const answer = await send(`POST /outer HTTP/1.1\r\nHost: verify.twilio.com\r\n${rest}`)
    expect(answer).toMatch(/^HTTP\/1\.1 4(00|31) /)
    expect(seen.filter(({ url, headers }) => url === '/smuggled' || headers['x-aval-intercept'] === 'forged')).toEqual(
      [],
    )
  })
})

describe('when something breaks', () => {
  test('Aval that is not there is 20503 in the form of Twilio, and the tunnel lives', async () => {
    const port = await freePort()
    const origin = `http://127.0.0.1:${port}`
    const alone = await startProxy({ ...deps, upstream: { ...deps.upstream, origin } }, 0)
    const answer = await send(
      'POST /v2 HTTP/1.1\r\nHost: verify.twilio.com\r\nContent-Length: 1\r\n\r\na',
      undefined,
      alone.port,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\nContent-Type: application\/json\r\n/)
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toEqual({
      code: 20503,
      message: `Aval does not answer at ${origin}: start it with npm start`,
      more_info: 'https://www.twilio.com/docs/errors/20503',
      status: 503,
    })
    await alone.close()
  })

  test('an answer that breaks off breaks off for the client as well', async () => {
    const answer = await send('GET /cut HTTP/1.1\r\nHost: verify.twilio.com\r\n\r\n')
    expect(answer).toMatch(/half$/)
  })

  test('clients that say nonsense, nothing, half of it, or leave at any moment do not end it', async () => {
    const junk = [
      '',
      '\0\0\0\0',
      'CONNECT',
      'CONNECT \r\n\r\n',
      'CONNECT / HTTP/1.1\r\n\r\n',
      'CONNECT verify.twilio.com HTTP/1.1\r\n\r\n',
      'CONNECT verify.twilio.com:443:443 HTTP/1.1\r\nHost: a\r\n\r\n',
      'CONNECT verify.twilio.com:99999 HTTP/1.1\r\nHost: a\r\n\r\n',
      'CONNECT verify.twilio.com:443 HTTP/9.9\r\n\r\n',
      'CONNECT verify.twilio.com:443 HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: verify.twilio.com\r\n\r\n',
      `CONNECT ${'a'.repeat(100_000)}:443 HTTP/1.1\r\n\r\n`,
      `CONNECT verify.twilio.com:443 HTTP/1.1\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`,
      '\x16\x03\x01\x00\x05hello',
    ]
    for (const nonsense of junk) {
      const socket = connect(proxy.port, '127.0.0.1', () => socket.end(nonsense))
      await collect(socket)
      const abrupt = connect(proxy.port, '127.0.0.1', () => abrupt.write(nonsense, () => abrupt.resetAndDestroy()))
      await collect(abrupt)
    }
    const quiet = await openTunnel(proxy.port)
    quiet.resetAndDestroy()
    const garbled = await openTunnel(proxy.port)
    garbled.end('\x16\x03\x01\xff\xffgarbage'.repeat(100))
    await collect(garbled)
    const midway = await openTls(proxy.port, ca)
    midway.write('POST /mid HTTP/1.1\r\nHost: verify.twilio.com\r\nContent-Length: 100\r\n\r\nhalf')
    await sleep(50)
    midway.destroy()
    const waiting = await openTls(proxy.port, ca)
    waiting.write('GET /hang HTTP/1.1\r\nHost: verify.twilio.com\r\n\r\n')
    await sleep(50)
    waiting.destroy()
    await sleep(50)
    seen.length = 0
    await send(`GET /still HTTP/1.1\r\nHost: verify.twilio.com\r\n${closing}\r\n`)
    expect(seen.map(({ url }) => url)).toEqual(['/still'])
  })

  test('a client that left leaves no request waiting at Aval', async () => {
    const tls = await openTls(proxy.port, ca)
    tls.write('GET /hang HTTP/1.1\r\nHost: verify.twilio.com\r\n\r\n')
    await expect.poll(() => seen.length, patience).toBe(1)
    const count = () => new Promise<number>((resolve) => aval.getConnections((_error, many) => resolve(many)))
    expect(await count()).toBe(1)
    tls.destroy()
    await expect.poll(count, patience).toBe(0)
  })

  test('it closes at once, whatever its connections are at', async () => {
    const short = await startProxy(deps, 0)
    const idle = connect(short.port, '127.0.0.1')
    idle.on('error', () => {})
    const bare = await openTunnel(short.port)
    const tls: TLSSocket = await openTls(short.port, ca)
    tls.write('GET /hang HTTP/1.1\r\nHost: verify.twilio.com\r\n\r\n')
    await expect.poll(() => seen.length, patience).toBe(1)
    const ends = Promise.all([collect(idle), collect(bare), collect(tls)])
    await short.close()
    await ends
  })

  test('a port that is taken is an error', async () => {
    const holder = createNetServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => holder.once('listening', resolve))
    await expect(startProxy(deps, (holder.address() as AddressInfo).port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    holder.close()
  })
})
