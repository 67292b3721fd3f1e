import { createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls, createServer, type TLSSocket } from 'node:tls'
import 'reflect-metadata'
import {
  AuthorityKeyIdentifierExtension,
  X509Certificate as Parsed,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'
import { afterEach, describe, expect, test } from 'vitest'
import { openAuthority } from '../../src/intercept/authority.ts'
import { keyPem, newKey } from '../../src/intercept/certificates.ts'
import { createIdentity } from '../../src/intercept/identity.ts'
import { createBench } from './support.ts'

const bench = createBench()
afterEach(() => bench.tidy())

const day = 86_400_000
const start = Date.parse('2026-03-01T12:00:00Z')

function turnable() {
  let now = start
  return { now: () => now, advance: (ms: number) => (now += ms) }
}

function place() {
  const dataDir = bench.folder()
  return { dataDir, clock: turnable(), folder: join(dataDir, 'intercept') }
}

describe('the authority', () => {
  test('is made at first use in files that only this user can read, and used again', async () => {
    const { dataDir, clock, folder } = place()
    const first = await openAuthority({ dataDir, clock })
    expect(first.certificateFile).toBe(join(folder, 'ca.pem'))
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, 'ca-key.pem')).mode & 0o777).toBe(0o600)
    const made = readFileSync(first.certificateFile, 'utf8')
    clock.advance(200 * day)
    const second = await openAuthority({ dataDir, clock })
    expect(second.key.equals(first.key)).toBe(true)
    expect(readFileSync(second.certificateFile, 'utf8')).toBe(made)
    expect(readdirSync(dataDir)).toEqual(['intercept'])
    expect(readdirSync(folder).sort()).toEqual(['ca-key.pem', 'ca.pem'])
  })

  test('is one, of many first starts at once', async () => {
    const { dataDir, clock } = place()
    const all = await Promise.all(Array.from({ length: 8 }, () => openAuthority({ dataDir, clock })))
    expect(all.every(({ key }) => key.equals(all[0]!.key))).toBe(true)
    expect(readdirSync(dataDir)).toEqual(['intercept'])
  })

  test('stands for a year, by its constraints for the two hosts alone, and signs no other authority', async () => {
    const { certificateFile } = await openAuthority(place())
    const certificate = new Parsed(readFileSync(certificateFile, 'utf8'))
    expect(certificate.notAfter.getTime()).toBe(start + 365 * day)
    const extension = (oid: string) => certificate.getExtension(oid)
    expect(extension('2.5.29.19')).toMatchObject({ critical: true, ca: true, pathLength: 0 })
    const constraints = extension('2.5.29.30')
    expect(constraints?.critical).toBe(true)
    const bytes = Buffer.from(constraints!.value).toString('latin1')
    expect(bytes.match(/[a-z.]+\.com/g)).toEqual(['verify.twilio.com', 'lookups.twilio.com'])
    expect(new X509Certificate(certificate.toString('pem')).publicKey.asymmetricKeyDetails?.namedCurve).toBe(
      'prime256v1',
    )
  })

  test('is renewed on the same key before it ends, and made anew by whoever deleted its folder', async () => {
    const { dataDir, clock, folder } = place()
    const first = await openAuthority({ dataDir, clock })
    const read = () => new X509Certificate(readFileSync(first.certificateFile))
    const before = read()
    clock.advance(310 * day)
    const renewed = await openAuthority({ dataDir, clock })
    expect(read().validToDate.getTime()).toBe(clock.now() + 365 * day)
    expect(renewed.key.equals(first.key)).toBe(true)
    expect(read().subject).toBe(before.subject)
    rmSync(folder, { recursive: true })
    const other = await openAuthority({ dataDir, clock })
    expect(other.key.equals(first.key)).toBe(false)
    expect(read().subject).not.toBe(before.subject)
  })

  test.each([
    ['damaged', (file: string) => writeFileSync(file, 'no key')],
    ['missing', (file: string) => rmSync(file)],
    ['of another kind', (file: string) => writeFileSync(file, keyPem(generateKeyPairSync('ed25519').privateKey))],
  ])('says what to do when its key is %s, and changes nothing', async (_how, spoil) => {
    const { dataDir, clock, folder } = place()
    const { certificateFile } = await openAuthority({ dataDir, clock })
    const before = readFileSync(certificateFile, 'utf8')
    spoil(join(folder, 'ca-key.pem'))
    await expect(openAuthority({ dataDir, clock })).rejects.toThrow(
      /ca-key\.pem is missing or damaged: delete .*intercept/,
    )
    expect(readFileSync(certificateFile, 'utf8')).toBe(before)
    expect(readdirSync(dataDir)).toEqual(['intercept'])
  })

  test('gets a certificate again when that is lost, spoiled or of another key', async () => {
    const { dataDir, clock } = place()
    const { key, certificateFile } = await openAuthority({ dataDir, clock })
    const other = readFileSync((await openAuthority(place())).certificateFile, 'utf8')
    for (const text of ['', 'no certificate', other]) {
      writeFileSync(certificateFile, text)
      await openAuthority({ dataDir, clock })
      expect(new X509Certificate(readFileSync(certificateFile)).checkPrivateKey(key)).toBe(true)
    }
  })
})

describe('a leaf', () => {
  test('is for exactly the two hosts, for thirty days, with a key that is on no disk', async () => {
    const { dataDir, clock, folder } = place()
    const { key, cert } = await createIdentity({ dataDir, clock })()
    const leaf = new X509Certificate(cert)
    expect(leaf.subjectAltName).toBe('DNS:verify.twilio.com, DNS:lookups.twilio.com')
    expect(leaf.validToDate.getTime()).toBe(start + 30 * day)
    expect(leaf.ca).toBe(false)
    expect(leaf.checkIssued(new X509Certificate(readFileSync(join(folder, 'ca.pem'))))).toBe(true)
    const kept = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
    expect(kept.join()).not.toContain(key.split('\n')[1])
  })

  test('is made anew while there is time, so that none that ended is shown', async () => {
    const { dataDir, clock } = place()
    const identity = createIdentity({ dataDir, clock })
    const first = await identity()
    clock.advance(14 * day)
    expect(await identity()).toBe(first)
    for (let weeks = 0; weeks < 60; weeks++) {
      clock.advance(7 * day)
      const { cert } = await identity()
      const ca = new X509Certificate(readFileSync(join(dataDir, 'intercept', 'ca.pem')))
      for (const one of [new X509Certificate(cert), ca])
        expect(one.validToDate.getTime()).toBeGreaterThan(clock.now() + 7 * day)
    }
  })

  test('for any other name or address does not stand, even with the key of the authority', async () => {
    const dataDir = bench.folder()
    const { key, certificateFile } = await openAuthority({ dataDir, clock: { now: () => Date.now() } })
    const ca = readFileSync(certificateFile, 'utf8')
    const verdict = async (type: 'dns' | 'ip', value: string) =>
      handshake(await stolenLeaf(key, ca, type, value), ca, type === 'dns' ? value : undefined)
    expect(await verdict('dns', 'verify.twilio.com')).toBe('accepted')
    expect(await verdict('dns', 'api.twilio.com')).toBe('permitted subtree violation')
    expect(await verdict('dns', 'example.com')).toBe('permitted subtree violation')
    expect(await verdict('ip', '127.0.0.1')).toBe('excluded subtree violation')
  })
})

/** What somebody could make who took the authority's key. */
async function stolenLeaf(authority: KeyObject, ca: string, type: 'dns' | 'ip', value: string) {
  const p256 = { name: 'ECDSA', namedCurve: 'P-256' }
  const issuer = new Parsed(ca)
  const key = newKey()
  const certificate = await X509CertificateGenerator.create({
    subject: 'CN=leaf',
    issuer: issuer.subject,
    publicKey: createPublicKey(key).toCryptoKey(p256, true, ['verify']) as CryptoKey,
    signingKey: authority.toCryptoKey(p256, false, ['sign']) as CryptoKey,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + day),
    extensions: [
      new SubjectAlternativeNameExtension([{ type, value }]),
      await AuthorityKeyIdentifierExtension.create(await issuer.publicKey.export()),
    ],
  })
  return { key: keyPem(key), cert: certificate.toString('pem') }
}

/** Whether Node, trusting `ca` alone, accepts a server that shows this identity: 'accepted', or OpenSSL's word against it. */
async function handshake(identity: { key: string; cert: string }, ca: string, servername?: string): Promise<string> {
  const server = createServer(identity)
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const verdict = await new Promise<string>((resolve) => {
    const socket: TLSSocket = connectTls({ port, host: '127.0.0.1', ca, ...(servername ? { servername } : {}) }, () => {
      resolve('accepted')
      socket.destroy()
    })
    socket.on('error', ({ message }) => resolve(message))
  })
  server.close()
  return verdict
}
