import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { systemRandom } from '../lib/random.ts'
import { calm, drawOutcome, isCalm } from './chaos.ts'

const random = systemRandom()
/** Draws `share` per cent of the way from 0 to 100. */
const drawing = (share: number) => ({
  bytes(count: number) {
    const drawn = Buffer.alloc(count)
    drawn.writeUInt32BE(Math.min(0xffff_ffff, Math.floor((share / 100) * 0x1_0000_0000)))
    return drawn
  },
})

describe('chaos', () => {
  it('happens always at 100 per cent and never at 0, for whatever is drawn', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100, noNaN: true }), (share) => {
        const source = drawing(share)
        expect(drawOutcome({ drop: 100 }, source).name).toBe('dropped')
        expect(drawOutcome({ drop: 0, fail: 0, rate_limit: 0, duplicate: 0 }, source)).toEqual({
          name: 'delivered',
          delayMs: 0,
          copies: 1,
        })
      }),
    )
  })

  it('happens for as many as were named', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), (percent) => {
        expect(drawOutcome({ fail: percent }, drawing(percent - 0.01)).name).toBe('refused')
        expect(drawOutcome({ fail: percent }, drawing(percent + 0.01)).name).toBe('delivered')
      }),
    )
    const outcomes = Array.from({ length: 4000 }, () => drawOutcome({ drop: 25 }, random).name)
    const dropped = outcomes.filter((name) => name === 'dropped').length
    // Twelve standard deviations around a thousand.
    expect(Math.abs(dropped - 1000)).toBeLessThan(330)
  })

  it('refuses before it loses, and loses before it delivers', () => {
    const all = {
      delay_ms: 5,
      rate_limit: 100,
      fail: 100,
      drop: 100,
      undelivered: { percent: 100, code: '30006', kind: 'channel' as const },
      duplicate: 100,
    }
    expect(drawOutcome(all, random)).toEqual({ name: 'refused', code: '429' })
    expect(drawOutcome({ ...all, rate_limit: 0 }, random)).toEqual({ name: 'refused', code: '500' })
    expect(drawOutcome({ ...all, rate_limit: 0, fail: 0 }, random)).toEqual({ name: 'dropped' })
    expect(drawOutcome({ ...all, rate_limit: 0, fail: 0, drop: 0 }, random)).toEqual({
      name: 'undelivered',
      delayMs: 5,
      failure: { kind: 'channel', code: '30006' },
    })
    expect(drawOutcome({ delay_ms: 5, duplicate: 100 }, random)).toEqual({ name: 'delivered', delayMs: 5, copies: 2 })
  })

  it('is calm where nothing can happen', () => {
    expect(Object.values(calm).every(isCalm)).toBe(true)
    expect(isCalm({ drop: 0, delay_ms: 0, undelivered: { percent: 0, code: 'x', kind: 'temporary' } })).toBe(true)
    for (const member of ['delay_ms', 'drop', 'duplicate', 'rate_limit', 'fail'])
      expect(isCalm({ [member]: 1 })).toBe(false)
    expect(isCalm({ undelivered: { percent: 1, code: 'x', kind: 'temporary' } })).toBe(false)
  })
})
