import { describe, expect, test } from 'vitest'
import { isReachable, loopback, parseNetworks } from './reachable-address.ts'

const refused = [
  ['loopback', '127.0.0.1'],
  ['all of loopback', '127.255.3.4'],
  ['loopback of IPv6', '::1'],
  ['loopback, mapped', '::ffff:127.0.0.1'],
  ['loopback, mapped in hexadecimal', '::ffff:7f00:1'],
  ['loopback in the deprecated compatible form', '::7f00:1'],
  ['a private network', '10.0.0.1'],
  ['another private network', '172.31.255.255'],
  ['a home network', '192.168.1.1'],
  ['a private network, mapped', '::ffff:10.0.0.1'],
  ['carrier-grade NAT', '100.64.0.1'],
  ['link-local', '169.254.1.1'],
  ['link-local of IPv6', 'fe80::1'],
  ['unique local', 'fd12:3456::1'],
  ['deprecated site-local', 'fec0::1'],
  ['no address', '0.0.0.0'],
  ['no address of IPv6', '::'],
  ['broadcast', '255.255.255.255'],
  ['multicast', '224.0.0.1'],
  ['multicast of IPv6', 'ff02::1'],
  ['reserved', '240.0.0.1'],
  ['documentation', '203.0.113.7'],
  ['documentation of IPv6', '2001:db8::1'],
  ['benchmarking', '198.18.0.1'],
  ['metadata', '169.254.169.254'],
  ['metadata, mapped', '::ffff:169.254.169.254'],
  ['metadata behind NAT64', '64:ff9b::a9fe:a9fe'],
  ['metadata behind 6to4', '2002:a9fe:a9fe::'],
  ['metadata of EC2 over IPv6', 'fd00:ec2::254'],
  ['metadata of Alibaba', '100.100.100.200'],
  ['the wire server of Azure', '168.63.129.16'],
  ['Teredo', '2001::1'],
  ['something that is no address', 'localhost'],
  ['nothing', ''],
] as const

describe('an address that somebody else chose', () => {
  test.each(refused)('is refused: %s', (_title, ip) => expect(isReachable(ip, [])).toBe(false))

  test.each(['8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8', '172.32.0.1', '100.128.0.1'])('is reached: %s', (ip) =>
    expect(isReachable(ip, [])).toBe(true),
  )

  test('is reached in a private network that was allowed, and no further', () => {
    const allowed = parseNetworks(['10.1.0.0/16', 'fd12::/16', '192.168.7.7'])
    for (const ip of ['10.1.2.3', '::ffff:10.1.2.3', 'fd12::9', '192.168.7.7'])
      expect(isReachable(ip, allowed)).toBe(true)
    for (const ip of ['10.2.0.1', 'fd13::9', '192.168.7.8', '127.0.0.1']) expect(isReachable(ip, allowed)).toBe(false)
    expect(isReachable('127.8.8.8', parseNetworks(loopback))).toBe(true)
    expect(isReachable('::1', parseNetworks(loopback))).toBe(true)
  })

  test('is never one where a cloud hands out credentials, whatever was allowed', () => {
    const allowed = parseNetworks(['0.0.0.0/0', '::/0'])
    expect(isReachable('169.254.1.1', allowed)).toBe(true)
    const written = ['169.254.169.254', '::ffff:a9fe:a9fe', '::a9fe:a9fe', '64:ff9b::a9fe:a9fe', '2002:a9fe:a9fe::']
    for (const ip of [...written, 'fd00:ec2::254', 'fd20:ce::254', '169.254.170.2', '100.100.100.200', '168.63.129.16'])
      expect(isReachable(ip, allowed)).toBe(false)
  })
})
