import 'reflect-metadata'
import { generateKeyPairSync } from 'node:crypto'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startReceiver, type WebhookReceiver } from '../../test/support/webhook-receiver.ts'
import { createOutbound } from './outbound.ts'
import { loopback, parseNetworks } from './reachable-address.ts'

const local = parseNetworks(loopback)
const host = 'hooks.example.test'

describe('a request to an address that somebody else chose', () => {
  let receiver: WebhookReceiver
  beforeAll(async () => {
    receiver = await startReceiver()
  })
  afterEach(() => {
    receiver.events.length = 0
    receiver.reply = () => 200
  })
  afterAll(() => receiver.close())

  const post = (outbound = createOutbound({ networks: local }), url = receiver.url) =>
    outbound
      .post(url, { 'x-mark': '1' }, 'a=1')
      .catch((error: { code?: string; name: string }) => error.code ?? error.name)

  test('arrives with its body and headers, and gives the status', async () => {
    receiver.reply = () => ({ status: 503, body: 'no' })
    expect(await post()).toBe(503)
    expect(receiver.events).toMatchObject([
      { method: 'POST', path: '/hook?k=a%20b', body: 'a=1', headers: { 'x-mark': '1' } },
    ])
  })

  test('follows no redirect', async () => {
    receiver.reply = () => ({ status: 307, headers: { location: '/other' } })
    expect(await post()).toBe(307)
    expect(receiver.events.map(({ path }) => path)).toEqual(['/hook?k=a%20b'])
  })

  test('is not sent to a literal address that may not be reached', async () => {
    expect(await post(createOutbound({ networks: [] }))).toBe('ADDRESS_REFUSED')
    expect(await post(createOutbound({ networks: [] }), `http://[::ffff:127.0.0.1]:${receiver.port}/`)).toBe(
      'ADDRESS_REFUSED',
    )
    expect(receiver.events).toEqual([])
  })

  test('is not sent when the name means another address than it did before', async () => {
    const answers = [['93.184.216.34'], ['127.0.0.1']]
    const outbound = createOutbound({ networks: [], resolve: async () => answers.shift() ?? [] })
    expect(await outbound.mayReach(host)).toBe(true)
    expect(await post(outbound, `http://${host}:${receiver.port}/`)).toBe('ADDRESS_REFUSED')
    expect(receiver.events).toEqual([])
  })

  test('is not sent when one of several addresses may not be reached, or none is known', async () => {
    for (const addresses of [['127.0.0.1', '10.0.0.1'], []]) {
      const outbound = createOutbound({ networks: local, resolve: async () => addresses })
      expect(await outbound.mayReach(host)).toBe(false)
      expect(await post(outbound, `http://${host}:${receiver.port}/`)).toBe('ADDRESS_REFUSED')
    }
    const unknown = createOutbound({ networks: local, resolve: () => Promise.reject(new Error('ENOTFOUND')) })
    expect(await unknown.mayReach(host)).toBe(false)
    expect(receiver.events).toEqual([])
  })

  test('looks a name up once for all who ask at the same time', async () => {
    const looked: string[] = []
    const outbound = createOutbound({
      networks: local,
      resolve: async (name) => {
        looked.push(name)
        return ['127.0.0.1']
      },
    })
    const url = `http://${host}:${receiver.port}/`
    expect(await Promise.all([post(outbound, url), post(outbound, url), post(outbound, url)])).toEqual([200, 200, 200])
    expect(looked).toEqual([host])
    expect(await post(outbound, url)).toBe(200)
    expect(looked).toEqual([host, host])
  })

  test('ends when the receiver hangs, cuts the line or talks without end', async () => {
    receiver.reply = () => 'hang'
    expect(await post(createOutbound({ networks: local, timeoutMs: 150 }))).toBe('TIMED_OUT')
    receiver.reply = () => 'cut'
    expect(await post()).toBe('ECONNRESET')
    receiver.reply = () => ({ status: 200, body: 'x'.repeat(50_000_000) })
    expect(await post()).toBe(200)
  })

  test('keeps to the name for TLS and to the checked address for the connection', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: `CN=${host}`,
      keys: {
        privateKey: privateKey.toCryptoKey(algorithm, false, ['sign']) as CryptoKey,
        publicKey: publicKey.toCryptoKey(algorithm, true, ['verify']) as CryptoKey,
      },
      notBefore: new Date('2020-01-01'),
      notAfter: new Date('2099-01-01'),
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: host }])],
    })
    const cert = certificate.toString('pem')
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const secure = await startReceiver({ tls: { key, cert } })
    const looked: string[] = []
    const outbound = createOutbound({
      networks: local,
      resolve: async (name) => {
        looked.push(name)
        return ['127.0.0.1']
      },
    })
    const url = `https://${host}:${secure.port}/x`
    const known = getCACertificates()
    try {
      expect(await post(outbound, url)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
      setDefaultCACertificates([...known, cert])
      expect(await post(outbound, url)).toBe(200)
      expect(secure.events).toMatchObject([{ servername: host, headers: { host: `${host}:${secure.port}` } }])
      expect(looked).toEqual([host, host])
      expect(await post(outbound, `https://other.example.test:${secure.port}/`)).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
    } finally {
      setDefaultCACertificates(known)
      await secure.close()
    }
  })
})
