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
  /** `allow`, `block`, or the name of one for rules. */
  list: string
  kind: ListItemRow['kind']
  /** An E.164 number or e-mail address, the first digits of numbers with a plus sign, an ISO 3166 code, a network, the number of an autonomous system. */
  value: string
  note: string
  /** When it ends; null: never. */
  until: Instant | null
}

/** The row of an entry; what is no such thing is told by its fault. Numbers are kept as keyed hashes, and shown by their last digits. */
export function listItemOf(
  { keys, random }: { keys: KeyRing; random: Random },
  { list, kind, value, note, until }: ListEntry,
  at: Instant,
): { item: ListItemRow } | { fault: string } {
  const read = readers[kind](keys, value.trim())
  if (!read) return { fault: faults[kind] }
  return { item: { id: newId('gli', at, random), list, kind, ...read, note, created_at: at, until_at: until } }
}

const faults = {
  number: 'is neither a number such as +5511987654321 nor an e-mail address',
  prefix: 'is no beginning of a number such as +244923',
  ip_country: 'is no two-letter code such as AO',
  country: 'is no two-letter code such as AO',
  cidr: 'is no network such as 203.0.113.0/24 (its host bits must be zero)',
  asn: 'is no number of an autonomous system such as 26599',
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
  ip_country: (_keys, value) => (/^[A-Z]{2}$/.test(value) ? { value, label: value } : undefined),
  country: (_keys, value) => (/^[A-Z]{2}$/.test(value) ? { value, label: value } : undefined),
  asn: (_keys, value) => (/^[1-9]\d{0,9}$/.test(value) ? { value, label: `AS${value}` } : undefined),
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
  ipCountry?: string | undefined
  asn?: number | undefined
}

/** Items, ready to be asked. */
export interface Lists {
  /** The item that holds for this message: allowing ones win, for somebody answers for them. Undefined: none does. */
  find(about: Listed, at: Instant): ListItemRow | undefined
  /** Whether a list of this name has the value: a number, an address, a country or an autonomous system. */
  has(list: string, value: string | number, at: Instant): boolean
  /** Names of the lists that there are. */
  readonly names: ReadonlySet<string>
}

/** Prepares items: a message is looked up by its own few values, however many items there are. */
export function prepareLists(
  items: readonly ListItemRow[],
  refOf: (number: string) => string = (number) => number,
): Lists {
  const exact = new Map<string, ListItemRow>()
  const sizes = new Map<string, Set<number>>()
  for (const item of items) {
    exact.set(`${item.list}|${item.kind}|${item.value}`, item)
    if (item.kind !== 'cidr') continue
    const [address, bits] = ipaddr.parseCIDR(item.value)
    const kind = `${item.list}|${address.kind()}`
    sizes.set(kind, (sizes.get(kind) ?? new Set()).add(bits))
  }
  function item(list: string, kind: string, value: string, at: Instant): ListItemRow | undefined {
    const found = exact.get(`${list}|${kind}|${value}`)
    return found && (found.until_at === null || found.until_at > at) ? found : undefined
  }
  function byNumber(list: string, recipient: string, e164: string, at: Instant) {
    const whole = item(list, 'number', recipient, at)
    for (let length = 2; !whole && length <= Math.min(11, e164.length); length++) {
      const found = item(list, 'prefix', e164.slice(0, length), at)
      if (found) return found
    }
    return whole
  }
  function byAddress(list: string, ip: string, at: Instant) {
    if (sizes.size === 0 || !ipaddr.isValid(ip)) return undefined
    const address = ipaddr.process(ip)
    const family = address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6
    for (const bits of sizes.get(`${list}|${address.kind()}`) ?? []) {
      const network = family.networkAddressFromCIDR(`${address.toString()}/${bits}`).toString()
      const found = item(list, 'cidr', `${network}/${bits}`, at)
      if (found) return found
    }
    return undefined
  }
  const findOn = (list: string, { recipient, e164 = '', country, ip, ipCountry, asn }: Listed, at: Instant) =>
    byNumber(list, recipient, e164, at) ??
    item(list, 'country', country, at) ??
    (ip === undefined ? undefined : byAddress(list, ip, at)) ??
    (ipCountry === undefined ? undefined : item(list, 'ip_country', ipCountry, at)) ??
    (asn === undefined ? undefined : item(list, 'asn', String(asn), at))

  return {
    names: new Set(items.map(({ list }) => list)),
    find: (about, at) => (items.length === 0 ? undefined : (findOn('allow', about, at) ?? findOn('block', about, at))),
    has(list, value, at) {
      if (typeof value === 'number') return item(list, 'asn', String(value), at) !== undefined
      if (value.startsWith('+')) return byNumber(list, refOf(value), value, at) !== undefined
      return (byAddress(list, value, at) ?? item(list, 'country', value, at)) !== undefined
    },
  }
}
