// The library below registers its algorithms through it, and does not import it.
import 'reflect-metadata'
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from '@peculiar/asn1-x509'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { Instant } from '../lib/clock.ts'
import { interceptedHosts } from './hosts.ts'

export const dayMs = 86_400_000
const authorityDays = 365
const leafDays = 30
// A container's clock may be a little behind the clock of the machine that certified.
const earlierMs = 3_600_000

const p256 = { name: 'ECDSA', namedCurve: 'P-256' }
const signing = { name: 'ECDSA', hash: 'SHA-256' }

/** A fresh private key on P-256. */
export function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
}

/** A private key as it is kept: PKCS #8 in PEM. */
export function keyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/**
 * The certificate (PEM) of the authority that `key` makes, for a year. By its name constraints it stands for the intercepted hosts
 * and what is below them, for no address, and by its extended key usage for servers alone (RFC 5280, 4.2.1.10 and 4.2.1.12).
 */
export async function certifyAuthority(key: KeyObject, now: Instant): Promise<string> {
  const keys = pair(key)
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: authorityName(key),
    keys,
    notBefore: new Date(now - earlierMs),
    notAfter: new Date(now + authorityDays * dayMs),
    signingAlgorithm: signing,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      nameConstraints(),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return certificate.toString('pem')
}

/** Says whether the certificate (PEM) is of this key, began, and has `restMs` or more before it ends. Text that is none is not. */
export function certifies(pem: string, key: KeyObject, now: Instant, restMs: number): boolean {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(pem)
  } catch {
    return false
  }
  const { notBefore, notAfter, publicKey } = certificate
  const ours = Buffer.from(publicKey.rawData).equals(publicKeyDer(key))
  return ours && notBefore.getTime() <= now && notAfter.getTime() - now >= restMs
}

/** A fresh key and its certificate for exactly the intercepted hosts, for thirty days, signed by the authority. Both PEM. */
export async function certifyLeaf(
  authority: KeyObject,
  now: Instant,
): Promise<{ key: string; cert: string; endsAt: Instant }> {
  const key = newKey()
  const keys = pair(key)
  const issuer = pair(authority)
  const endsAt = now + leafDays * dayMs
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${interceptedHosts[0]}`,
    issuer: authorityName(authority),
    publicKey: keys.publicKey,
    signingKey: issuer.privateKey,
    notBefore: new Date(now - earlierMs),
    notAfter: new Date(endsAt),
    signingAlgorithm: signing,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(interceptedHosts.map((value) => ({ type: 'dns' as const, value }))),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  })
  return { key: keyPem(key), cert: certificate.toString('pem'), endsAt }
}

/** One key, one name: a renewed certificate has it again, and that of another key in the same trust store is not mistaken for it. */
function authorityName(key: KeyObject): string {
  return `CN=Aval intercept ${createHash('sha256').update(publicKeyDer(key)).digest('hex').slice(0, 12)}`
}

function nameConstraints(): Extension {
  const subtrees = (names: GeneralName[]) => new GeneralSubtrees(names.map((base) => new GeneralSubtree({ base })))
  // What is permitted of one kind of name says nothing about another kind, so that addresses are excluded by themselves.
  const everyAddress = ['0.0.0.0/0', '::/0'].map((iPAddress) => new GeneralName({ iPAddress }))
  const constraints = new NameConstraints({
    permittedSubtrees: subtrees(interceptedHosts.map((dNSName) => new GeneralName({ dNSName }))),
    excludedSubtrees: subtrees(everyAddress),
  })
  return new Extension(id_ce_nameConstraints, true, AsnConvert.serialize(constraints))
}

function pair(privateKey: KeyObject): { privateKey: CryptoKey; publicKey: CryptoKey } {
  // Node's type knows uses of a key that the DOM's, which the library has, does not: the object is one and the same.
  return {
    privateKey: privateKey.toCryptoKey(p256, false, ['sign']) as CryptoKey,
    publicKey: createPublicKey(privateKey).toCryptoKey(p256, true, ['verify']) as CryptoKey,
  }
}

function publicKeyDer(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' })
}
