import { mailboxOf } from '../lib/email.ts'
import { frame } from '../lib/frame.ts'
import { blockOf, type Ip, oneNetwork, parseIp } from '../lib/ip.ts'
import { hmac, type KeyRing } from '../lib/keyring.ts'
import type { Named } from './buckets/scopes.ts'

/**
 * The one number that limits count, whatever form it was given in: a Brazilian mobile with and without its ninth digit is one line
 * (Anatel, Resolução 553/2010). For counting alone; messages go to the number as it is enrolled (security case A94).
 */
export function countedNumber(e164: string): string {
  const brazilian = /^\+55([1-9]\d)([6-9]\d{7})$/.exec(e164)
  return brazilian ? `+55${brazilian[1]}9${brazilian[2]}` : e164
}

const dotless = new Set(['gmail.com', 'googlemail.com'])

/** The one mailbox that limits count: without tags, and at Gmail without dots. For counting alone (security case A95). */
export function countedMailbox(address: string): string {
  const mailbox = mailboxOf(address).toLowerCase()
  const at = mailbox.lastIndexOf('@')
  const domain = mailbox.slice(at + 1)
  const [local = ''] = mailbox.slice(0, at).split('+')
  return dotless.has(domain) ? `${local.replaceAll('.', '')}@gmail.com` : `${local}@${domain}`
}

/** The recipient of a message as limits count it. */
export function countedRecipient(to: string): string {
  return to.includes('@') ? countedMailbox(to) : countedNumber(to)
}

/** Addresses that are many users' or nobody's: a proxy of one's own, this machine. */
const unplaced = new Set(['private', 'loopback', 'linkLocal', 'uniqueLocal', 'unspecified', 'carrierGradeNat'])

/**
 * The networks that an address counts in: itself, or the /64 of an IPv6 one, and its /24 or /48. Undefined for what cannot be read, and
 * for an address of a private network unless `any` is asked for.
 */
export function networksOf(ip: string | undefined, any = false): { ip: string; net: string } | undefined {
  const address = ip === undefined ? undefined : parseIp(ip)
  if (!address || (!any && unplaced.has(address.range()))) return undefined
  return { ip: oneNetwork(address), net: wide(address) }
}

/** The /24 or /48 of an address; what cannot be read is "unknown". */
export function wideNetwork(ip: string): string {
  const address = parseIp(ip)
  return address ? wide(address) : 'unknown'
}

function wide(address: Ip): string {
  return blockOf(address, address.kind() === 'ipv4' ? 24 : 48)
}

/**
 * The key of a bucket: a keyed hash, for there are few enough numbers to try them all (LGPD art. 46). Under the oldest key of the ring,
 * so that counts outlive a new one.
 */
export function limitKey(keys: KeyRing, scope: string, value: string): string {
  const mac = hmac(keys.key(keys.oldestId, 'limit'), frame('aval/limit/v1', scope, value))
  return mac.subarray(0, 16).toString('base64url')
}

const rememberedMax = 2_000

/** As limitKey, for one who asks for the same keys again within moments: the last ones are remembered. */
export function createLimitKeys(keys: KeyRing): (scope: string, value: string) => string {
  const made = new Map<string, string>()
  return (scope, value) => {
    const name = `${scope}|${value}`
    const known = made.get(name)
    if (known !== undefined) return known
    const key = limitKey(keys, scope, value)
    if (made.size >= rememberedMax) made.clear()
    made.set(name, key)
    return key
  }
}

/** The key of a recipient, and what an operator may see of it: "+55 •••• 4321". */
export function namedRecipient(keys: KeyRing, to: string): Named {
  return { key: limitKey(keys, 'recipient', countedRecipient(to)), label: maskRecipient(to) }
}

/** "•••• 4321", or "a•••@example.com". */
export function maskRecipient(to: string): string {
  if (!to.includes('@')) return `•••• ${to.slice(-4)}`
  return `${to.slice(0, 1)}•••${to.slice(to.lastIndexOf('@'))}`
}
