import fc from 'fast-check'
import type { Db } from '../../src/store/db.ts'
import { commands } from './commands.ts'
import { compareAll, newWorld, openReal } from './drive.ts'

/** Runs random lives of transactions against the rules. Where they part, `counterexample` is how, and `error` what was seen. */
export async function runModel(
  db: Db,
  options: { runs: number; seed?: number; shrink: boolean },
): Promise<{ failed: boolean; runs: number; counterexample: string; error: string }> {
  const opened = await openReal(db)
  const property = fc.asyncProperty(fc.commands(commands, { maxCommands: 60, size: '+2' }), async (plan) => {
    const world = newWorld(opened)
    await fc.asyncModelRun(() => world, plan)
    await compareAll(world.model, world.real)
  })
  const { seed, runs: numRuns } = options
  const details = await fc.check(property, {
    numRuns,
    endOnFailure: !options.shrink,
    ...(seed !== undefined && { seed }),
  })
  await opened.doors.close()
  const error = details.errorInstance instanceof Error ? details.errorInstance.message : ''
  const counterexample = `seed ${details.seed}: ${String(details.counterexample?.[0] ?? '')}`
  return { failed: details.failed, runs: details.numRuns, counterexample, error }
}
