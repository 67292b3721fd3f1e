import { isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'

export type Ip = ipaddr.IPv4 | ipaddr.IPv6

/**
 * The address that a text spells, in one form for all its spellings: IPv4 where it is written as IPv6 (mapped or compatible, RFC 4291
 * 2.5.5) or as inet_aton takes it (hex, one number), IPv6 without its zone. Gives undefined for what is no address, and for parts such
 * as 010, which some programs read as ten and others as eight (CVE-2021-29921): whoever judges it must not guess.
 */
export function parseIp(text: string): Ip | undefined {
  if (text.length > 64) return undefined
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

/** The one way to write an address; undefined for what is none. */
export function canonicalIp(text: string): string | undefined {
  return parseIp(text)?.toString()
}

/** The block of `bits` that an address lies in, as CIDR. */
export function blockOf(ip: Ip, bits: number): string {
  const bytes = ip.toByteArray().map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - i * 8))))
  return `${ipaddr.fromByteArray(bytes).toString()}/${bits}`
}

/** The network that limits count by: an IPv4 address (also where it is written as IPv6), or the /64 of an IPv6 one, which is one customer's. */
export function networkOf(ip: string): string {
  const address = parseIp(ip)
  return address ? oneNetwork(address) : 'unknown'
}

/** What `networkOf` says of an address that was read already. */
export function oneNetwork(address: Ip): string {
  return address.kind() === 'ipv4' ? address.toString() : blockOf(address, 64)
}

function parseIpv4(text: string): Ip | undefined {
  if (!ipaddr.IPv4.isValid(text) || text.split('.').some(isReadTwoWays)) return undefined
  return ipaddr.IPv4.parse(text)
}

function isReadTwoWays(part: string): boolean {
  return /^0\d+$/.test(part) && Number.parseInt(part, 8) !== Number.parseInt(part, 10)
}

function parseIpv6(text: string): Ip | undefined {
  if (!isIPv6(text)) return undefined
  // The library takes ::203.0.113.5 for mapped and ::cb00:7105 for something else, though they are one address.
  const groups = text.replace(/%.*$/, '').replace(/\d+\.\d+\.\d+\.\d+$/, (tail) => {
    const [a, b, c, d] = ipaddr.IPv4.parse(tail).octets as [number, number, number, number]
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  })
  const ip = ipaddr.IPv6.parse(groups)
  if (ip.isIPv4MappedAddress()) return ip.toIPv4Address()
  const bytes = ip.toByteArray()
  const isCompatible = bytes.slice(0, 12).every((byte) => byte === 0) && bytes[12] !== 0
  return isCompatible ? new ipaddr.IPv4(bytes.slice(12)) : ip
}
