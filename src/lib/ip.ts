import ipaddr from 'ipaddr.js'

/** The network that limits count by: an IPv4 address (also where it is written as IPv6), or the /64 of an IPv6 one, which is one customer's. */
export function networkOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return 'unknown'
  const address = ipaddr.process(ip)
  if (address.kind() === 'ipv4') return address.toString()
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString()}/64`
}
