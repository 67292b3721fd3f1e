import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidTestNumbers, parseTestNumbers, testAddress } from './inbox-test-numbers.ts'

function faultsOf(text: string): readonly string[] {
  try {
    parseTestNumbers(text)
    return []
  } catch (error) {
    if (error instanceof InvalidTestNumbers) return error.faults
    throw error
  }
}

describe('test numbers', () => {
  it('choose every outcome, with what each code means', () => {
    const text = [
      '+5511988880001=undelivered:30003',
      '+5511988880002=undelivered:30005',
      '+5511988880003=undelivered:30006',
      '+5511988880004=undelivered:131026',
      'Bounce@EXAMPLE.com=undelivered:550',
      '+5511988880005=undelivered:21610',
      ' +5511988880006 = slow:20 ',
      '+5511988880007=drop',
      '+5511988880008=duplicate',
      '+5511988880009=429',
      'a=b@example.com=500',
      '+5511988880010=delivered',
      '',
    ]
    const failure = (kind: string, code: string) => ({ name: 'undelivered', delayMs: 0, failure: { kind, code } })
    expect(Object.fromEntries(parseTestNumbers(text.join(',')))).toEqual({
      '+5511988880001': failure('temporary', '30003'),
      '+5511988880002': failure('permanent', '30005'),
      '+5511988880003': failure('channel', '30006'),
      '+5511988880004': failure('channel', '131026'),
      'bounce@example.com': failure('permanent', '550'),
      '+5511988880005': failure('temporary', '21610'),
      '+5511988880006': { name: 'delivered', delayMs: 20_000, copies: 1 },
      '+5511988880007': { name: 'dropped' },
      '+5511988880008': { name: 'delivered', delayMs: 0, copies: 2 },
      '+5511988880009': { name: 'refused', code: '429' },
      'a=b@example.com': { name: 'refused', code: '500' },
      '+5511988880010': { name: 'delivered', delayMs: 0, copies: 1 },
    })
    expect(parseTestNumbers('').size).toBe(0)
    expect(testAddress('BOUNCE@example.COM')).toBe('bounce@example.com')
  })

  it('name every entry that is not understood by its place, and repeat no address', () => {
    const faults = faultsOf(
      '+5511988880001,11988880002=drop,+5511988880003=perhaps,+5511988880004=slow,+5511988880005=slow:86401,+5511988880006=undelivered:,+5511988880007=drop:1,+5511988880008=drop,+5511988880008=429,x@y=drop',
    )
    expect(faults.map((fault) => /^entry (\d+) (.*)$/.exec(fault)?.slice(1))).toEqual([
      ['1', 'has no "="'],
      ['2', expect.stringContaining('neither an E.164 number nor an e-mail address')],
      ...['3', '4', '5', '6', '7'].map((entry) => [entry, expect.stringContaining('another outcome')]),
      ['9', expect.stringContaining('stands before')],
      ['10', expect.stringContaining('neither')],
    ])
    expect(faults.join()).not.toMatch(/98888|x@y|perhaps/)
  })

  it('are read or refused, whatever the text is', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void faultsOf(text)))
  })
})
