import { describe, expect, it } from 'vitest'
import { askTogether } from './together.ts'

class Down extends Error {}
const isShared = (error: unknown) => error instanceof Down

describe('asking together', () => {
  it('asks what comes in one turn, or while another is under way, in one batch and in its order', async () => {
    const batches: (readonly number[])[] = []
    let letGo = () => {}
    const ask = askTogether<number, number>(
      async (batch) => {
        batches.push(batch)
        if (batches.length === 1)
          await new Promise<void>((go) => {
            letGo = go
          })
        return batch.map((n) => n * 10)
      },
      { batchMax: 3, isShared },
    )
    const first = [ask(1), ask(2)]
    while (batches.length === 0) await new Promise((next) => setImmediate(next))
    const later = [ask(3), ask(4), ask(5), ask(6)]
    letGo()
    expect(await Promise.all([...first, ...later])).toEqual([10, 20, 30, 40, 50, 60])
    expect(batches).toEqual([[1, 2], [3, 4, 5], [6]])
  })

  it('lets one that cannot be answered fail nobody else', async () => {
    const ask = askTogether<number, number>(
      async (batch) => {
        if (batch.includes(2)) throw new RangeError('two')
        return batch
      },
      { batchMax: 9, isShared },
    )
    const [one, two, three] = await Promise.allSettled([ask(1), ask(2), ask(3)])
    expect([one, three]).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'fulfilled', value: 3 },
    ])
    expect(two).toMatchObject({ status: 'rejected', reason: { message: 'two' } })
  })

  it('asks once where nobody can be answered, and goes on afterwards', async () => {
    let asked = 0
    const ask = askTogether<number, number>(
      async (batch) => {
        if (asked++ === 0) throw new Down()
        return batch
      },
      { batchMax: 9, isShared },
    )
    const outcomes = await Promise.allSettled([ask(1), ask(2)])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect([asked, await ask(3), asked]).toEqual([1, 3, 2])
  })
})
