import ipaddr from 'ipaddr.js'
import type { Instant } from '../lib/clock.ts'
import { parsePhone } from '../lib/e164.ts'
import { newId } from '../lib/ids.ts'
import type { KeyRing } from '../lib/keyring.ts'
import type { Random } from '../lib/random.ts'
import type { ListItemRow } from '../store/guard-settings.ts'
import { countedRecipient, limitKey, maskRecipient } from './limit-keys.ts'

/** What somebody wants on a list. */
export interface ListEntry {
  effect: 'allow' | 'block'
  kind: 'number' | 'prefix' | 'country' | 'cidr'
  /** An E.164 number or e-mail address, the first digits of numbers with a plus sign, an ISO 3166 code, a network. */
  value: string
  note: string
  /** When it ends; null: never. */
  until: Instant | null
}

/** The row of an entry; what is no such thing is told by its fault. Numbers are kept as keyed hashes, and shown by their last digits. */
export function listItemOf(
  { keys, random }: { keys: KeyRing; random: Random },
  { effect, kind, value, note, until }: ListEntry,
  at: Instant,
): { item: ListItemRow } | { fault: string } {
  const read = readers[kind](keys, value.trim())
  if (!read) return { fault: faults[kind] }
  return { item: { id: newId('gli', at, random), effect, kind, ...read, note, created_at: at, until_at: until } }
}

const faults = {
  number: 'is neither a number such as +5511987654321 nor an e-mail address',
  prefix: 'is no beginning of a number such as +244923',
  country: 'is no two-letter code such as AO',
  cidr: 'is no network such as 203.0.113.0/24 (its host bits must be zero)',
}

const readers: Record<
  ListEntry['kind'],
  (keys: KeyRing, value: string) => Pick<ListItemRow, 'value' | 'label'> | undefined
> = {
  number(keys, value) {
    const recipient = value.includes('@') ? value : parsePhone(value)?.e164
    if (recipient === undefined) return undefined
    return { value: limitKey(keys, 'recipient', countedRecipient(recipient)), label: maskRecipient(recipient) }
  },
  prefix: (_keys, value) => (/^\+[1-9]\d{0,9}$/.test(value) ? { value, label: value } : undefined),
  country: (_keys, value) => (/^[A-Z]{2}$/.test(value) ? { value, label: value } : undefined),
  cidr(_keys, value) {
    if (!ipaddr.isValidCIDR(value)) return undefined
    const [address, bits] = ipaddr.parseCIDR(value)
    const mapped = address.kind() === 'ipv6' && (address as ipaddr.IPv6).isIPv4MappedAddress()
    if (mapped && bits < 96) return undefined
    const plain = mapped ? (address as ipaddr.IPv6).toIPv4Address() : address
    const size = mapped ? bits - 96 : bits
    const text = `${plain.toString()}/${size}`
    const network =
      plain.kind() === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(text) : ipaddr.IPv6.networkAddressFromCIDR(text)
    return network.toString() === plain.toString() ? { value: text, label: text } : undefined
  },
}

/** What is listed of one message. */
export interface Listed {
  /** Keyed hash of the recipient. */
  recipient: string
  /** The number itself; undefined for e-mail. */
  e164: string | undefined
  country: string
  ip: string | undefined
}

/** Items, ready to be asked. */
export interface Lists {
  /** The item that holds for this message: allowing ones win, for somebody answers for them. Undefined: none does. */
  find(about: Listed, at: Instant): ListItemRow | undefined
}

/** Prepares items: a message is looked up by its own few values, however many items there are. */
export function prepareLists(items: readonly ListItemRow[]): Lists {
  const exact = new Map<string, ListItemRow>()
  const networks = new Map<string, ListItemRow>()
  const sizes = new Map<string, Set<number>>()
  for (const item of items) {
    if (item.kind !== 'cidr') {
      exact.set(`${item.effect}|${item.kind}|${item.value}`, item)
      continue
    }
    const [address, bits] = ipaddr.parseCIDR(item.value)
    networks.set(`${item.effect}|${item.value}`, item)
    const kind = `${item.effect}|${address.kind()}`
    sizes.set(kind, (sizes.get(kind) ?? new Set()).add(bits))
  }
  const inForce = (item: ListItemRow | undefined, at: Instant) =>
    item && (item.until_at === null || item.until_at > at) ? item : undefined

  function findOf(effect: 'allow' | 'block', about: Listed, at: Instant): ListItemRow | undefined {
    const { recipient, e164 = '', country, ip } = about
    const prefixes = Array.from(
      { length: Math.min(10, Math.max(0, e164.length - 1)) },
      (_, i) => `prefix|${e164.slice(0, i + 2)}`,
    )
    for (const name of [`number|${recipient}`, ...prefixes, `country|${country}`]) {
      const item = inForce(exact.get(`${effect}|${name}`), at)
      if (item) return item
    }
    if (ip === undefined || !ipaddr.isValid(ip)) return undefined
    const address = ipaddr.process(ip)
    const family = address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6
    for (const bits of sizes.get(`${effect}|${address.kind()}`) ?? []) {
      const network = family.networkAddressFromCIDR(`${address.toString()}/${bits}`).toString()
      const item = inForce(networks.get(`${effect}|${network}/${bits}`), at)
      if (item) return item
    }
    return undefined
  }

  return { find: (about, at) => findOf('allow', about, at) ?? findOf('block', about, at) }
}
