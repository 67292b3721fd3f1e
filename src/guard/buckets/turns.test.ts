import { describe, expect, it } from 'vitest'
import { createTurns } from './turns.ts'

describe('turns', () => {
  it('run what is asked at one moment together, in order, and what comes meanwhile in the next', async () => {
    const turns: number[][] = []
    let release = () => {}
    const ask = createTurns(async (asks: number[]) => {
      turns.push(asks)
      if (turns.length === 1) await new Promise<void>((done) => (release = done))
      return asks.map((one) => one * 10)
    })
    const first = [ask(1), ask(2)]
    while (turns.length === 0) await new Promise((next) => setImmediate(next))
    const second = [ask(3), ask(4)]
    release()
    expect(await Promise.all([...first, ...second])).toEqual([10, 20, 30, 40])
    expect(turns).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  it('that fail reject all who were in them, and nobody else', async () => {
    const ask = createTurns(async (asks: number[]) => {
      if (asks.includes(1)) throw new Error('away')
      return asks
    })
    const first = await Promise.allSettled([ask(1), ask(2)])
    expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await ask(3)).toBe(3)
  })

  it('hold 64 at most', async () => {
    const sizes: number[] = []
    const ask = createTurns(async (asks: number[]) => {
      sizes.push(asks.length)
      return asks
    })
    await Promise.all(Array.from({ length: 150 }, (_, i) => ask(i)))
    expect(sizes).toEqual([64, 64, 22])
  })
})
