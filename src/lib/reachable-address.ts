import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** Networks from their text: CIDR, or one address. Throws for anything else. */
export function parseNetworks(texts: readonly string[]): Network[] {
  return texts.map((text) => {
    if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text)
    const address = ipaddr.parse(text)
    return [address, address.kind() === 'ipv4' ? 32 : 128]
  })
}

export type Network = [Address, number]

/** This machine itself. */
export const loopback = ['127.0.0.0/8', '::1/128']

// Where clouds hand out credentials or steer their machines: EC2, GCP and Azure, ECS, EKS, Alibaba, Oracle, Azure's wire server.
const metadata = parseNetworks([
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
])
// The part of IPv6 that is routed on the Internet (RFC 4291, 2.4); deprecated forms with an IPv4 address inside lie outside.
const globalUnicast = parseNetworks(['2000::/3'])

/**
 * Whether a connection that somebody else asked for may go to this address: the public ones and those of `allowed`, but never where a
 * cloud hands out credentials, in whatever form it is written (OWASP, Server-Side Request Forgery Prevention).
 */
export function isReachable(ip: string, allowed: readonly Network[]): boolean {
  if (!ipaddr.isValid(ip)) return false
  const address = ipaddr.process(ip)
  const inner = embedded(address)
  if (isWithin(address, metadata) || (inner && isWithin(inner, metadata))) return false
  if (isWithin(address, allowed)) return true
  if (address.range() !== 'unicast') return false
  return address.kind() === 'ipv4' || isWithin(address, globalUnicast)
}

function isWithin(address: Address, networks: readonly Network[]): boolean {
  return networks.some(([network, bits]) => address.kind() === network.kind() && address.match(network, bits))
}

const tails = parseNetworks(['::/96', '64:ff9b::/96', '64:ff9b:1::/48'])
const sixToFour = parseNetworks(['2002::/16'])

/** The IPv4 address that a translating network would make of this one (RFC 6052, RFC 3056). */
function embedded(address: Address): ipaddr.IPv4 | undefined {
  const bytes = address.toByteArray()
  if (isWithin(address, tails)) return new ipaddr.IPv4(bytes.slice(12))
  return isWithin(address, sixToFour) ? new ipaddr.IPv4(bytes.slice(2, 6)) : undefined
}
