import { afterAll, describe, expect, it } from 'vitest'
import { openDb } from '../../src/store/open.ts'
import { runModel } from './model-run.ts'
import { mutants, mutate } from './mutants.ts'

// A fixed seed: whether a bug is found must not depend on luck. In memory: these stores need not be durable.
const search = { runs: 150, seed: 20_310_505, shrink: false }

describe('the rules of a transaction find', () => {
  const found: string[] = []
  afterAll(() => {
    if (process.env.SHOW_MUTANTS) console.log(found.join('\n'))
  })

  it.each(mutants)('$name', { timeout: 120_000 }, async (mutant) => {
    const store = await openDb({ file: ':memory:' })
    const { db, applied } = mutate(store, mutant)
    const { failed, runs, error } = await runModel(db, search)
    await store.close()
    expect(applied(), 'the bug is not in any statement').toBeGreaterThan(0)
    found.push(`${mutant.name}: after ${runs} runs: ${error.split('\n')[0]}`)
    expect(failed, `survived ${runs} runs`).toBe(true)
  })

  it('nothing where there is no bug', { timeout: 120_000 }, async () => {
    const store = await openDb({ file: ':memory:' })
    const { db } = mutate(store, { name: 'none', changes: [] })
    const { failed, counterexample, error } = await runModel(db, { ...search, runs: 60 })
    await store.close()
    expect(failed ? `${counterexample}\n${error}` : '').toBe('')
  })
})
