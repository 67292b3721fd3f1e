import { expect, it } from 'vitest'
import { describeStores } from '../support/stores.ts'
import { runModel } from './model-run.ts'

const runs = { sqlite: 100, postgres: 25 }

describeStores('the life of transactions', (openStore, name) => {
  it('is as its rules say, in any order of requests and at any time', { timeout: 180_000 }, async () => {
    const { db } = await openStore()
    const { failed, counterexample, error } = await runModel(db, { runs: runs[name], shrink: true })
    expect(failed ? `${counterexample}\n${error}` : '').toBe('')
  })
})
