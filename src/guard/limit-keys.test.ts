import { describe, expect, it } from 'vitest'
import { countedMailbox, countedNumber, networksOf } from './limit-keys.ts'

describe('what limits count', () => {
  it('is one mobile with and without its ninth digit, and never a landline with one', () => {
    expect(countedNumber('+551187654321')).toBe(countedNumber('+5511987654321'))
    expect(countedNumber('+551132654321')).toBe('+551132654321')
    expect(countedNumber('+5511987654321')).toBe('+5511987654321')
    expect(countedNumber('+351912345678')).toBe('+351912345678')
  })

  it('is one mailbox, however it is tagged, dotted and spelled', () => {
    const same = ['ana.lima@gmail.com', 'analima+shop@gmail.com', 'A.N.A.Lima@GoogleMail.com', 'ana.lima@GMAIL.COM']
    expect(new Set(same.map(countedMailbox))).toEqual(new Set(['analima@gmail.com']))
    // Elsewhere a dot is a letter like any other.
    expect(countedMailbox('ana.lima@example.com')).not.toBe(countedMailbox('analima@example.com'))
    expect(countedMailbox('ana+1@example.com')).toBe('ana@example.com')
  })

  it('is one source for every spelling of an address, and none for what is no place', () => {
    const same = ['203.0.114.5', '::ffff:203.0.114.5', '::ffff:cb00:7205', '0:0:0:0:0:ffff:cb00:7205']
    expect(new Set(same.map((ip) => JSON.stringify(networksOf(ip))))).toEqual(
      new Set([JSON.stringify({ ip: '203.0.114.5', net: '203.0.114.0/24' })]),
    )
    expect(networksOf('2804:14c:1:2:3:4:5:6')).toEqual(networksOf('2804:14c:1:2::9'))
    for (const ip of ['127.0.0.1', '10.1.2.3', '::1', 'fe80::1', '192.168.0.1', '', 'unknown', '203.0.114.5.6'])
      expect(networksOf(ip)).toBeUndefined()
    expect(networksOf(undefined)).toBeUndefined()
  })
})
