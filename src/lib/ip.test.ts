import { assert, property, tuple, uint8Array } from 'fast-check'
import { expect, it } from 'vitest'
import { spellingsOf, textOf } from '../../test/support/ip-spellings.ts'
import { canonicalIp, networkOf } from './ip.ts'

it('judges an address alike however it is spelled', () => {
  expect(networkOf('203.0.113.5')).toBe('203.0.113.5')
  expect(networkOf('::ffff:203.0.113.5')).toBe('203.0.113.5')
  expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe(networkOf('2001:0db8:0001:0002::9'))
  expect(networkOf('2001:db8:1:3::1')).not.toBe(networkOf('2001:db8:1:2::1'))
  expect(networkOf('not an address')).toBe('unknown')
})

it.each([
  '::ffff:203.0.113.5',
  '::FFFF:CB00:7105',
  '0:0:0:0:0:ffff:203.0.113.5',
  '::203.0.113.5',
  '::cb00:7105',
  '203.0.113.005',
  '0xCB007105',
  '0xcb.0.113.5',
  '3405803781',
])('reads %s as 203.0.113.5', (text) => {
  expect(canonicalIp(text)).toBe('203.0.113.5')
})

it.each([
  '010.0.0.1',
  '203.0.113.010',
  '::ffff:203.0.113.010',
  '203.0.113.256',
  '1.2.3.4.5',
  '203.0.113.5:443',
  '[2001:db8::1]',
  '2001:db8::1::2',
  '12345::',
  'fe80::1%',
  ' 203.0.113.5',
  '203.0.113.5\n',
  '２０３.0.113.5',
  'localhost',
  '',
  '1'.repeat(10_000),
])('takes %j for no address', (text) => {
  expect(canonicalIp(text)).toBeUndefined()
})

it('leaves the unspecified and the loopback address of IPv6 what they are', () => {
  expect(canonicalIp('::1')).toBe('::1')
  expect(canonicalIp('::0.0.0.1')).toBe('::1')
  expect(canonicalIp('::')).toBe('::')
  expect(canonicalIp('fe80::1%eth0')).toBe('fe80::1')
})

it('gives every spelling of one address one form', () => {
  assert(
    property(
      tuple(uint8Array({ minLength: 4, maxLength: 4 }), uint8Array({ minLength: 16, maxLength: 16 })),
      (both) => {
        for (const bytes of both) {
          const canonical = canonicalIp(textOf(bytes))
          expect(canonical).toBeDefined()
          for (const spelling of spellingsOf(bytes)) expect(canonicalIp(spelling), spelling).toBe(canonical)
        }
      },
    ),
  )
})
